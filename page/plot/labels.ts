/** A word beside its point. */
export interface Label {
  readonly index: number;
  readonly strong: boolean;
}

export interface LabelColours {
  readonly ink: string;
  readonly halo: string;
  readonly accent: string;
}

const height = 16;

/** Writes words beside points; one that would cover another, or leave the picture, is left out. */
export class Labels {
  /** Of each word, in pixels, plain and strong; 0 where it was not measured yet. */
  #widths: readonly [Float32Array, Float32Array] = [new Float32Array(0), new Float32Array(0)];

  draw(
    context: CanvasRenderingContext2D,
    labels: Iterable<Label>,
    words: readonly string[],
    x: Float32Array,
    y: Float32Array,
    size: { width: number; height: number; ratio: number },
    colours: LabelColours,
    most: number,
  ): void {
    if (this.#widths[0].length !== x.length) this.#widths = [new Float32Array(x.length), new Float32Array(x.length)];
    const taken = new Set<number>();
    const across = Math.ceil(size.width / height) + 1;
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 3;
    context.strokeStyle = colours.halo;
    let drawn = 0;
    for (const { index, strong } of labels) {
      if (drawn >= most) break;
      const px = x[index] / size.ratio;
      const py = y[index] / size.ratio;
      if (!(px >= 0 && py >= 0 && px < size.width && py < size.height)) continue;
      // Its middle row is looked at first: most that have no room show it there, and cost no more.
      if (taken.has(Math.floor(py / height) * across + Math.floor((px + 7) / height))) continue;
      const text = shortened(words[index] ?? '');
      context.font = strong ? '600 13px system-ui, sans-serif' : '12px system-ui, sans-serif';
      const width = this.#widthOf(context, text, index, strong);
      const left = px + 7 + width > size.width ? px - 7 - width : px + 7;
      const cells = cellsOf(left - 4, py - height / 2, width + 8, across);
      if (cells.some((cell) => taken.has(cell))) continue;
      for (const cell of cells) taken.add(cell);
      context.strokeText(text, left, py);
      context.fillStyle = strong ? colours.accent : colours.ink;
      context.fillText(text, left, py);
      drawn++;
    }
  }

  /** Forgets how wide words are. */
  forget(): void {
    this.#widths = [new Float32Array(0), new Float32Array(0)];
  }

  #widthOf(context: CanvasRenderingContext2D, text: string, index: number, strong: boolean): number {
    const widths = this.#widths[strong ? 1 : 0];
    if (widths[index] === 0) widths[index] = context.measureText(text).width;
    return widths[index];
  }
}

/** The squares of a grid that a label covers. */
function cellsOf(left: number, top: number, width: number, across: number): number[] {
  const [first, last] = [Math.floor(left / height), Math.floor((left + width) / height)];
  const [above, below] = [Math.floor(top / height), Math.floor((top + height - 1) / height)];
  const cells: number[] = [];
  for (let row = above; row <= below; row++) {
    for (let column = first; column <= last; column++) cells.push(row * across + column);
  }
  return cells;
}

function shortened(text: string): string {
  return text.length > 32 ? `${text.slice(0, 31)}…` : text;
}

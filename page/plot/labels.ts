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
  readonly #widths = new Map<string, number>();

  draw(
    context: CanvasRenderingContext2D,
    labels: Iterable<Label>,
    words: readonly string[],
    x: Float32Array,
    y: Float32Array,
    size: { width: number; height: number },
    colours: LabelColours,
    most: number,
  ): void {
    const taken = new Set<number>();
    const across = Math.ceil(size.width / height) + 1;
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    context.lineWidth = 3;
    context.strokeStyle = colours.halo;
    let drawn = 0;
    for (const { index, strong } of labels) {
      if (drawn >= most) break;
      const [px, py] = [x[index], y[index]];
      if (!(px >= 0 && py >= 0 && px < size.width && py < size.height)) continue;
      const text = shortened(words[index] ?? '');
      context.font = strong ? '600 13px system-ui, sans-serif' : '12px system-ui, sans-serif';
      const width = this.#widthOf(context, text, strong);
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

  #widthOf(context: CanvasRenderingContext2D, text: string, strong: boolean): number {
    const key = `${strong}${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    const { width } = context.measureText(text);
    this.#widths.set(key, width);
    return width;
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

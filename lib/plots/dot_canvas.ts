/** Braille's dots, two by four in a character: the finest grain that a terminal has everywhere. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/** A canvas of dots in a terminal; each character has the colour of what was drawn on it last. */
export class DotCanvas {
  readonly columns: number;
  readonly lines: number;
  readonly #masks: Uint8Array;
  readonly #colors: Int16Array;
  /** Letters that stand instead of dots. */
  readonly #letters = new Map<number, string>();

  constructor(columns: number, lines: number) {
    this.columns = columns;
    this.lines = lines;
    this.#masks = new Uint8Array(columns * lines);
    this.#colors = new Int16Array(columns * lines).fill(-1);
  }

  /** @param x from 0 at the left to 1 @param y from 0 at the bottom to 1 @param color which of the groups */
  dot(x: number, y: number, color: number): void {
    this.#set(Math.round(x * (this.columns * 2 - 1)), Math.round((1 - y) * (this.lines * 4 - 1)), color);
  }

  /** A line between two such points. */
  line(x0: number, y0: number, x1: number, y1: number, color: number): void {
    const steps = Math.max(
      1,
      Math.ceil(Math.max(Math.abs(x1 - x0) * this.columns * 2, Math.abs(y1 - y0) * this.lines * 4)),
    );
    for (let i = 0; i <= steps; i++) this.dot(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps, color);
  }

  #set(x: number, y: number, color: number): void {
    const at = (y >> 2) * this.columns + (x >> 1);
    this.#masks[at] |= dots[y & 3][x & 1];
    this.#colors[at] = color;
  }

  /** Writes a text beside a point where nothing is in its way. Says whether there was room. */
  write(x: number, y: number, text: string, color: number): boolean {
    const line = Math.min(this.lines - 1, Math.max(0, Math.floor(((1 - y) * (this.lines * 4 - 1)) / 4)));
    const characters = [...text];
    const point = Math.floor((x * (this.columns * 2 - 1)) / 2);
    for (const from of [point + 1, point - characters.length]) {
      if (from < 0 || from + characters.length > this.columns) continue;
      const start = line * this.columns + from;
      const isFree = (i: number) => this.#masks[i] === 0 && !this.#letters.has(i);
      if (!characters.every((_, i) => isFree(start + i))) continue;
      for (const [i, character] of characters.entries()) {
        this.#letters.set(start + i, character);
        this.#colors[start + i] = color;
      }
      return true;
    }
    return false;
  }

  /** @param escapeOf turns a group's number into the escape of its colour; null for no colours */
  rows(escapeOf: ((color: number) => string) | null): string[] {
    return Array.from({ length: this.lines }, (_, line) => {
      let text = '';
      let current = -1;
      for (let column = 0; column < this.columns; column++) {
        const at = line * this.columns + column;
        const mask = this.#masks[at];
        const character = this.#letters.get(at) ?? (mask === 0 ? ' ' : String.fromCharCode(0x2800 + mask));
        if (escapeOf !== null && character !== ' ' && this.#colors[at] !== current) {
          current = this.#colors[at];
          text += escapeOf(current);
        }
        text += character;
      }
      return current >= 0 ? `${text}\x1b[0m` : text;
    });
  }
}

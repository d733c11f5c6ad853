import { colorIndex, colorsOf } from './color_map.js';
import type { ColoredMatrix } from './colored_matrix.js';
import { shortNumber } from './plot_data.js';

const shades = [' ', '░', '▒', '▓', '█'];
const mostRows = 40;
const longestName = 12;

const cut = (text: string, most: number) =>
  [...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text;

/** Rows of shades or coloured cells. Where there are more cells than room, a character is the mean of several. */
export function heatText(title: string, map: ColoredMatrix, width: number, color: boolean): string[] {
  const { matrix, range, rows } = map;
  const lines = Math.min(matrix.rows, mostRows);
  const names = Array.from({ length: lines }, (_, line) => {
    const first = Math.floor((line * matrix.rows) / lines);
    return cut(rows[first], Math.min(longestName, width - 8));
  });
  const gutter = Math.max(...names.map((name) => [...name].length)) + 1;
  const room = width - gutter;
  // A cell twice as wide as a character is about square.
  const each = Math.max(1, Math.min(2, Math.floor(room / matrix.columns)));
  const cells = Math.min(matrix.columns, Math.floor(room / each));
  const colors = colorsOf(map.colorMap);
  const out = title === '' ? [] : [cut(title, width)];
  for (let line = 0; line < lines; line++) {
    let text = `${names[line].padStart(gutter - 1)} `;
    for (let cell = 0; cell < cells; cell++) {
      const value = meanOf(map, span(line, lines, matrix.rows), span(cell, cells, matrix.columns));
      const index = colorIndex(value, ...range);
      const shade = shades[Math.min(shades.length - 1, Math.floor((index * shades.length) / colors.length))];
      text += color ? `\x1b[48;2;${colors[index].join(';')}m${' '.repeat(each)}` : shade.repeat(each);
    }
    out.push(color ? `${text}\x1b[0m` : text);
  }
  const [low, high] = range.map(shortNumber);
  const bar = color
    ? `${Array.from(
        { length: 10 },
        (_, i) => `\x1b[48;2;${colors[Math.round((i / 9) * (colors.length - 1))].join(';')}m `,
      ).join('')}\x1b[0m`
    : shades.join('');
  out.push(`${' '.repeat(gutter)}${low} ${color ? bar : `[${bar}]`} ${high}`);
  return out;
}

const span = (i: number, count: number, total: number): [number, number] => [
  Math.floor((i * total) / count),
  Math.floor(((i + 1) * total) / count),
];

function meanOf({ matrix }: ColoredMatrix, [top, bottom]: [number, number], [left, right]: [number, number]): number {
  let sum = 0;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) sum += matrix.values[row * matrix.columns + column];
  }
  return sum / ((bottom - top) * (right - left));
}

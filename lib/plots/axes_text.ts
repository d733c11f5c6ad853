import type { DotCanvas } from './dot_canvas.js';
import { shortNumber } from './plot_data.js';
import { themes } from './theme.js';

/** The escape of a group's colour: that of the light or dark ground alike, as terminals are either. */
export function groupEscape(group: number): string {
  const hex = themes.dark.groups[group % themes.dark.groups.length];
  const [r, g, b] = [1, 3, 5].map((k) => Number.parseInt(hex.slice(k, k + 2), 16));
  return `\x1b[38;2;${r};${g};${b}m`;
}

/** How wide the numbers at the left are. */
export function gutterOf(yRange: readonly [number, number]): number {
  return Math.max(...yRange.map((y) => shortNumber(y).length)) + 1;
}

/** A canvas between axes with their ends told, and a line that says which group is which. */
export function withAxes(
  title: string,
  canvas: DotCanvas,
  xRange: readonly [number, number],
  yRange: readonly [number, number],
  groups: readonly string[],
  color: boolean,
): string[] {
  const gutter = gutterOf(yRange);
  const width = gutter + 1 + canvas.columns;
  const rows = canvas.rows(color ? groupEscape : null);
  const out = title === '' ? [] : [[...title].slice(0, width).join('')];
  for (const [i, row] of rows.entries()) {
    const label = i === 0 ? shortNumber(yRange[1]) : i === rows.length - 1 ? shortNumber(yRange[0]) : '';
    out.push(`${label.padStart(gutter - 1)} │${row}`);
  }
  const [left, right] = xRange.map(shortNumber);
  out.push(`${' '.repeat(gutter)}└${'─'.repeat(canvas.columns)}`);
  out.push(
    `${' '.repeat(gutter + 1)}${left}${right.padStart(Math.max(right.length + 1, canvas.columns - left.length))}`,
  );
  if (groups.length > 0) {
    const legend = groups.map((name, i) => (color ? `${groupEscape(i)}● ${name}\x1b[0m` : name));
    out.push(`${' '.repeat(gutter + 1)}${legend.join(color ? '  ' : ', ')}`);
  }
  return out;
}

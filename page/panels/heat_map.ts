import { byId } from '../elements.js';
import { pixelOf } from '../plot/colours.js';
import { mixed } from '../plot/raster.js';
import type { Theme } from '../theme.js';

/** Negative, none, positive: readable with every kind of colour vision. */
const ends: Readonly<Record<Theme, readonly [string, string, string]>> = {
  light: ['#2a5caa', '#f7f7f7', '#b2452c'],
  dark: ['#7fb2ff', '#1b2226', '#ff9d7a'],
};

const rowHeight = 10;

/** Shows the numbers of some vectors as colours: a row a vector, a column a dimension. */
export function drawHeatMap(words: readonly string[], rows: readonly (readonly number[])[], theme: Theme): void {
  const figure = byId('heat', HTMLElement);
  figure.hidden = rows.length === 0;
  if (rows.length === 0) return;
  const canvas = byId('heat-map', HTMLCanvasElement);
  const columns = rows[0].length;
  const most = rows.reduce((found, row) => row.reduce((sofar, x) => Math.max(sofar, Math.abs(x)), found), 0) || 1;
  const [low, none, high] = ends[theme].map(pixelOf);
  const image = new ImageData(columns, rows.length);
  const pixels = new Uint32Array(image.data.buffer);
  for (const [r, row] of rows.entries()) {
    for (const [c, value] of row.entries()) {
      pixels[r * columns + c] = mixed(none, value < 0 ? low : high, Math.round((256 * Math.abs(value)) / most));
    }
  }
  canvas.width = columns;
  canvas.height = rows.length;
  canvas.style.height = `${rows.length * rowHeight}px`;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  const others = rows.length - 1;
  byId('heat-words', HTMLElement).textContent = `${words[0]} and its ${others} nearest`;
  canvas.setAttribute('aria-label', `${rows.length} vectors of ${columns} numbers, from the top: ${words.join(', ')}`);
  const shown = most.toPrecision(3);
  byId('heat-scale', HTMLElement).textContent =
    `${theme === 'dark' ? 'Light blue' : 'Blue'} −${shown}, red ${shown}; a row a word, a column a dimension.`;
}

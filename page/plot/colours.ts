import type { Theme } from '../theme.js';
import { mixed } from './raster.js';

/** Levels of nearness in 3-D: what is far fades into the paper. */
export const fades = 16;

/** A colour as `#rrggbb` in the order of an image's bytes. */
export function pixelOf(hex: string): number {
  const rgb = Number.parseInt(hex.slice(1), 16);
  return ((0xff << 24) | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >>> 16)) >>> 0;
}

/** What the picture is painted with. */
export interface Paints {
  readonly paper: string;
  readonly ink: string;
  readonly accent: string;
  /** A point without a colour of its own. */
  readonly point: string;
  /** A point that stands behind others that were chosen. */
  readonly faint: string;
}

export const paints: Readonly<Record<Theme, Paints>> = {
  light: { paper: '#ffffff', ink: '#1b2327', accent: '#b3261e', point: '#3f7d8c', faint: '#d5dfe2' },
  dark: { paper: '#12171a', ink: '#e8edef', accent: '#ffb870', point: '#58aebf', faint: '#2c3a40' },
};

/** Each colour of a palette at each nearness: [colours, fades]. */
export function faded(palette: readonly string[], paper: string): Uint32Array {
  const under = pixelOf(paper);
  const all = new Uint32Array(palette.length * fades);
  for (const [c, hex] of palette.entries()) {
    for (let f = 0; f < fades; f++) all[c * fades + f] = mixed(under, pixelOf(hex), 70 + (186 * (f + 1)) / fades);
  }
  return all;
}

import { paddedRange } from './chart_frame.js';
import type { ColorMapName } from './color_map.js';
import { type Matrix, rangeOf } from './plot_data.js';

/** A scatter plot, settled. */
export interface PlottedPoints {
  readonly points: Matrix;
  readonly labels: readonly string[] | null;
  /** Names of the groups, in the order in which they come first. */
  readonly groups: readonly string[];
  /** The group of each point; 0 where there are none. */
  readonly groupOf: Int32Array;
  readonly colors: Float64Array | null;
  readonly colorMap: ColorMapName;
  readonly radii: Float64Array;
}

/** The range of each axis: that of the points, and a little around. */
export function rangesOf({ values, rows }: Matrix): [[number, number], [number, number]] {
  const of = (which: number) =>
    paddedRange(rangeOf(Float64Array.from({ length: rows }, (_, i) => values[2 * i + which])), 0.06);
  return [of(0), of(1)];
}

import type { ColorMapName } from './color_map.js';
import type { Matrix } from './plot_data.js';

/** A heat map, settled. */
export interface ColoredMatrix {
  readonly matrix: Matrix;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly colorMap: ColorMapName;
  readonly range: readonly [number, number];
  readonly values: boolean;
  readonly colorLabel: string;
  /** Digits behind the point of numbers in cells. Default: as many as they need. */
  readonly decimals?: number | undefined;
}

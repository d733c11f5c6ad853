import { Generator } from '../calls/generator.js';
import { ShapeError } from '../errors.js';
import { randn } from '../ops/random.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Points, readPoints } from './points.js';
import { principalAxes, projectOn } from './principal_axes.js';
import type { Work } from './work.js';

/** float32 [count], normally distributed, by a seed alone. */
export function normalNumbers(count: number, seed: number): Float32Array {
  const generator = new Generator();
  generator.manualSeed(seed);
  return Float32Array.from(randn([count], { generator }).data as Float32Array);
}

/** The points along their largest variances. Fewer dimensions or points than components leave the rest at 0. */
export function* positionsByVariance(op: string, points: Points, components: number): Work<Float32Array> {
  const { rows, dim } = points;
  const count = Math.min(components, dim, rows);
  const found = yield* principalAxes(op, points, count);
  const projected = yield* projectOn(points, found, new Float64Array(count).fill(1));
  if (count === components) return projected;
  const positions = new Float32Array(rows * components);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < count; c++) positions[i * components + c] = projected[i * count + c];
  }
  return positions;
}

/** A copy of positions that a caller gives. @throws ShapeError unless they are [rows, components]; and as readPoints */
export function givenPositions(op: string, init: Tensor, rows: number, components: number): Float32Array {
  if (init.dim() !== 2 || init.shape[0] !== rows || init.shape[1] !== components) {
    throw new ShapeError(`${op}: init must be [${rows}, ${components}], got ${formatShape(init.shape)}`);
  }
  return readPoints(op, 'init', init, 1).data;
}

/** The standard deviation of the first component. */
export function firstDeviation(positions: Float32Array, components: number): number {
  const rows = positions.length / components;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < positions.length; i += components) sum += positions[i];
  for (let i = 0; i < positions.length; i += components) squares += (positions[i] - sum / rows) ** 2;
  return Math.sqrt(squares / rows);
}

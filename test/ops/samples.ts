/** Inputs for op tests: reproducible, away from each other, in every layout an op may meet. */
import { type DType, Tensor, tensor } from '../../lib/index.js';

/** Sizes around a vector's 8 doubles (AVX-512) and 4 (AVX2): 0, 1, W − 1, W, W + 1, 2W + 3, and primes. */
export const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17, 19, 31, 37];

/** A generator of numbers in [low, high) that is the same in every run. */
export function numbers(seed: number): (low: number, high: number) => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return (low, high) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + ((high - low) * (state >>> 4)) / 2 ** 28;
  };
}

export interface SampleOptions {
  dtype?: DType;
  requiresGrad?: boolean;
  /** Values are drawn from [low, high). Default [−2, 2). */
  low?: number;
  high?: number;
  /** Numbers that no value comes closer to than `gap`: kinks and poles. */
  avoid?: readonly number[];
  gap?: number;
}

/** A tensor of random values. */
export function sample(shape: readonly number[], seed: number, options: SampleOptions = {}): Tensor {
  const { dtype = 'float64', requiresGrad = true, low = -2, high = 2, avoid = [], gap = 0.01 } = options;
  const draw = numbers(seed);
  const n = shape.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: n }, () => {
    let x = draw(low, high);
    while (avoid.some((kink) => Math.abs(x - kink) < gap)) x = draw(low, high);
    return x;
  });
  const array = dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
  return tensor(array, { shape: shape.slice(), requiresGrad });
}

/** Layouts of one matrix: as it is, a transposed view, a window that starts inside its memory, every second column. */
export const VIEWS: { readonly [name: string]: (make: (shape: number[]) => Tensor) => [leaf: Tensor, view: Tensor] } = {
  contiguous: (make) => {
    const x = make([3, 5]);
    return [x, x];
  },
  transposed: (make) => {
    const x = make([5, 3]);
    return [x, x.t()];
  },
  'offset window': (make) => {
    const x = make([4, 7]);
    return [x, x.narrow(0, 1, 3).narrow(1, 1, 5)];
  },
  'stepped columns': (make) => {
    const x = make([3, 10]);
    return [x, x.slice(1, 1, 10, 2)];
  },
};

/** The elements as plain numbers, whatever the layout. */
export function valuesOf(x: Tensor): number[] {
  return Array.from({ length: x.numel }, (_, i) => x.at(i));
}

export { Tensor };

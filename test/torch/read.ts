import { readFileSync } from 'node:fs';
import { type DType, type Tensor, tensor } from '../../lib/index.js';

/** An array as test/torch/fixtures.py writes it: its elements, or the rule that makes them, or rows of a sparse matrix. */
export interface ArrayFixture {
  shape: number[];
  dtype: string;
  data?: (number | boolean | string)[];
  lcg?: { seed: number; scale: number; shift: number; low?: number; high?: number };
  sparse?: { indices: ArrayFixture; values: ArrayFixture };
  /** Set on a case's inputs: the leaf takes a gradient, and these methods make the op's input of it. */
  requiresGrad?: boolean;
  view?: [method: string, ...args: unknown[]][];
}

/** Reads test/torch/fixtures/NAME.json. */
export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')) as T;
}

const NON_FINITE: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

/** Fills the array with the rule's numbers; storing them rounds them to its type. */
function generate(values: Values, rule: NonNullable<ArrayFixture['lcg']>): void {
  const { scale, shift, low, high } = rule;
  let state = Math.imul(rule.seed, 2654435761);
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const top24 = state >>> 8;
    values[i] =
      low === undefined ? shift + scale * (top24 / 2 ** 23 - 1) : low + Math.floor((top24 * (high! - low)) / 2 ** 24);
  }
}

/** Lutra's name for PyTorch's type: its default integer has 32 bits. */
export function dtypeOf(array: ArrayFixture): DType {
  return (array.dtype === 'int64' ? 'int32' : array.dtype) as DType;
}

type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

function emptyArray(dtype: DType, length: number): Values {
  switch (dtype) {
    case 'float32':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'bool':
    case 'uint8':
      return new Uint8Array(length);
    default:
      throw new Error(`fixtures hold no ${dtype}`);
  }
}

/** The elements in row-major order, in the typed array of their dtype; true is 1. */
export function valuesOf(array: ArrayFixture): Values {
  const values = emptyArray(
    dtypeOf(array),
    array.shape.reduce((product, size) => product * size, 1),
  );
  if (array.lcg) generate(values, array.lcg);
  else values.set(array.data!.map((value) => (typeof value === 'string' ? NON_FINITE[value] : Number(value))));
  return values;
}

/** The array as a fresh leaf. */
export function toTensor(array: ArrayFixture, options: { requiresGrad?: boolean } = {}): Tensor {
  return tensor(valuesOf(array), {
    shape: array.shape,
    dtype: dtypeOf(array),
    requiresGrad: options.requiresGrad ?? array.requiresGrad ?? false,
  });
}

/** Arrays by name as a state dict. */
export function toStateDict(arrays: Record<string, ArrayFixture>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toTensor(array)]));
}

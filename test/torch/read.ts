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

/** The rule's numbers in double. */
function generate(count: number, rule: NonNullable<ArrayFixture['lcg']>): Float64Array {
  const values = new Float64Array(count);
  let state = Math.imul(rule.seed, 2654435761);
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const top24 = state >>> 8;
    values[i] =
      rule.low === undefined
        ? rule.shift + rule.scale * (top24 / 2 ** 23 - 1)
        : rule.low + Math.floor((top24 * (rule.high! - rule.low)) / 2 ** 24);
  }
  return values;
}

/** Lutra's name for PyTorch's type: its default integer has 32 bits. */
export function dtypeOf(array: ArrayFixture): DType {
  return (array.dtype === 'int64' ? 'int32' : array.dtype) as DType;
}

/** The elements in row-major order, as exactly as their dtype holds them; true is 1. */
export function numbersOf({ shape, dtype, data, lcg }: ArrayFixture): Float64Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const numbers = lcg
    ? generate(count, lcg)
    : Float64Array.from(data!, (value) => (typeof value === 'string' ? NON_FINITE[value] : Number(value)));
  return dtype === 'float32' ? numbers.map(Math.fround) : numbers;
}

/** The elements in the typed array of their dtype. */
export function typedArrayOf(array: ArrayFixture): Float32Array | Float64Array | Int32Array | Uint8Array {
  const numbers = numbersOf(array);
  switch (dtypeOf(array)) {
    case 'float64':
      return numbers;
    case 'int32':
      return Int32Array.from(numbers);
    case 'bool':
    case 'uint8':
      return Uint8Array.from(numbers);
    default:
      return Float32Array.from(numbers);
  }
}

/** The array as a fresh leaf. */
export function toTensor(array: ArrayFixture, options: { requiresGrad?: boolean } = {}): Tensor {
  return tensor(typedArrayOf(array), {
    shape: array.shape,
    dtype: dtypeOf(array),
    requiresGrad: options.requiresGrad ?? array.requiresGrad ?? false,
  });
}

/** Arrays by name as a state dict. */
export function toStateDict(arrays: Record<string, ArrayFixture>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, toTensor(array)]));
}

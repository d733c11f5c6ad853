import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { copyInto } from '../../../lib/calls/copy.js';
import { type DType, Tensor } from '../../../lib/index.js';
import { dtypes, type TypedArray } from '../../../lib/tensor/dtype.js';
import { contiguousStrides } from '../../../lib/tensor/shape.js';
import { Storage } from '../../../lib/tensor/storage.js';

/** A value of a call as container.py writes it. */
export type Encoded =
  | number
  | string
  | boolean
  | null
  | Encoded[]
  | { t: number }
  | { n: string }
  | { dtype: string }
  | { slice: [Encoded, Encoded, Encoded] }
  | { ellipsis: true }
  | { dict: Record<string, Encoded> }
  | { module: { name: string; kwargs: Record<string, Encoded> } };

export interface Call {
  args?: Encoded[];
  kwargs?: Record<string, Encoded>;
}

interface AnySample {
  /** The dtype it was made for; errors have none. */
  dtype?: string;
  /** Which of PyTorch's it is, in its order. */
  number: number;
  /** What PyTorch's error says, where it raises one. */
  raises?: string;
}

/** One call of PyTorch's, and what came of it. */
export interface OperationSample extends Call, AnySample {
  /** The results, flattened; what of the inputs each shares memory with (-1: nothing). */
  out?: Encoded[];
  shares?: number[];
  /** Gradients of the tensors among the inputs that ask for one, in order. */
  grads?: Encoded[];
  /** Whether the form with `_` gives the same, in its tensor's memory. */
  inPlace?: boolean;
}

/** A module made by a constructor's call, and one call of its `forward`. */
export interface ModuleSample extends Call, AnySample {
  forward?: Call;
  training: boolean;
  state?: Record<string, Encoded>;
  out?: Encoded[];
  grads?: Encoded[];
  parameterGrads?: Record<string, Encoded>;
}

/** A short training: the parameters before it and after every step. Errors have `params` alone. */
export interface OptimizerSample extends Call, AnySample {
  start?: { t: number }[];
  targets?: { t: number }[];
  /** Rows that each parameter's lookup names; without, the parameter itself is trained. */
  rows?: number[][];
  after?: { t: number }[][];
  params?: Encoded;
}

/** All samples of one entry of PyTorch's. */
export interface Sampled<S> {
  name: string;
  samples: S[];
  /** How many samples could not be written, by reason. */
  leftOut: Record<string, number>;
  /** What PyTorch's own tests allow beyond the defaults, by dtype: absolute, relative. */
  tolerances?: Record<string, [number, number]>;
}

type TensorEntry = [dtype: string, shape: number[], place: number, strides: number[] | 0, requiresGrad: 0 | 1];

export interface SampleFile {
  torch: string;
  operations?: Sampled<OperationSample>[];
  modules?: Sampled<ModuleSample>[];
  optimizers?: Sampled<OptimizerSample>[];
  tensors: TensorEntry[];
  memory: Uint8Array;
}

/** Reads a file of make_samples.py. */
export function readSampleFile(path: string | URL): SampleFile {
  const raw = readFileSync(path);
  const bytes = String(path).endsWith('.gz') ? gunzipSync(raw) : raw;
  if (bytes.toString('latin1', 0, 8) !== 'LUTRASMP') throw new Error(`${path} is no file of make_samples.py`);
  const end = 12 + bytes.readUInt32LE(8);
  const start = Math.ceil(end / 8) * 8;
  return {
    ...JSON.parse(bytes.toString('utf8', 12, end)),
    memory: new Uint8Array(bytes.buffer, bytes.byteOffset + start, bytes.length - start),
  };
}

/** Lutra's name for PyTorch's type: its default integer has 32 bits. */
export function dtypeNamed(name: string): DType {
  return (name === 'int64' ? 'int32' : name) as DType;
}

/** The last element's place, and one. */
function reach(shape: readonly number[], strides: readonly number[]): number {
  return shape.reduce((sum, size, i) => sum + Math.max(size - 1, 0) * strides[i], 1);
}

/** A tensor of the file in fresh memory, contiguous. */
export function expectedAt(file: SampleFile, number: number): Tensor {
  const [dtypeName, shape, place] = file.tensors[number];
  const dtype = dtypeNamed(dtypeName);
  const { bytes, array: TypedArray } = dtypes[dtype];
  const count = shape.reduce((product, size) => product * size, 1);
  const memory = file.memory.slice(place, place + count * bytes);
  return Tensor.wrap(new TypedArray(memory.buffer, 0, count), shape, dtype);
}

/** The same with PyTorch's strides, asking for a gradient where PyTorch's does. */
function tensorAt(file: SampleFile, number: number): Tensor {
  const [, shape, , strides, requiresGrad] = file.tensors[number];
  const dense = expectedAt(file, number);
  const out = strides === 0 ? dense : laidOut(dense.storage.array, shape, strides, dense.dtype);
  if (requiresGrad) out.requiresGrad = true;
  return out;
}

function laidOut(dense: TypedArray, shape: readonly number[], strides: readonly number[], dtype: DType): Tensor {
  const length = dense.length === 0 ? 0 : reach(shape, strides);
  const array = new dtypes[dtype].array(new ArrayBuffer(length * dtypes[dtype].bytes), 0, length);
  const index = new Array<number>(shape.length).fill(0);
  for (let k = 0; k < dense.length; k++) {
    array[index.reduce((sum, i, d) => sum + i * strides[d], 0)] = dense[k];
    for (let d = shape.length - 1; d >= 0 && ++index[d] === shape[d]; d--) index[d] = 0;
  }
  return new Tensor(new Storage(array, dtype), shape, strides, 0);
}

/** A decoded value: what Lutra's call takes. */
export type Value =
  | number
  | string
  | boolean
  | null
  | Tensor
  | Value[]
  | { slice: Value[] }
  | { dict: Record<string, Value> }
  | { module: { name: string; kwargs: Record<string, Value> } };

/** The same values in every second place of larger memory, as PyTorch's noncontiguous_like lays them out. */
function spreadOut(x: Tensor): Tensor {
  const array = new dtypes[x.dtype].array(new ArrayBuffer((2 * x.numel + 1) * x.elementSize), 0, 2 * x.numel + 1);
  const dense = contiguousStrides(x.shape);
  const out = new Tensor(
    new Storage(array.fill(1), x.dtype),
    x.shape,
    dense.map((stride) => 2 * stride),
    1,
  );
  copyInto(out, x);
  if (x.requiresGrad) out.requiresGrad = true;
  return out;
}

/** Decodes the values of one sample; a tensor that comes twice is one tensor. */
export class Decoder {
  /** Every tensor decoded, in order, as often as it came. */
  readonly tensors: Tensor[] = [];
  private readonly known = new Map<number, Tensor>();

  /** @param strided Tensors of several elements are no longer contiguous. */
  constructor(
    private readonly file: SampleFile,
    private readonly strided = false,
  ) {}

  value(value: Encoded): Value {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if ('t' in value) return this.tensor(value.t);
    if ('n' in value) return value.n === 'nan' ? Number.NaN : value.n === 'inf' ? Infinity : -Infinity;
    if ('dtype' in value) return dtypeNamed(value.dtype);
    if ('slice' in value) return { slice: value.slice.map((item) => this.value(item)) };
    if ('dict' in value) return { dict: this.values(value.dict) };
    if ('module' in value) return { module: { name: value.module.name, kwargs: this.values(value.module.kwargs) } };
    return '...';
  }

  values(record: Record<string, Encoded>): Record<string, Value> {
    return Object.fromEntries(Object.entries(record).map(([name, item]) => [name, this.value(item)]));
  }

  private tensor(number: number): Tensor {
    let tensor = this.known.get(number);
    if (tensor === undefined) {
      tensor = tensorAt(this.file, number);
      if (this.strided && tensor.numel > 1) tensor = spreadOut(tensor);
    }
    this.known.set(number, tensor);
    this.tensors.push(tensor);
    return tensor;
  }
}

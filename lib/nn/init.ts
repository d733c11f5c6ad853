import { noGrad } from '../autograd/mode.js';
import { copyInto, fillWith } from '../calls/copy.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { assertWritable } from '../ops/copy.js';
import { checkFloatDType } from '../ops/creation.js';
import * as draw from '../ops/random.js';
import { checkOptions } from '../options.js';
import { withoutRepeats } from '../tensor/overlap.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, checkTensor, Tensor } from '../tensor/tensor.js';
import { elementOf } from '../tensor/value.js';
import { orthonormalColumns } from './orthogonalize.js';

/** Initialisers of parameters, as PyTorch's `torch.nn.init`: they write in place, outside the graph. */

export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'conv_transpose1d'
  | 'conv_transpose2d'
  | 'conv_transpose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leaky_relu'
  | 'selu';

export interface KaimingOptions extends draw.DrawOptions {
  /** The negative slope of the leaky ReLU that follows. Default 0. */
  a?: number;
  /** Keep the variance of the forward pass (`fan_in`, the default) or of the backward pass. */
  mode?: 'fan_in' | 'fan_out';
  /** What follows the layer. Default `leaky_relu`. */
  nonlinearity?: Nonlinearity;
}

/**
 * The factor by which a nonlinearity shrinks a standard deviation, to be made up for by the weights.
 * @param param the negative slope of `leaky_relu`, default 0.01.
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'conv_transpose1d':
    case 'conv_transpose2d':
    case 'conv_transpose3d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leaky_relu':
      if (typeof param !== 'number') {
        throw new ArgumentError(`calculateGain: param must be the negative slope, a number, got ${describe(param)}`);
      }
      return Math.sqrt(2 / (1 + param * param));
    case 'selu':
      return 3 / 4;
    default:
      throw new ValueError(
        `calculateGain: nonlinearity must be linear, conv1d to conv3d, conv_transpose1d to conv_transpose3d, sigmoid, ` +
          `tanh, relu, leaky_relu or selu, got ${describe(nonlinearity)}`,
      );
  }
}

/** Connections into and out of one unit: sizes 1 and 0 of the weight, times the receptive field. */
function fans(op: string, x: Tensor): { fanIn: number; fanOut: number } {
  if (x.ndim < 2) {
    throw new ShapeError(`${op}: input must have at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  }
  const field = x.shape.slice(2).reduce((product, size) => product * size, 1);
  return { fanIn: x.shape[1] * field, fanOut: x.shape[0] * field };
}

function matrix(op: string, x: Tensor): Tensor {
  checkTensor(op, 'input', x);
  if (x.ndim !== 2) throw new ShapeError(`${op}: input must have 2 dimensions, got shape ${formatShape(x.shape)}`);
  return x;
}

function checkGain(op: string, gain: unknown): void {
  if (typeof gain !== 'number' || !Number.isFinite(gain)) {
    throw new ArgumentError(`${op}: gain must be a finite number, got ${describe(gain)}`);
  }
}

/** Fills with numbers from U(a, b), default U(0, 1). */
export function uniform_<T extends Tensor>(input: T, a = 0, b = 1, options?: draw.DrawOptions): T {
  return noGrad(() => draw.uniform_(input, a, b, options));
}

/** Fills with numbers from N(mean, std²), default N(0, 1). */
export function normal_<T extends Tensor>(input: T, mean = 0, std = 1, options?: draw.DrawOptions): T {
  return noGrad(() => draw.normal_(input, mean, std, options));
}

/** Fills with numbers from N(mean, std²) conditioned on [a, b]. */
export function truncNormal_<T extends Tensor>(
  input: T,
  mean = 0,
  std = 1,
  a = -2,
  b = 2,
  options?: draw.DrawOptions,
): T {
  return noGrad(() => draw.truncNormal_(input, mean, std, a, b, options));
}

/** Fills with one value. */
export function constant_<T extends Tensor>(input: T, value: number): T {
  checkTensor('constant_', 'input', input);
  if (typeof value !== 'number') {
    throw new ArgumentError(`constant_: value must be a number, got ${describe(value)}`);
  }
  fillWith(withoutRepeats(input), elementOf('constant_', value, input.dtype));
  return input;
}

/** Fills with ones. */
export function ones_<T extends Tensor>(input: T): T {
  return inNameOf('ones_', () => constant_(input, 1));
}

/** Fills with zeros. */
export function zeros_<T extends Tensor>(input: T): T {
  return inNameOf('zeros_', () => constant_(input, 0));
}

/** Makes a matrix the identity: as many inputs as possible pass unchanged. */
export function eye_<T extends Tensor>(input: T): T {
  const [rows, columns] = matrix('eye_', input).shape;
  noGrad(() => assertWritable('eye_', input));
  zeros_(input);
  const n = Math.min(rows, columns);
  const diagonal = new Tensor(input.storage, [n], [input.strides[0] + input.strides[1]], input.offset);
  ones_(diagonal);
  return input;
}

/**
 * Fills from U(−a, a), a = gain · √(6 / (fan_in + fan_out)).
 * Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.
 */
export function xavierUniform_<T extends Tensor>(input: T, gain = 1, options?: draw.DrawOptions): T {
  checkGain('xavierUniform_', gain);
  const { fanIn, fanOut } = fans('xavierUniform_', checkFloat('xavierUniform_', 'input', input));
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)));
  return inNameOf('xavierUniform_', () => uniform_(input, -Math.abs(bound), Math.abs(bound), options));
}

/** Fills from N(0, gain² · 2 / (fan_in + fan_out)); the source is `xavierUniform_`'s. */
export function xavierNormal_<T extends Tensor>(input: T, gain = 1, options?: draw.DrawOptions): T {
  checkGain('xavierNormal_', gain);
  const { fanIn, fanOut } = fans('xavierNormal_', checkFloat('xavierNormal_', 'input', input));
  return inNameOf('xavierNormal_', () => normal_(input, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), options));
}

/** gain / √fan, and the option to draw with; null for a tensor without elements, which is left alone. */
function kaimingStd(op: string, input: Tensor, options: KaimingOptions | undefined): number | null {
  const given = checkOptions(op, options, ['a', 'mode', 'nonlinearity', 'generator']);
  const { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' } = given;
  checkFloat(op, 'input', input);
  if (mode !== 'fan_in' && mode !== 'fan_out') {
    throw new ValueError(`${op}: mode must be 'fan_in' or 'fan_out', got ${describe(mode)}`);
  }
  const gain = calculateGain(nonlinearity, a);
  if (input.numel === 0) return null;
  const { fanIn, fanOut } = fans(op, input);
  return gain / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut);
}

/**
 * Fills from U(−b, b), b = gain · √(3 / fan).
 * He et al. 2015, Delving deep into rectifiers.
 */
export function kaimingUniform_<T extends Tensor>(input: T, options?: KaimingOptions): T {
  const std = kaimingStd('kaimingUniform_', input, options);
  if (std === null) return input;
  const bound = Math.sqrt(3) * std;
  return inNameOf('kaimingUniform_', () => uniform_(input, -bound, bound, { generator: options?.generator }));
}

/** Fills from N(0, gain² / fan); the source is `kaimingUniform_`'s. */
export function kaimingNormal_<T extends Tensor>(input: T, options?: KaimingOptions): T {
  const std = kaimingStd('kaimingNormal_', input, options);
  if (std === null) return input;
  return inNameOf('kaimingNormal_', () => normal_(input, 0, std, { generator: options?.generator }));
}

/**
 * Makes a matrix (further dimensions joined to the second) orthogonal times `gain`: its rows or its columns, whichever
 * are fewer, are orthonormal. Saxe et al. 2014, Exact solutions to the nonlinear dynamics of learning in deep linear
 * neural networks.
 */
export function orthogonal_<T extends Tensor>(input: T, gain = 1, options?: draw.DrawOptions): T {
  checkGain('orthogonal_', gain);
  checkFloat('orthogonal_', 'input', input);
  noGrad(() => assertWritable('orthogonal_', input));
  if (input.ndim < 2) {
    throw new ShapeError(`orthogonal_: input must have at least 2 dimensions, got shape ${formatShape(input.shape)}`);
  }
  if (input.numel === 0) return input;
  const rows = input.shape[0];
  const columns = input.numel / rows;
  const tall = rows >= columns;
  const [m, n] = tall ? [rows, columns] : [columns, rows];
  const drawn = inNameOf('orthogonal_', () =>
    normal_(Tensor.allocate([rows, columns], checkFloatDType('orthogonal_', input.dtype)), 0, 1, options),
  );
  const values = drawn.storage.array;
  // Read as columns of the tall matrix: rows of a wide one are that already.
  const place = (i: number, j: number) => (tall ? i * columns + j : j * columns + i);
  const a = new Float64Array(m * n);
  for (let j = 0; j < n; j++) for (let i = 0; i < m; i++) a[j * m + i] = values[place(i, j)];
  const q = orthonormalColumns(a, m, n);
  for (let j = 0; j < n; j++) for (let i = 0; i < m; i++) values[place(i, j)] = gain * q[j * m + i];
  copyInto(input, Tensor.wrap(values, input.shape, input.dtype));
  input.storage.version++;
  return input;
}

/**
 * Fills a matrix from N(0, std²), then sets a part of each column to zero, at random places.
 * @param sparsity the part of each column's elements to set to zero, from 0 to 1; rounded up to whole elements.
 */
export function sparse_<T extends Tensor>(input: T, sparsity: number, std = 0.01, options?: draw.DrawOptions): T {
  const [rows, columns] = matrix('sparse_', checkFloat('sparse_', 'input', input)).shape;
  if (typeof sparsity !== 'number' || !(sparsity >= 0 && sparsity <= 1)) {
    throw new ValueError(`sparse_: sparsity must be from 0 to 1, got ${describe(sparsity)}`);
  }
  inNameOf('sparse_', () => normal_(input, 0, std, options));
  const { array } = input.storage;
  const zeros = Math.ceil(sparsity * rows);
  for (let column = 0; column < columns; column++) {
    const order = draw.randperm(rows, { generator: options?.generator }).storage.array;
    for (let k = 0; k < zeros; k++) {
      array[input.offset + order[k] * input.strides[0] + column * input.strides[1]] = 0;
    }
  }
  input.storage.version++;
  return input;
}

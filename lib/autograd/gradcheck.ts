import {
  ArgumentError,
  AutogradError,
  DTypeError,
  describe,
  GradcheckError,
  ShapeError,
  ValueError,
} from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { grad } from './engine.js';
import { enableGrad, noGrad } from './mode.js';
import { RowSparse } from './row_sparse.js';

export interface GradcheckOptions {
  /** Step of the central differences. Default 1e-6. */
  eps?: number;
  /** Absolute tolerance. Default 1e-5. */
  atol?: number;
  /** Tolerance relative to the numerical derivative. Default 1e-3. */
  rtol?: number;
  /** How far two runs of the same backward may differ. Default 0: not by a bit. */
  nondetTol?: number;
  /** Throw a GradcheckError on a wrong gradient; with false, return false. Default true. */
  raiseError?: boolean;
}

/** Tensors as a function returns them: one, or arrays of any depth, as an LSTM's `[output, [h, c]]`. */
export type TensorNest = Tensor | readonly TensorNest[];

interface Tolerances {
  readonly atol: number;
  readonly rtol: number;
}

/** Derivatives of one output by one input: entry [k · input.numel + i] is ∂outputₖ / ∂inputᵢ. */
type Jacobian = Float64Array;

function flat(nest: TensorNest): Tensor[] {
  if (nest instanceof Tensor) return [nest];
  if (Array.isArray(nest)) return nest.flatMap(flat);
  throw new ArgumentError(`gradcheck: fn must return a Tensor or arrays of them, got ${describe(nest)}`);
}

function valuesOf(t: Tensor): Float64Array {
  return Float64Array.from({ length: t.numel }, (_, i) => t.at(i));
}

/** Which inputs are checked. Every input that asks for a gradient must be one that differences can be taken of. */
function checkInputs(inputs: readonly Tensor[]): number[] {
  const checked: number[] = [];
  for (const [i, input] of inputs.entries()) {
    if (!(input instanceof Tensor)) {
      throw new ArgumentError(`gradcheck: inputs[${i}] must be a Tensor, got ${describe(input)}`);
    }
    if (!input.requiresGrad) continue;
    if (input.dtype !== 'float64') {
      throw new DTypeError(
        `gradcheck: inputs[${i}] must be float64, got ${input.dtype}: differences in it are noise; use double()`,
      );
    }
    if (input.strides.some((stride, dim) => stride === 0 && input.shape[dim] > 1)) {
      throw new ShapeError(`gradcheck: inputs[${i}] is an expanded view whose elements share memory; use contiguous()`);
    }
    checked.push(i);
  }
  if (checked.length === 0) throw new ArgumentError('gradcheck: none of the inputs requires a gradient');
  return checked;
}

/** The outputs that gradients flow from, with their positions among all outputs. */
function checkOutputs(outputs: readonly Tensor[]): number[] {
  const checked: number[] = [];
  for (const [k, output] of outputs.entries()) {
    if (!output.requiresGrad || !isFloating(output.dtype)) continue;
    if (output.dtype !== 'float64') {
      throw new DTypeError(`gradcheck: output ${k} must be float64, got ${output.dtype}: keep everything in double`);
    }
    checked.push(k);
  }
  return checked;
}

/** The place in the storage of a row-major element. */
function placeOf(t: Tensor, flatIndex: number): number {
  let place = t.offset;
  let rest = flatIndex;
  for (let dim = t.shape.length - 1; dim >= 0; dim--) {
    place += (rest % t.shape[dim]) * t.strides[dim];
    rest = Math.floor(rest / t.shape[dim]);
  }
  return place;
}

/** Central differences of all outputs by one input, one element at a time. */
function numericalJacobians(run: () => Tensor[], input: Tensor, sizes: readonly number[], eps: number): Jacobian[] {
  const jacobians = sizes.map((size) => new Float64Array(size * input.numel));
  const { array } = input.storage;
  for (let i = 0; i < input.numel; i++) {
    const place = placeOf(input, i);
    const value = array[place];
    try {
      array[place] = value + eps;
      const above = run().map(valuesOf);
      array[place] = value - eps;
      const below = run().map(valuesOf);
      for (const [k, jacobian] of jacobians.entries()) {
        for (let row = 0; row < sizes[k]; row++) {
          jacobian[row * input.numel + i] = (above[k][row] - below[k][row]) / (2 * eps);
        }
      }
    } finally {
      array[place] = value;
    }
  }
  return jacobians;
}

/** A gradient as numbers, after checking that it belongs to the input; zeros where there is none. */
function gradientValues(gradient: Tensor | null, input: Tensor, where: string): Float64Array {
  if (gradient === null) return new Float64Array(input.numel);
  if (formatShape(gradient.shape) !== formatShape(input.shape) || gradient.dtype !== input.dtype) {
    throw new GradcheckError(
      `gradcheck: the gradient of ${where} must be ${input.dtype} of shape ${formatShape(input.shape)}, ` +
        `got ${gradient.dtype} of shape ${formatShape(gradient.shape)}`,
    );
  }
  return valuesOf(gradient instanceof RowSparse ? gradient.toDense() : gradient);
}

/** Backward from each element of one output, to all inputs: one Jacobian an input. */
function analyticalJacobians(
  output: Tensor,
  k: number,
  inputs: readonly Tensor[],
  names: readonly number[],
): Jacobian[] {
  const jacobians = inputs.map((input) => new Float64Array(output.numel * input.numel));
  for (let row = 0; row < output.numel; row++) {
    const seed = Tensor.allocate(output.shape, 'float64');
    seed.data[row] = 1;
    const gradients = grad(output, inputs, seed, { retainGraph: true, allowUnused: true });
    for (const [j, input] of inputs.entries()) {
      const values = gradientValues(gradients[j], input, `inputs[${names[j]}] from output ${k}`);
      jacobians[j].set(values, row * input.numel);
    }
  }
  return jacobians;
}

/** The element that is furthest beyond its tolerance, or -1. NaN is beyond any. */
function worstElement(analytic: Float64Array, numeric: Float64Array, { atol, rtol }: Tolerances): number {
  let worst = -1;
  let most = 0;
  for (let i = 0; i < analytic.length; i++) {
    const excess = Math.abs(analytic[i] - numeric[i]) - (atol + rtol * Math.abs(numeric[i]));
    if (Number.isNaN(excess)) return i;
    if (excess > most) {
      worst = i;
      most = excess;
    }
  }
  return worst;
}

function coordinates(flatIndex: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = flatIndex;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    index.unshift(rest % shape[dim]);
    rest = Math.floor(rest / shape[dim]);
  }
  return formatShape(index);
}

/** Seven digits: more is noise in a difference. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

/** Weights for the sum of all outputs: fixed, in ±[0.5, 1), and unlike each other. */
function weightsFor(output: Tensor, k: number): Tensor {
  const weights = Tensor.allocate(output.shape, 'float64');
  let state = 12345 + 7919 * k;
  for (let i = 0; i < weights.numel; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const size = 0.5 + (state >>> 16) / 2 ** 17;
    weights.data[i] = state & 0x8000 ? size : -size;
  }
  return weights;
}

/** Backward of Σₖ outputsₖ · weightsₖ, twice: against the numerical Jacobians, and against itself. */
function checkWeightedSum(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  names: readonly number[],
  numerical: readonly (readonly Jacobian[])[],
  tolerances: Tolerances,
  nondetTol: number,
): void {
  const weights = outputs.map(weightsFor);
  const run = () => grad(outputs, inputs, weights, { retainGraph: true, allowUnused: true });
  const first = run();
  const second = run();
  for (const [j, input] of inputs.entries()) {
    const where = `inputs[${names[j]}]`;
    const values = gradientValues(first[j], input, where);
    const again = gradientValues(second[j], input, where);
    for (let i = 0; i < values.length; i++) {
      if (Math.abs(values[i] - again[i]) > nondetTol) {
        throw new GradcheckError(
          `gradcheck: two backward passes disagree about ${where} at ${coordinates(i, input.shape)}: ` +
            `${values[i]} and ${again[i]}; backward must not change what it reads`,
        );
      }
    }
    const expected = new Float64Array(input.numel);
    let scale = 0;
    for (const [k, output] of outputs.entries()) {
      scale += output.numel;
      for (let row = 0; row < output.numel; row++) {
        const weight = weights[k].at(row);
        for (let i = 0; i < input.numel; i++) expected[i] += weight * numerical[k][j][row * input.numel + i];
      }
    }
    // The differences' errors add up over the outputs.
    const i = worstElement(values, expected, { ...tolerances, atol: tolerances.atol * Math.max(1, scale) });
    if (i >= 0) {
      throw new GradcheckError(
        `gradcheck: wrong gradient of a weighted sum of all outputs with respect to ${where} at ` +
          `${coordinates(i, input.shape)}: analytical ${rounded(values[i])}, numerical ${rounded(expected[i])}`,
      );
    }
  }
}

function compare(
  fn: () => TensorNest,
  all: readonly Tensor[],
  names: readonly number[],
  options: Required<GradcheckOptions>,
) {
  const inputs = names.map((i) => all[i]);
  const outputs = flat(enableGrad(fn));
  const chosen = checkOutputs(outputs);
  if (chosen.length === 0) {
    throw new GradcheckError('gradcheck: none of the outputs requires a gradient; was the operation recorded?');
  }
  const checked = chosen.map((k) => outputs[k]);
  const run = () => {
    const made = noGrad(() => flat(fn()));
    return chosen.map((k) => made[k]);
  };
  for (const [k, again] of run().entries()) {
    const values = valuesOf(again);
    const before = valuesOf(checked[k]);
    if (values.length !== before.length || values.some((value, i) => !Object.is(value, before[i]))) {
      throw new AutogradError(
        `gradcheck: fn gives another output ${chosen[k]} each time; seed what is random in it, inside fn`,
      );
    }
  }
  const sizes = checked.map((output) => output.numel);
  const byInput = inputs.map((input) => numericalJacobians(run, input, sizes, options.eps));
  const numerical = checked.map((_, k) => byInput.map((jacobians) => jacobians[k]));
  for (const [k, output] of checked.entries()) {
    const analytical = analyticalJacobians(output, chosen[k], inputs, names);
    for (const [j, input] of inputs.entries()) {
      const worst = worstElement(analytical[j], numerical[k][j], options);
      if (worst < 0) continue;
      const row = coordinates(Math.floor(worst / input.numel), output.shape);
      const column = coordinates(worst % input.numel, input.shape);
      throw new GradcheckError(
        `gradcheck: wrong gradient of output ${chosen[k]} with respect to inputs[${names[j]}]: ` +
          `∂output${row} / ∂input${column} is analytically ${rounded(analytical[j][worst])}, ` +
          `numerically ${rounded(numerical[k][j][worst])} (atol ${options.atol}, rtol ${options.rtol})`,
      );
    }
  }
  checkWeightedSum(checked, inputs, names, numerical, options, options.nondetTol);
}

/**
 * Compares the gradients that `backward` gives with central differences, as `torch.autograd.gradcheck` does: every
 * element of the Jacobian of every output with respect to every input that requires a gradient, then the gradient of a
 * weighted sum of all outputs, twice. Other inputs are passed on and left alone. Row-sparse gradients are understood.
 *
 * @param fn called with `inputs`; may return arrays of tensors. It must give the same result every time.
 * @param inputs those to check must be float64; parameters that `fn` reaches by itself may be among them.
 * @returns true; false for a wrong gradient when `raiseError` is false.
 * @throws GradcheckError naming input, output and the worst element; DTypeError for inputs that are not float64.
 */
export function gradcheck(
  fn: (...inputs: Tensor[]) => TensorNest,
  inputs: Tensor | readonly Tensor[],
  options?: GradcheckOptions,
): boolean {
  const given = checkOptions('gradcheck', options, ['eps', 'atol', 'rtol', 'nondetTol', 'raiseError']);
  const full = { eps: 1e-6, atol: 1e-5, rtol: 1e-3, nondetTol: 0, raiseError: true, ...given };
  for (const name of ['eps', 'atol', 'rtol', 'nondetTol'] as const) {
    if (!(typeof full[name] === 'number' && full[name] >= 0) || (name === 'eps' && full.eps === 0)) {
      throw new ValueError(
        `gradcheck: ${name} must be a ${name === 'eps' ? 'positive' : 'non-negative'} number, got ${describe(full[name])}`,
      );
    }
  }
  if (typeof fn !== 'function') throw new ArgumentError(`gradcheck: fn must be a function, got ${describe(fn)}`);
  const list = inputs instanceof Tensor ? [inputs] : inputs;
  if (!Array.isArray(list))
    throw new ArgumentError(`gradcheck: inputs must be an array of tensors, got ${describe(inputs)}`);
  const names = checkInputs(list);
  try {
    compare(() => fn(...list), list, names, full);
    return true;
  } catch (error) {
    if (!full.raiseError && error instanceof GradcheckError) return false;
    throw error;
  }
}

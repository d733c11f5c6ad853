import { type DType, Tensor, tensor } from '../../../lib/index.js';
import { valuesOf } from '../read.js';
import { Decoder, type Encoded, expectedAt, type SampleFile } from './read.js';

/** What can differ from PyTorch. */
export type Kind =
  | 'call'
  | 'refuses'
  | 'accepts'
  | 'foreign error'
  | 'count'
  | 'shape'
  | 'dtype'
  | 'value'
  | 'memory'
  | 'gradient';

export interface Disagreement {
  kind: Kind;
  text: string;
}

/** PyTorch's own tolerances (torch.testing.assert_close) by dtype: absolute, relative. */
export type Tolerances = { readonly [K in DType]: readonly [absolute: number, relative: number] };

const defaults: Tolerances = {
  float64: [1e-7, 1e-7],
  float32: [1e-5, 1.3e-6],
  float16: [1e-5, 1e-3],
  bfloat16: [1e-5, 1.6e-2],
  int32: [0, 0],
  uint8: [0, 0],
  bool: [0, 0],
};

/** The defaults, widened where PyTorch's own tests of the operation are. */
export function tolerancesWith(own: Record<string, [number, number]> = {}): Tolerances {
  const entries = Object.entries(defaults).map(([dtype, [absolute, relative]]) => {
    const [a, r] = own[dtype] ?? [0, 0];
    return [dtype, [Math.max(absolute, a), Math.max(relative, r)]];
  });
  return Object.fromEntries(entries);
}

/**
 * Gradients add up many products, in another order than PyTorch's: in float32 they may differ by 1e-5 of the largest.
 * (PyTorch's own tests compare gradients in float64, by central differences.)
 */
function forGradients(tolerances: Tolerances, file: SampleFile, number: number): Tolerances {
  const values = expectedAt(file, number);
  let largest = 0;
  for (let i = 0; i < values.numel; i++) {
    const size = Math.abs(values.at(i));
    if (Number.isFinite(size)) largest = Math.max(largest, size);
  }
  const [absolute, relative] = tolerances.float32;
  return { ...tolerances, float32: [absolute + 1e-5 * largest, relative] };
}

/** The results as a flat list, as the scripts flatten PyTorch's. */
export function flat(result: unknown): unknown[] {
  if (Array.isArray(result)) return result.flatMap(flat);
  if (result === null || typeof result !== 'object' || result instanceof Tensor) return [result ?? null];
  return Object.values(result).flatMap(flat);
}

/** What result k is weighted with before backward; operations.py runs the same rule. */
export function weight(k: number, shape: readonly number[], dtype: DType): Tensor {
  const values = valuesOf({ shape: [...shape], dtype: 'float32', lcg: { seed: 9000 + k, scale: 1, shift: 0 } });
  return tensor(values, { shape: [...shape] }).to(dtype);
}

/** What of the first difference between a tensor and PyTorch's; null where there is none. */
export function differs(actual: Tensor, file: SampleFile, number: number, tolerances: Tolerances): Disagreement | null {
  const values = expectedAt(file, number);
  const { shape, dtype } = values;
  if (String(actual.shape) !== String(shape)) return { kind: 'shape', text: `[${actual.shape}] instead of [${shape}]` };
  // Arithmetic widens 16 bits: the result is right when it rounds to PyTorch's.
  const widened = (dtype === 'float16' || dtype === 'bfloat16') && actual.dtype === 'float32';
  if (actual.dtype !== dtype && !widened) return { kind: 'dtype', text: `${actual.dtype} instead of ${dtype}` };
  const given = widened ? actual.to(dtype) : actual;
  const [absolute, relative] = tolerances[dtype];
  for (let i = 0; i < values.numel; i++) {
    const a = given.at(i);
    const b = values.at(i);
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (Number.isFinite(b) && Math.abs(a - b) <= absolute + relative * Math.abs(b)) continue;
    return { kind: 'value', text: `element ${i} is ${a} instead of ${b}` };
  }
  return null;
}

/** A result against PyTorch's, which may be a plain value. */
export function compareResult(
  file: SampleFile,
  actual: unknown,
  expected: Encoded,
  tolerances: Tolerances,
): Disagreement | null {
  if (typeof expected === 'object' && expected !== null && 't' in expected) {
    if (!(actual instanceof Tensor)) return { kind: 'value', text: `${typeof actual} instead of a tensor` };
    return differs(actual, file, expected.t, tolerances);
  }
  const wanted = new Decoder(file).value(expected);
  const given = actual instanceof Tensor ? actual.tolist() : actual;
  if (typeof wanted === 'number' && typeof given === 'number') {
    const [absolute, relative] = tolerances.float32;
    if (Object.is(wanted, given) || Math.abs(given - wanted) <= absolute + relative * Math.abs(wanted)) return null;
  }
  if (JSON.stringify(given) === JSON.stringify(wanted)) return null;
  return { kind: 'value', text: `${JSON.stringify(given)} instead of ${JSON.stringify(wanted)}` };
}

/** A gradient against PyTorch's; one that PyTorch leaves undefined may be zero. */
export function compareGradient(
  file: SampleFile,
  actual: Tensor | null,
  expected: Encoded,
  tolerances: Tolerances,
): Disagreement | null {
  if (expected === null) {
    const zero = actual === null || flat(actual.tolist()).every((value) => value === 0);
    return zero ? null : { kind: 'gradient', text: 'there is one' };
  }
  if (actual === null) return { kind: 'gradient', text: 'there is none' };
  const number = (expected as { t: number }).t;
  const difference = differs(actual, file, number, forGradients(tolerances, file, number));
  return difference && { kind: 'gradient', text: `${difference.kind}: ${difference.text}` };
}

/** True for the errors of lib/errors.ts, which say what to do. */
function isTyped(error: unknown): boolean {
  return error instanceof Error && !['Error', 'TypeError', 'RangeError', 'InternalError'].includes(error.name);
}

/** What a thrown error says about the agreement: refused with a reason, or an error of another layer. */
export function refusal(error: unknown): Disagreement {
  if (!(error instanceof Error)) throw error;
  return { kind: isTyped(error) ? 'refuses' : 'foreign error', text: `${error.name}: ${error.message}` };
}

/** Runs a call that PyTorch refuses. */
export function compareError(call: () => unknown, raises: string): Disagreement[] {
  try {
    call();
  } catch (error) {
    const found = refusal(error);
    return found.kind === 'refuses' ? [] : [found];
  }
  return [{ kind: 'accepts', text: `PyTorch: ${raises}` }];
}

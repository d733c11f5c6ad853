import { needsGrad, record } from '../autograd/record.js';
import { copyInto, fillWith } from '../calls/copy.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions, nearest } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { elementOf } from '../tensor/value.js';
import { indexSelect } from './indexing.js';
import { cat } from './joining.js';
import { checkDense } from './operands.js';
import { narrow } from './view.js';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';

export interface PadOptions {
  /** What the new elements are: `value`, the mirrored inside, the nearest edge, or the other end. Default 'constant'. */
  mode?: PadMode;
  /** The new elements of mode 'constant'. Default 0. */
  value?: number;
}

/** How many elements to add before and after each dimension; negative numbers take some away. */
type Widths = readonly (readonly [before: number, after: number])[];

function widthsOf(input: Tensor, pad: unknown): Widths {
  const list = Array.isArray(pad) ? pad : null;
  if (list === null || list.length % 2 !== 0 || !list.every((n) => Number.isInteger(n))) {
    throw new ArgumentError(
      `pad: pad must be a list of integers, two for each dimension from the last, got ${describe(pad)}`,
    );
  }
  if (list.length > 2 * input.ndim) {
    throw new ShapeError(
      `pad: pad names ${list.length / 2} dimensions, the input of shape ${formatShape(input.shape)} has ${input.ndim}`,
    );
  }
  return input.shape.map((size, d) => {
    const k = 2 * (input.ndim - 1 - d);
    const width = [list[k] ?? 0, list[k + 1] ?? 0] as const;
    if (size + width[0] + width[1] < 0) {
      throw new ShapeError(`pad: ${width[0]} and ${width[1]} leave nothing of dimension ${d}, of size ${size}`);
    }
    return width;
  });
}

/** The part of a tensor that the other one of a padding shows, one before and one after negative widths. */
function windows(inside: Tensor, outside: Tensor, widths: Widths): [Tensor, Tensor] {
  let [a, b] = [inside, outside];
  for (const [d, [before, after]] of widths.entries()) {
    const length = Math.max(0, inside.shape[d] + Math.min(before, 0) + Math.min(after, 0));
    a = narrow(a, d, Math.min(Math.max(-before, 0), inside.shape[d]), length);
    b = narrow(b, d, Math.min(Math.max(before, 0), outside.shape[d]), length);
  }
  return [a, b];
}

function padConstant(x: Tensor, widths: Widths, value: number): Tensor {
  const shape = x.shape.map((size, d) => size + widths[d][0] + widths[d][1]);
  const out = Tensor.allocate(shape, x.dtype);
  if (value !== 0) fillWith(out, elementOf('pad', value, x.dtype));
  const [from, to] = windows(x.detach(), out, widths);
  copyInto(to, from);
  if (!isFloating(x.dtype) || !needsGrad(x)) return out;
  return record('ConstantPadNdBackward0', [x], out, (grad) => {
    const back = Tensor.allocate(x.shape, grad.dtype);
    const [target, source] = windows(back, grad, widths);
    copyInto(target, source);
    return [back];
  });
}

/** Which element of a dimension of `size` the place `at`, which may lie outside, shows. */
const shown: { readonly [mode: string]: (at: number, size: number) => number } = {
  reflect: (at, size) => (at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at),
  replicate: (at, size) => Math.min(Math.max(at, 0), size - 1),
};

function checkWidth(mode: PadMode, d: number, size: number, width: readonly [number, number]): void {
  const most = Math.max(...width);
  if (mode === 'reflect' && most >= size && most > 0) {
    throw new ShapeError(`pad: mode 'reflect' must add fewer elements than dimension ${d} has, ${size}; got ${most}`);
  }
  if (mode === 'circular' && most > size) {
    throw new ShapeError(
      `pad: mode 'circular' must add no more elements than dimension ${d} has, ${size}; got ${most}`,
    );
  }
  if (size === 0 && most > 0) throw new ShapeError(`pad: mode '${mode}' needs elements in dimension ${d} to repeat`);
}

/** The places that a padded dimension of `size` shows. */
function placesOf(mode: PadMode, size: number, [before, after]: readonly [number, number]): Int32Array {
  const length = size + before + after;
  if (mode !== 'circular') return Int32Array.from({ length }, (_, i) => shown[mode](i - before, size));
  // What is taken away does not come round again.
  const first = Math.max(-before, 0);
  const left = size - first - Math.max(-after, 0);
  const lead = Math.max(before, 0);
  return Int32Array.from({ length }, (_, i) => first + ((((i - lead) % left) + left) % left));
}

function padByIndex(x: Tensor, widths: Widths, mode: PadMode): Tensor {
  let out = x;
  for (const [d, width] of widths.entries()) {
    if (width[0] === 0 && width[1] === 0) continue;
    checkWidth(mode, d, x.shape[d], width);
    const places = placesOf(mode, x.shape[d], width);
    const pick = (list: Int32Array) => indexSelect(out, d, Tensor.wrap(list, [list.length], 'int32'));
    if (width[0] < 0 || width[1] < 0) {
      out = pick(places);
      continue;
    }
    const edges = [places.slice(0, width[0]), places.slice(width[0] + x.shape[d])].map(pick);
    out = cat([edges[0], out, edges[1]], d);
  }
  return out === x ? x.clone() : out;
}

/**
 * input with elements added around it, as `torch.nn.functional.pad`: `pad` holds [before, after] of the last dimension,
 * then of the one before it, and so on; negative numbers take elements away. 'constant' pads any number of dimensions with
 * `value`; 'reflect' mirrors without repeating the edge, 'replicate' repeats the edge, 'circular' goes on at the other end.
 *
 * @throws ArgumentError, ShapeError for widths that do not fit; ValueError for a value in another mode than 'constant'.
 */
export function pad(input: Tensor, pad: readonly number[], options?: PadOptions): Tensor {
  const { mode = 'constant', value } = checkOptions('pad', options, ['mode', 'value']);
  const x = checkDense('pad', 'input', input);
  const modes = ['constant', 'circular', ...Object.keys(shown)];
  if (!modes.includes(mode)) {
    const close = typeof mode === 'string' ? nearest(mode, modes) : null;
    const hint = close === null ? `one of ${modes.join(', ')}` : `did you mean '${close}'?`;
    throw new ValueError(`pad: unknown mode ${describe(mode)}; ${hint}`);
  }
  const widths = widthsOf(x, pad);
  if (mode === 'constant') {
    if (value !== undefined && typeof value !== 'number') {
      throw new ArgumentError(`pad: value must be a number, got ${describe(value)}`);
    }
    return padConstant(x, widths, value ?? 0);
  }
  if (value !== undefined && value !== 0) throw new ValueError(`pad: mode '${mode}' takes no value, got ${value}`);
  return padByIndex(x, widths, mode);
}

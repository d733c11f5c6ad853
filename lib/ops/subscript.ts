/** What stands between the brackets of `x[…]` in Python. */
import { needsGrad, record } from '../autograd/record.js';
import { truePositions } from '../calls/select.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { placesOf, readPlaces, writePlaces } from './advanced_index.js';
import { contiguous } from './copy.js';
import { indexSelect } from './indexing.js';
import { checkDense } from './operands.js';
import { reshape } from './reshape.js';
import { select, slice, unsqueeze } from './view.js';
import { wrappedIndex } from './wrapped_index.js';

/** One entry of `Tensor.index`. */
export type IndexEntry =
  | number
  | null
  | ':'
  | '...'
  | readonly [(number | null)?, (number | null)?, (number | null)?]
  | Tensor;

declare module '../tensor/tensor.js' {
  interface Tensor {
    /**
     * NumPy-style indexing, as between the brackets of PyTorch's `x[…]`, one entry a dimension: a number selects, `null` adds
     * a dimension, `':'` or nothing keeps one, `'...'` keeps all that the others leave, `[start, end, step]` slices; int32 tensors pick, negative ones from the end,
     * and bool tensors mask as many dimensions as they have. Several tensors are broadcast together: `x.index(rows,
     * columns)` picks one element for each pair. Their dimensions stand where the first one did, or in front when they are
     * not neighbours. A view without tensors, a copy with them.
     */
    index(...entries: IndexEntry[]): Tensor;
  }
}

/** The dimensions that an entry stands for. */
function covered(entry: IndexEntry): number {
  if (entry === null || entry === '...') return 0;
  return entry instanceof Tensor && entry.dtype === 'bool' ? entry.ndim : 1;
}

/** `'...'` as the `':'` that it stands for. */
function withoutEllipsis(x: Tensor, entries: readonly IndexEntry[]): IndexEntry[] {
  const left = x.ndim - entries.reduce((sum: number, entry) => sum + covered(entry), 0);
  const list = entries.flatMap((entry) =>
    entry === '...' ? new Array<IndexEntry>(Math.max(0, left)).fill(':') : [entry],
  );
  if (entries.filter((entry) => entry === '...').length > 1) throw new ArgumentError("index: takes '...' only once");
  return list;
}

/** Applies the entries that make views; what is left are the tensors, each at its dimension. */
function applyViews(x: Tensor, entries: readonly IndexEntry[]): { view: Tensor; indices: (Tensor | null)[] } {
  let view = x;
  let dim = 0;
  const indices: (Tensor | null)[] = [];
  const keep = () => {
    indices.push(null);
    dim++;
  };
  for (const [i, entry] of entries.entries()) {
    if (dim >= view.ndim && entry !== null && !(entry instanceof Tensor)) throw tooMany(x, entries);
    if (entry === null) {
      view = unsqueeze(view, dim);
      keep();
    } else if (entry === ':') {
      keep();
    } else if (typeof entry === 'number') {
      view = select(view, dim, entry);
    } else if (Array.isArray(entry)) {
      if (entry.length > 3)
        throw new ArgumentError(`index: entry ${i} must be [start, end, step], got ${describe(entry)}`);
      view = slice(view, dim, entry[0], entry[1], entry[2] ?? 1);
      keep();
    } else if (!(entry instanceof Tensor)) {
      throw new ArgumentError(
        `index: entry ${i} must be a number, null, ':', '...', [start, end, step] or a Tensor, got ${describe(entry)}`,
      );
    } else if (entry.ndim === 0 && entry.dtype === 'int32') {
      view = select(view, dim, entry.item());
    } else {
      indices.push(entry.ndim > 0 ? entry : reshape(entry, [1]));
      if (entry.ndim === 0) view = unsqueeze(view, dim);
      dim += entry.dtype === 'bool' ? Math.max(entry.ndim, 1) : 1;
    }
    if (dim > view.ndim) {
      throw new ShapeError(
        `index: ${entries.length} entries are too many for a tensor of shape ${formatShape(x.shape)}`,
      );
    }
  }
  return { view, indices };
}

function tooMany(x: Tensor, entries: readonly IndexEntry[]): ShapeError {
  return new ShapeError(`index: ${entries.length} entries are too many for a tensor of shape ${formatShape(x.shape)}`);
}

/** See the method of this name. @throws ArgumentError, ShapeError, DTypeError, IndexError */
export function index(x: Tensor, ...entries: IndexEntry[]): Tensor {
  checkDense('index', 'input', x);
  const { view, indices } = inNameOf('index', () => applyViews(x, withoutEllipsis(x, entries)));
  const given = indices.filter((entry) => entry !== null);
  if (given.length === 0) return view;
  const [only] = given;
  if (given.length === 1 && only.dtype === 'int32') {
    const d = indices.indexOf(only);
    const wrapped = wrappedIndex('index', `entry ${entries.indexOf(only)}`, only, view.shape[d]);
    const picked = indexSelect(view, d, reshape(wrapped, [-1]));
    return reshape(picked, [...view.shape.slice(0, d), ...only.shape, ...view.shape.slice(d + 1)]);
  }
  if (indices.length === 1 && only.dtype === 'bool' && sameShape(only.shape, view.shape.slice(0, only.ndim))) {
    const rest = view.shape.slice(only.ndim);
    return indexSelect(reshape(view, [only.numel, ...rest]), 0, truePositions(contiguous(only)));
  }
  const at = placesOf('index', view, indices);
  const out = readPlaces('index', view, at);
  if (!needsGrad(view)) return out;
  const backward = (grad: Tensor) => [writePlaces('index', Tensor.allocate(view.shape, grad.dtype), at, grad, true)];
  return record('IndexBackward0', [view], out, backward);
}

installMethods({
  index(this: Tensor, ...entries: IndexEntry[]) {
    return index(this, ...entries);
  },
});

/** Elements taken by their places. */

import { ShapeError } from '../errors.js';
import { broadcastShapes, formatShape, wrapDim } from '../tensor/shape.js';
import { checkTensor, installMethods, type Tensor } from '../tensor/tensor.js';
import { indexSelect } from './indexing.js';
import { checkDense } from './operands.js';
import { reshape } from './reshape.js';
import { gather } from './scatter.js';
import { expand } from './view.js';
import { wrappedIndex } from './wrapped_index.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The elements at places of the flattened tensor, in the index's shape; negative places count from the end. */
    take(index: Tensor): Tensor;
    /** `gather` whose index broadcasts with this tensor; without dim over the flattened one. */
    takeAlongDim(indices: Tensor, dim?: number | null): Tensor;
  }
}

/** The elements of the flattened input at `index`, in its shape. @throws IndexError for a place outside. */
export function take(input: Tensor, index: Tensor): Tensor {
  const x = checkDense('take', 'input', input);
  const places = wrappedIndex('take', 'index', index, x.numel);
  return reshape(indexSelect(reshape(x, [-1]), 0, reshape(places, [-1])), places.shape);
}

/**
 * out[i][j] = input[indices[i][j]][j] (dim 0), and so on for other dimensions; outside `dim` input and indices broadcast.
 * Without dim both are flattened. Negative indices count from the end.
 * @throws IndexError, ShapeError, DTypeError
 */
export function takeAlongDim(input: Tensor, indices: Tensor, dim?: number | null): Tensor {
  const op = 'takeAlongDim';
  const x = checkDense(op, 'input', input);
  const given = checkTensor(op, 'indices', indices);
  if (dim === undefined || dim === null) {
    const places = wrappedIndex(op, 'indices', given, x.numel);
    return gather(reshape(x, [-1]), 0, reshape(places, [-1]));
  }
  if (x.ndim !== given.ndim || x.ndim === 0) {
    throw new ShapeError(
      `${op}: input and indices must have equally many dimensions, one at least, got ${formatShape(x.shape)} and ${formatShape(given.shape)}`,
    );
  }
  const d = wrapDim(op, dim, x.ndim);
  const ids = wrappedIndex(op, 'indices', given, x.shape[d]);
  const others = (shape: readonly number[]) => shape.filter((_, i) => i !== d);
  const shared = broadcastShapes(op, others(x.shape), others(ids.shape));
  const along = (t: Tensor) => expand(t, [...shared.slice(0, d), t.shape[d], ...shared.slice(d)]);
  return gather(along(x), d, along(ids));
}

installMethods({
  take(this: Tensor, index: Tensor) {
    return take(this, index);
  },
  takeAlongDim(this: Tensor, indices: Tensor, dim?: number | null) {
    return takeAlongDim(this, indices, dim);
  },
});

import { DenseRows } from '../autograd/dense_rows.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { updateParameter as runUpdate, type UpdateRule, updateRows } from '../calls/optim.js';
import { IndexError } from '../errors.js';
import { contiguous } from '../ops/copy.js';
import type { Tensor } from '../tensor/tensor.js';

/** A gradient that says which rows it has values for. */
function isByRows(gradient: Tensor): gradient is RowSparse | DenseRows {
  return gradient instanceof RowSparse || (gradient instanceof DenseRows && gradient.isPending);
}

/**
 * One native call: updates a parameter and its state from its gradient, all in one pass over memory. A row-sparse
 * gradient updates the rows that it names, each once, duplicates added up. A dense one that is known by its rows is
 * never written out: all other rows get a gradient of zero, or with `restsAtZero`, where such a gradient would change
 * neither the parameter nor its state, are not touched. With `everyRow` a row-sparse gradient does the same.
 * States are dense, of the parameter's size, or null.
 */
export function updateParameter(
  rule: UpdateRule,
  parameter: Tensor,
  gradient: Tensor,
  state0: Tensor | null,
  state1: Tensor | null,
  state2: Tensor | null,
  restsAtZero = false,
  everyRow = false,
): void {
  const sparse = isByRows(gradient);
  const values = sparse ? gradient.rowList.base : gradient;
  if (!parameter.isContiguous() || !values.isContiguous() || (sparse && !gradient.indices.isContiguous())) {
    updateCopy(rule, parameter, gradient, state0, state1, state2, restsAtZero, everyRow);
    return;
  }
  const target = { parameter, state0, state1, state2 };
  if (!sparse) {
    runUpdate(rule, target, gradient);
    parameter.storage.version++;
    return;
  }
  const bad = updateRows(rule, target, gradient, everyRow || (gradient instanceof DenseRows && !restsAtZero));
  if (bad >= 0) {
    const index = gradient.indices.at(bad);
    throw new IndexError(
      `optimizer: the gradient names row ${index} at position ${bad}, but the parameter has ${parameter.shape[0]} rows`,
      index,
      parameter.shape[0],
      bad,
    );
  }
  parameter.storage.version++;
}

/** The same for a parameter or gradient that is a strided view: through contiguous copies. */
function updateCopy(
  rule: UpdateRule,
  parameter: Tensor,
  gradient: Tensor,
  state0: Tensor | null,
  state1: Tensor | null,
  state2: Tensor | null,
  restsAtZero: boolean,
  everyRow: boolean,
): void {
  const weight = copyOf(parameter);
  const plain =
    gradient instanceof RowSparse
      ? new RowSparse(contiguous(gradient.indices), gradient.rowList.packed(), gradient.shape)
      : contiguous(gradient);
  updateParameter(rule, weight, plain, state0, state1, state2, restsAtZero, everyRow);
  copyInto(parameter, weight);
  parameter.storage.version++;
}

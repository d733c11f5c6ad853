import { native } from '../addon/native.js';
import { DenseRows } from '../autograd/dense_rows.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { plan } from '../calls/plan.js';
import type { RowListPlan } from '../calls/row_list.js';
import { IndexError } from '../errors.js';
import { contiguous } from '../ops/copy.js';
import { numelOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** Codes of native/binding/optim.cc. */
export const rules = { sgd: 0, adam: 1, sparseAdam: 2, adagrad: 3, rmsprop: 4 } as const;

/** Where a rule's own numbers start in the plan. */
export const optionsAt = 10;
const everyRowAt = 20;
const listAt: RowListPlan = { valueRows: 21, valueOffset: 8, sourceOffset: 22, scaleOffset: 23 };

/** A gradient that says which rows it has values for. */
function isByRows(gradient: Tensor): gradient is RowSparse | DenseRows {
  return gradient instanceof RowSparse || (gradient instanceof DenseRows && gradient.isPending);
}

/**
 * One native call: updates a parameter and its state from its gradient, all in one pass over memory. A row-sparse
 * gradient updates the rows that it names, each once, duplicates added up. A dense one that is known by its rows is
 * never written out: all other rows get a gradient of zero, or with `restsAtZero`, where such a gradient would change
 * neither the parameter nor its state, are not touched.
 *
 * The caller has put the rule's numbers in plan[optionsAt…]; states are dense, of the parameter's size, or null.
 */
export function updateParameter(
  rule: keyof typeof rules,
  parameter: Tensor,
  gradient: Tensor,
  state0: Tensor | null,
  state1: Tensor | null,
  state2: Tensor | null,
  restsAtZero = false,
): void {
  const sparse = isByRows(gradient);
  const values = sparse ? gradient.rowList.base : gradient;
  if (!parameter.isContiguous() || !values.isContiguous() || (sparse && !gradient.indices.isContiguous())) {
    updateCopy(rule, parameter, gradient, state0, state1, state2, restsAtZero);
    return;
  }
  plan[0] = rules[rule];
  plan[1] = sparse ? gradient.indices.numel : parameter.numel;
  plan[2] = sparse ? parameter.shape[0] : 1;
  plan[3] = sparse ? numelOf(parameter.shape.slice(1)) : 1;
  plan[4] = parameter.offset;
  plan[5] = state0?.offset ?? 0;
  plan[6] = state1?.offset ?? 0;
  plan[7] = state2?.offset ?? 0;
  plan[8] = values.offset;
  plan[9] = sparse ? gradient.indices.offset : 0;
  if (sparse) gradient.rowList.plan(listAt);
  plan[everyRowAt] = gradient instanceof DenseRows && !restsAtZero ? 1 : 0;
  const { storage } = parameter;
  const bad = native.updateParameter(
    plan,
    storage.array,
    state0?.storage.array ?? null,
    state1?.storage.array ?? null,
    state2?.storage.array ?? null,
    values.storage.array,
    sparse ? gradient.indices.storage.array : null,
    sparse ? (gradient.rowList.source?.storage.array ?? null) : null,
    sparse ? (gradient.rowList.scale?.storage.array ?? null) : null,
  );
  if (bad >= 0 && sparse) {
    const index = gradient.indices.at(bad);
    throw new IndexError(
      `optimizer: the gradient names row ${index} at position ${bad}, but the parameter has ${parameter.shape[0]} rows`,
      index,
      parameter.shape[0],
      bad,
    );
  }
  storage.version++;
}

/** The same for a parameter or gradient that is a strided view: through contiguous copies. */
function updateCopy(
  rule: keyof typeof rules,
  parameter: Tensor,
  gradient: Tensor,
  state0: Tensor | null,
  state1: Tensor | null,
  state2: Tensor | null,
  restsAtZero: boolean,
): void {
  const numbers = plan.slice(optionsAt, optionsAt + 10); // copying uses the plan too
  const weight = copyOf(parameter);
  const plain =
    gradient instanceof RowSparse
      ? new RowSparse(contiguous(gradient.indices), gradient.rowList.packed(), gradient.shape)
      : contiguous(gradient);
  plan.set(numbers, optionsAt);
  updateParameter(rule, weight, plain, state0, state1, state2, restsAtZero);
  copyInto(parameter, weight);
  parameter.storage.version++;
}

import { RowSparse } from '../autograd/row_sparse.js';
import type { Module } from '../nn/module.js';
import { dtypes, isFloating } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';

/** Whether a tensor holds a number that is NaN or infinite. */
function isBroken(tensor: Tensor): boolean {
  if (!isFloating(tensor.dtype)) return false;
  const held = tensor instanceof RowSparse ? tensor.values : tensor;
  const { storage, offset, numel } = (dtypes[held.dtype].computes ? held : held.to('float32')).detach().contiguous();
  for (let i = offset; i < offset + numel; i++) if (!Number.isFinite(storage.array[i])) return true;
  return false;
}

/** The first parameter that is no longer finite, by its name. */
export function brokenParameter(model: Module): string | null {
  return model.namedParameters().find(([, parameter]) => isBroken(parameter))?.[0] ?? null;
}

/** The first parameter whose gradient is not finite. */
export function brokenGradient(model: Module): string | null {
  const found = model.namedParameters().find(([, { heldGrad }]) => heldGrad !== null && isBroken(heldGrad));
  return found?.[0] ?? null;
}

/** Where in a batch a number is not finite, such as `[0]` or `.input`; null where all are. */
export function brokenInput(value: unknown, path = ''): string | null {
  if (value instanceof Tensor) return isBroken(value) ? path || 'itself' : null;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null;
  const isList = Array.isArray(value);
  for (const [key, item] of Object.entries(value)) {
    const found = brokenInput(item, `${path}${isList ? `[${key}]` : `.${key}`}`);
    if (found !== null) return found;
  }
  return null;
}

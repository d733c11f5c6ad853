import { kindOfAnyCopy } from '../copies.js';
import { ArgumentError, DTypeError, describe } from '../errors.js';
import { isIterable } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** A parameter with its name, as from `model.namedParameters()`. */
export type NamedParameter = readonly [name: string, parameter: Tensor];

/** Parameters as they are given: with their names, or without. */
export type Parameters = Iterable<Tensor> | Iterable<NamedParameter>;

/** Parameters in one group, or the groups as they are. @throws ArgumentError for what is no list of either. */
export function groupsOf(op: string, params: unknown): object[] {
  if (params instanceof Tensor) {
    throw new ArgumentError(`${op}: params must be an iterable of tensors or groups, got one tensor; pass [tensor]`);
  }
  if (!isIterable(params)) {
    const isCallable = typeof params === 'function' || kindOfAnyCopy(params) === 'Module';
    const way = isCallable ? '; pass what model.parameters() returns' : '';
    throw new ArgumentError(`${op}: params must be an iterable of tensors or groups, got ${describe(params)}${way}`);
  }
  const items = [...params];
  if (items.length === 0) return [];
  const isGroup = (item: unknown) =>
    typeof item === 'object' && item !== null && !(item instanceof Tensor) && !Array.isArray(item);
  if (items.every(isGroup)) return items as object[];
  return [{ params: items }];
}

/**
 * A group's parameters, and their names where they have them.
 * @param known the parameters of the groups before.
 * @throws ArgumentError, DTypeError naming the parameter that can't be optimized, occurs twice, or lacks a name.
 */
export function readParameters(
  op: string,
  given: unknown,
  known: ReadonlySet<Tensor>,
): { params: Tensor[]; names: string[] | null } {
  if (!(given instanceof Tensor) && !isIterable(given)) {
    throw new ArgumentError(`${op}: params must be a tensor or an iterable of tensors, got ${describe(given)}`);
  }
  const items = given instanceof Tensor ? [given] : [...given];
  const isNamed = (item: unknown): item is NamedParameter =>
    Array.isArray(item) && item.length === 2 && typeof item[0] === 'string';
  const named = items.some(isNamed);
  const without = items.findIndex((item) => !isNamed(item));
  if (named && without >= 0) {
    throw new ArgumentError(
      `${op}: params must all have names or none, but params[${without}] is ${describe(items[without])}`,
    );
  }
  const params = named ? (items as NamedParameter[]).map(([, parameter]) => parameter) : (items as Tensor[]);
  const names = named ? (items as NamedParameter[]).map(([name]) => name) : null;
  const seen = new Set(known);
  for (const [i, parameter] of params.entries()) {
    checkParameter(`${op}: params[${i}]${names === null ? '' : ` (${names[i]})`}`, parameter, seen);
    seen.add(parameter);
  }
  return { params, names };
}

function checkParameter(where: string, parameter: unknown, known: ReadonlySet<Tensor>): void {
  if (!(parameter instanceof Tensor)) throw new ArgumentError(`${where} must be a Tensor, got ${describe(parameter)}`);
  if (!parameter.isLeaf) {
    throw new ArgumentError(`${where} is the result of ${parameter.gradFn?.name}; only leaves can be optimized`);
  }
  if (parameter.dtype !== 'float32' && parameter.dtype !== 'float64') {
    throw new DTypeError(`${where} must be float32 or float64, got ${parameter.dtype}`);
  }
  if (known.has(parameter)) {
    throw new ArgumentError(`${where} of shape ${formatShape(parameter.shape)} was given before`);
  }
}

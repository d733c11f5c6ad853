import { copyInto, copyOf } from '../calls/copy.js';
import { kindOfAnyCopy } from '../copies.js';
import { ArgumentError, describe, StateDictError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import type { ModuleTree } from './module_tree.js';
import { Parameter } from './parameter.js';

/** Tensors by name, as `stateDict()` gives and `loadStateDict` takes: `{ 'fc.weight': tensor, 'fc.bias': tensor }`. */
export type StateDict = Record<string, Tensor>;

/** What a loaded state dict and its module did not share. */
export interface LoadResult {
  /** Names that the module has and the state dict lacks. */
  missingKeys: string[];
  /** Names that the state dict has and the module lacks. */
  unexpectedKeys: string[];
}

export interface LoadOptions {
  /** Refuse missing and unexpected names. Default true. */
  strict?: boolean;
  /** Put the given tensors in the module (as parameters) instead of copying their values. Default false. */
  assign?: boolean;
}

/** Where one entry of a state dict belongs. */
interface Slot {
  readonly key: string;
  readonly owner: ModuleTree;
  readonly name: string;
  readonly tensor: Tensor;
}

function joined(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

/** Every parameter and persistent buffer, shared ones under each of their names, in PyTorch's order. */
function slotsOf(module: ModuleTree, prefix: string, inside: readonly ModuleTree[] = []): Slot[] {
  if (inside.includes(module)) return [];
  const own = [...module.ownParameters(), ...module.ownBuffers({ persistentOnly: true })];
  const slots: Slot[] = own.map(([name, tensor]) => ({ key: joined(prefix, name), owner: module, name, tensor }));
  const path = [...inside, module];
  for (const [name, child] of module.ownModules()) slots.push(...slotsOf(child, joined(prefix, name), path));
  return slots;
}

/** The parameters and persistent buffers by name: outside the graph, sharing their memory. */
export function stateDictOf(module: ModuleTree, prefix = ''): StateDict {
  const state: StateDict = {};
  for (const { key, tensor } of slotsOf(module, prefix)) state[key] = tensor.detach();
  return state;
}

/** What keeps `value` from being loaded into `target`, or null. */
function misfit(target: Tensor, value: unknown, assign: boolean): string | null {
  if (!(value instanceof Tensor)) return `must be a Tensor, got ${describe(value)}`;
  if (value.isSparse) return 'must be dense, got a row-sparse gradient';
  if (!sameShape(target.shape, value.shape)) {
    return `has shape ${formatShape(target.shape)}, got ${formatShape(value.shape)}`;
  }
  if (isFloating(value.dtype) === isFloating(target.dtype)) return null;
  const lossy = !isFloating(target.dtype) || (assign && target.requiresGrad);
  return lossy ? `is ${target.dtype} and cannot take ${value.dtype} values` : null;
}

function report(title: string, lines: readonly string[]): string {
  return lines.length > 0 ? `\n  ${title}:\n    ${lines.join('\n    ')}` : '';
}

/** See `Module.loadStateDict`. Everything is checked before anything is written. */
export function loadInto(
  module: ModuleTree,
  state: Readonly<StateDict>,
  { strict = true, assign = false }: LoadOptions,
) {
  if (typeof state !== 'object' || state === null || Array.isArray(state) || state instanceof Tensor) {
    throw new ArgumentError(`loadStateDict: state must be an object from name to Tensor, got ${describe(state)}`);
  }
  if (kindOfAnyCopy(state) !== null) {
    const hint = kindOfAnyCopy(state) === 'Module' ? '; load its stateDict()' : '';
    throw new ArgumentError(
      `loadStateDict: state must be an object from name to Tensor, got ${describe(state)}${hint}`,
    );
  }
  const slots = slotsOf(module, '');
  const known = new Set(slots.map((slot) => slot.key));
  const missingKeys = slots.filter((slot) => !Object.hasOwn(state, slot.key)).map((slot) => slot.key);
  const unexpectedKeys = Object.keys(state).filter((key) => !known.has(key));
  const present = slots.filter((slot) => Object.hasOwn(state, slot.key));
  const unfit: string[] = [];
  for (const { key, tensor } of present) {
    const problem = misfit(tensor, state[key], assign);
    if (problem !== null) unfit.push(`${key}: ${problem}`);
  }
  if (unfit.length > 0 || (strict && missingKeys.length + unexpectedKeys.length > 0)) {
    throw new StateDictError(
      `loadStateDict: the state dict does not fit ${module.typeName()}` +
        report('missing', strict ? missingKeys : []) +
        report('unexpected', strict ? unexpectedKeys : []) +
        report('unfit', unfit),
    );
  }
  if (assign) assignAll(present, state);
  else copyAll(present, state);
  return { missingKeys, unexpectedKeys } satisfies LoadResult;
}

function assignAll(slots: readonly Slot[], state: Readonly<StateDict>): void {
  for (const { key, owner, name, tensor } of slots) {
    const isParameter = tensor instanceof Parameter;
    const value = isParameter ? new Parameter(state[key], { requiresGrad: tensor.requiresGrad }) : state[key];
    (owner as unknown as Record<string, Tensor>)[name] = value;
  }
}

function copyAll(slots: readonly Slot[], state: Readonly<StateDict>): void {
  // Values that lie in memory about to be written (a transposed or swapped parameter, say) are copied out first.
  const written = new Set(slots.map((slot) => slot.tensor.storage.array.buffer));
  const values = slots.map(({ key }) => {
    const value = state[key];
    return written.has(value.storage.array.buffer) ? copyOf(value) : value;
  });
  for (const [i, { tensor }] of slots.entries()) {
    copyInto(tensor, values[i]);
    tensor.storage.version++;
  }
}

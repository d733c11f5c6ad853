import type { Tensor } from '../tensor/tensor.js';
import type { Parameter } from './parameter.js';

/** A module as printing and state dicts see it: what it is called, and what belongs to it. `Module` has the rest. */
export interface ModuleTree {
  /** The name printed for the module. */
  typeName(): string;
  /** The facts printed between the brackets; lines separated by `\n`. */
  extraRepr(): string;
  toString(): string;
  /** The parameters, buffers and modules assigned to this module itself, in the order of assignment. */
  ownParameters(): [string, Parameter][];
  ownBuffers(options?: { persistentOnly?: boolean }): [string, Tensor][];
  ownModules(): [string, ModuleTree][];
}

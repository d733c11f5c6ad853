import { copyOf } from '../calls/copy.js';
import type { Module } from '../nn/module.js';
import type { StateDict } from '../nn/state_dict.js';

/** A copy of a module's weights, those of its best pass say, which go back into it at the end. */
export class KeptWeights {
  readonly #module: Module;
  #copy: StateDict | null = null;

  constructor(module: Module) {
    this.#module = module;
  }

  /** What is kept; null for nothing. */
  get state(): StateDict | null {
    return this.#copy;
  }

  /** Copies the weights as they are now, in place of what was kept before. */
  keep(): void {
    this.keepState(this.#module.stateDict());
  }

  /** Copies weights that the module had, in place of what was kept before. */
  keepState(state: Readonly<StateDict>): void {
    this.#copy = Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, copyOf(tensor)]));
  }

  /** Keeps nothing: the module has the weights that are wanted. */
  forget(): void {
    this.#copy = null;
  }

  /** Puts back what was kept, if anything was. */
  restore(): void {
    if (this.#copy !== null) this.#module.loadStateDict(this.#copy);
  }
}

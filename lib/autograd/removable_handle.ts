import { ArgumentError, describe } from '../errors.js';

/** Takes a hook away again. */
export class RemovableHandle {
  readonly #remove: () => void;

  /** @throws ArgumentError unless `remove` is a function */
  constructor(remove: () => void) {
    if (typeof remove !== 'function') {
      throw new ArgumentError(`RemovableHandle: remove must be a function, got ${describe(remove)}`);
    }
    this.#remove = remove;
  }

  /** Removes the hook; a second time does nothing. */
  remove(): void {
    this.#remove();
  }
}

import { ArgumentError, describe, OptionError } from './errors.js';

/** What options were given, for an error that says where they don't belong. */
function optionNames(value: unknown): string[] | null {
  if (typeof value !== 'object' || value === null) return null;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.keys(value) : null;
}

/**
 * Refuses arguments beyond those that a function has. The build puts a call into every public function, method and
 * constructor (scripts/argument_checks.mjs).
 *
 * @throws OptionError for an options object where none is taken; ArgumentError for any other argument too many.
 */
export function refuseSurplus(name: string, parameters: readonly string[], given: ArrayLike<unknown>): never {
  const takes =
    parameters.length === 0
      ? 'takes no arguments'
      : `takes ${parameters.length === 1 ? 'one argument' : `${parameters.length} arguments`} (${parameters.join(', ')})`;
  const first = given[parameters.length];
  const options = optionNames(first);
  if (options !== null && options.length > 0) {
    throw new OptionError(`${name}: unknown option '${String(options[0]).slice(0, 40)}'; it ${takes} and no options`);
  }
  const last = given[given.length - 1];
  const fromMap = given.length === 3 && parameters.length > 0 && Array.isArray(last) && typeof given[1] === 'number';
  const hint = fromMap ? `; map and its kin pass three: write (x) => ${name}(x)` : '';
  throw new ArgumentError(`${name}: ${takes}, got ${given.length}; the first too many is ${describe(first)}${hint}`);
}

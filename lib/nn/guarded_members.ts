import { ArgumentError, describe } from '../errors.js';
import { Parameter } from './parameter.js';

/** What the guard needs of a module, whose class is not known here. */
interface Owner {
  typeName(): string;
}

/** What may be assigned to a member, in an error's words. */
const remedies: Readonly<Record<string, string>> = {
  parameter:
    'give it new values by noGrad(() => parameter.copy_(values)), or replace it by new nn.Parameter(values), ' +
    'which an optimizer made before does not know',
  module: 'give it another module, or null for none',
};

/**
 * Watches a property that holds a parameter or a module, so that only its like, or null, takes its place: anything else
 * would silently be no part of the module any more, neither trained nor saved.
 */
function guard(owner: Owner, name: string, kind: 'parameter' | 'module', fits: (value: unknown) => boolean): void {
  let member: unknown = (owner as unknown as Record<string, unknown>)[name];
  const get = () => member;
  const set = (value: unknown) => {
    if (value !== null && !fits(value)) {
      const got = `${kind === 'parameter' ? 'a Parameter' : 'a Module'} or null`;
      throw new ArgumentError(
        `${owner.typeName()}.${name}: is a ${kind} and takes ${got}, got ${describe(value)}; ${remedies[kind]}`,
      );
    }
    member = value;
  };
  Object.defineProperty(owner, name, { get, set, enumerable: true, configurable: true });
}

/** Guards the members of a module that are not guarded yet; `isModule` says what a module is. */
export function guardMembers(owner: Owner, isModule: (value: unknown) => boolean): void {
  for (const name of Object.keys(owner)) {
    const value: unknown = Object.getOwnPropertyDescriptor(owner, name)?.value;
    if (value instanceof Parameter) guard(owner, name, 'parameter', (given) => given instanceof Parameter);
    else if (isModule(value)) guard(owner, name, 'module', isModule);
  }
}

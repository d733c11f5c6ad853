import { types } from 'node:util';
import { onUnknownLeaf } from '../autograd/known_leaves.js';
import { describeForeign } from '../copies.js';
import { ArgumentError } from '../errors.js';
import { formatShape } from '../tensor/shape.js';
import { Parameter } from './parameter.js';

/** What the search needs of a module, whose class is not known here. */
interface Owner {
  typeName(): string;
}

const mostItems = 100;
const mostDepth = 3;

/** Classes that were warned about, and modules that were looked through. */
const warned = new WeakSet<object>();
const looked = new WeakSet<object>();
/** Names of classes with #private fields among the modules that were looked through. */
const withPrivateFields = new Set<string>();

function warn(message: string): void {
  process.emitWarning(message, { type: 'LutraWarning', code: 'LUTRA_UNFOUND_MEMBER' });
}

/** What a collection holds, as far as it is worth a look; null for what is none. */
function itemsOf(value: unknown): unknown[] | null {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return null;
  if (Array.isArray(value)) return value.slice(0, mostItems);
  if (types.isMap(value)) return [...value.values()].slice(0, mostItems);
  if (types.isSet(value)) return [...value].slice(0, mostItems);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return null;
  const described = Object.values(Object.getOwnPropertyDescriptors(value)).slice(0, mostItems);
  return described.map((property): unknown => property.value);
}

/** The first module or parameter in a collection that the walk did not find elsewhere, too. */
function hidden(value: unknown, isMember: (item: unknown) => boolean, depth: number): object | null {
  for (const item of itemsOf(value) ?? []) {
    if (isMember(item)) return item as object;
    const inner = depth < mostDepth ? hidden(item, isMember, depth + 1) : null;
    if (inner !== null) return inner;
  }
  return null;
}

function kindOfCollection(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (types.isMap(value)) return 'a Map';
  return types.isSet(value) ? 'a Set' : 'a plain object';
}

function hasPrivateFields(module: object): boolean {
  try {
    const source = Function.prototype.toString.call(module.constructor);
    return /(^|[^\w'"`])#[A-Za-z_$]|__classPrivateField/m.test(source); // the latter where TypeScript makes them of WeakMaps
  } catch {
    return false;
  }
}

/** Whether a module is one of this library's own classes, which keep what is private to themselves. */
const ownClasses = new WeakSet<object>();

/** Says that a class's private fields hold nothing that a walk should find. */
export function markOwnClass(moduleClass: object): void {
  ownClasses.add(moduleClass);
}

/**
 * Warns, once for each class, of modules and parameters that a walk does not find because they are in plain arrays, Maps,
 * Sets or objects: they would not be trained, nor saved.
 * @throws ArgumentError for a member that another copy of this package made.
 */
export function warnOfUnfound(modules: readonly Owner[], isModule: (value: unknown) => boolean): void {
  if (modules.every((module) => looked.has(module))) return;
  const found = new Set<unknown>(modules);
  for (const module of modules)
    for (const value of Object.values(module)) if (value instanceof Parameter) found.add(value);
  const isMember = (item: unknown) => (isModule(item) || item instanceof Parameter) && !found.has(item);
  for (const module of modules) {
    if (looked.has(module)) continue;
    looked.add(module);
    if (!ownClasses.has(module.constructor) && hasPrivateFields(module)) withPrivateFields.add(module.typeName());
    for (const [name, value] of Object.entries(module)) {
      const foreign = describeForeign(value);
      if (foreign !== null) throw new ArgumentError(`${module.typeName()}.${name}: is ${foreign}`);
      if (warned.has(module.constructor)) continue;
      const member = hidden(value, isMember, 0);
      if (member === null) continue;
      warned.add(module.constructor);
      const kind = member instanceof Parameter ? 'parameters' : 'modules';
      const remedy = member instanceof Parameter ? 'nn.ParameterList' : 'nn.ModuleList or nn.ModuleDict';
      warn(
        `${module.typeName()}.${name} is ${kindOfCollection(value)} that holds ${kind}: they are not among the module's ` +
          `parameters, so that no optimizer trains them and no state dict holds them; use ${remedy}`,
      );
    }
  }
}

let warnedOfUnknown = false;

// Parameters without a module are often used on purpose; with private fields about, they are hardly.
onUnknownLeaf((leaf) => {
  if (warnedOfUnknown || withPrivateFields.size === 0 || !(leaf instanceof Parameter)) return;
  warnedOfUnknown = true;
  const classes = [...withPrivateFields].slice(0, 5).join(', ');
  warn(
    `a Parameter of shape ${formatShape(leaf.shape)} got a gradient, but no optimizer trains it and no module's parameters() ` +
      `lists it: modules and parameters in #private fields are not found (classes with such fields: ${classes}); ` +
      'assign them to ordinary properties',
  );
});

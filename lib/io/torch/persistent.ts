import { FileFormatError } from '../../errors.js';
import { KnownGlobal, PickledTuple, Unreadable } from './pickled.js';
import { PickledStorage } from './storages.js';

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * The storage that a persistent id stands for.
 * @param items ('storage', class, key, location, elements), in old files also (key, offset, elements) of a part, or None
 */
export function persistentStorage(source: string, items: readonly unknown[]): PickledStorage | Unreadable {
  const [tag, global, key, location, count, part] = items;
  const fail = (): never => {
    throw new FileFormatError(`${source}: the pickle refers to a storage in a way that is not understood`);
  };
  if (global instanceof Unreadable) return global;
  const kind = global instanceof KnownGlobal ? /^torch(?:\.storage)? (\w+Storage)$/.exec(global.name)?.[1] : undefined;
  if (tag !== 'storage' || kind === undefined || typeof key !== 'string' || !isCount(count)) return fail();
  if (location === 'meta') {
    return new Unreadable(
      "is a tensor on the meta device, without values, which can't be represented here",
      'save it from another device',
    );
  }
  if (!(part instanceof PickledTuple)) return new PickledStorage(key, kind, count);
  const [, offset, size] = part.items;
  if (!isCount(offset) || !isCount(size) || offset + size > count) return fail();
  return new PickledStorage(key, kind, size, offset);
}

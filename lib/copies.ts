import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Marks what this package makes, so that it is known in other realms and to other copies of the package, where
 * `instanceof` can't decide. The key is registered: every copy and every realm of a process sees the same one.
 */
const markKey = Symbol.for('lutra.mark');

/** The copy of the package that a class belongs to; compared by identity. */
interface Copy {
  /** The folder that it was loaded from. */
  readonly place: string;
}

interface Mark {
  readonly kind: string;
  readonly copy: Copy;
}

function placeOf(url: string | undefined): string {
  try {
    return dirname(fileURLToPath(url as string));
  } catch {
    return 'a bundle'; // bundlers may leave no URL
  }
}

const thisCopy: Copy = { place: placeOf(import.meta.url) };

/** Marks the instances of a class as this copy's. */
export function markClass(kind: string, marked: { readonly prototype: object }): void {
  const mark: Mark = { kind, copy: thisCopy };
  Object.defineProperty(marked.prototype, markKey, { value: mark });
}

/** The mark of a value, or null. It never throws, whatever the value does when it is asked. */
function markOf(value: unknown): Mark | null {
  if (typeof value !== 'object' || value === null) return null;
  try {
    const mark = (value as { [markKey]?: Mark })[markKey];
    return typeof mark?.kind === 'string' && typeof mark.copy?.place === 'string' ? mark : null;
  } catch {
    return null;
  }
}

/** The kind of a value that any copy of this package made, such as 'Tensor' or 'ShapeError'; else null. */
export function kindOfAnyCopy(value: unknown): string | null {
  return markOf(value)?.kind ?? null;
}

/** Says that a value is of another copy of this package, which this one can't use; null for all others. */
export function describeForeign(value: unknown): string | null {
  const mark = markOf(value);
  if (mark === null || mark.copy === thisCopy) return null;
  const { place } = thisCopy;
  const places =
    mark.copy.place === place
      ? `lutra is loaded twice from ${place}, by two module registries`
      : `two copies of lutra are loaded: ${mark.copy.place} and ${place}; \`npm ls lutra\` shows who brings them`;
  return `a ${mark.kind} of another copy of lutra (${places})`;
}

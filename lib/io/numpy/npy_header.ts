import { describe, FileFormatError } from '../../errors.js';

/** What a .npy header says. */
export interface NpyHeader {
  /** The format's name of the element type without its byte order, such as 'f4'. */
  readonly kind: string;
  readonly bigEndian: boolean;
  /** The first dimension's elements lie together. */
  readonly fortranOrder: boolean;
  readonly shape: number[];
}

/** Element types that can be read, and their bytes. */
export const npyBytes: Readonly<Record<string, number>> = {
  f8: 8,
  f4: 4,
  f2: 2,
  i8: 8,
  u8: 8,
  i4: 4,
  u4: 4,
  i2: 2,
  u2: 2,
  i1: 1,
  u1: 1,
  b1: 1,
};

/** NumPy has at most 64 dimensions. */
const mostDimensions = 64;

/** The entries of a Python dictionary of strings, booleans and tuples of integers, as .npy headers are. */
function parseEntries(source: string, text: string): Map<string, string> {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inside === undefined)
    throw new FileFormatError(`${source}: the header must be a dictionary, got ${describe(text)}`);
  const entry = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\s,L]*\))\s*(,|$)/y;
  const entries = new Map<string, string>();
  while (entry.lastIndex < inside.trimEnd().length) {
    const at = entry.lastIndex;
    const match = entry.exec(inside);
    if (match === null) {
      throw new FileFormatError(
        `${source}: the header must hold descr, fortran_order and shape of a plain array, got ${describe(inside.slice(at))}`,
      );
    }
    if (entries.has(match[2])) throw new FileFormatError(`${source}: the header has ${match[2]} twice`);
    entries.set(match[2], match[3]);
  }
  return entries;
}

function required(source: string, entries: Map<string, string>, key: string, pattern: RegExp): string[] {
  const value = entries.get(key);
  const match = value === undefined ? null : pattern.exec(value);
  if (match === null) throw new FileFormatError(`${source}: ${key} of the header can't be ${value ?? 'missing'}`);
  return match;
}

/**
 * Reads a header's text.
 * @throws FileFormatError naming what was expected and what came
 */
export function parseNpyHeader(source: string, text: string): NpyHeader {
  const entries = parseEntries(source, text);
  for (const key of entries.keys()) {
    if (!['descr', 'fortran_order', 'shape'].includes(key)) {
      throw new FileFormatError(`${source}: the header has an unknown entry ${describe(key)}`);
    }
  }
  const [, order, kind] = required(source, entries, 'descr', /^.([<>|=]?)([a-zA-Z?]\w*).$/);
  if (!Object.hasOwn(npyBytes, kind)) {
    const known = Object.keys(npyBytes).join(', ');
    throw new FileFormatError(`${source}: descr must be one of ${known} after its byte order, got ${kind}`);
  }
  const [fortran] = required(source, entries, 'fortran_order', /^(True|False)$/);
  const [, list] = required(source, entries, 'shape', /^\(((?:\s*\d+L?\s*,)*(?:\s*\d+L?)?)\s*\)$/);
  const shape = list
    .split(',')
    .map((size) => size.replace('L', '').trim())
    .filter((size) => size !== '')
    .map(Number);
  if (shape.length > mostDimensions || !shape.every(Number.isSafeInteger)) {
    throw new FileFormatError(`${source}: shape of the header can't be (${list})`);
  }
  return { kind, bigEndian: order === '>', fortranOrder: fortran === 'True', shape };
}

/** The start of a file: magic, version, and a header padded so that the data starts at a multiple of 64 bytes. */
export function formatNpyHeader(descr: string, shape: readonly number[]): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const fixed = 10;
  const length = Math.ceil((fixed + text.length + 1) / 64) * 64 - fixed;
  const bytes = Buffer.alloc(fixed + length, ' ');
  bytes.write('\x93NUMPY', 0, 'latin1');
  bytes[6] = 1;
  bytes[7] = 0;
  bytes.writeUInt16LE(length, 8);
  bytes.write(text, fixed, 'latin1');
  bytes[bytes.byteLength - 1] = 10;
  return bytes;
}

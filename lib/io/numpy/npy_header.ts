import { describe, FileFormatError } from '../../errors.js';
import { elementTypes } from '../element_types.js';

/** What a .npy header says. */
export interface NpyHeader {
  /** The element type as it stands there, such as '<f4'. */
  readonly descr: string;
  /** The format's name of the element type without its byte order, such as 'f4'; 'U' or 'S' for strings. */
  readonly kind: string;
  /** Bytes of an element. */
  readonly width: number;
  readonly bigEndian: boolean;
  /** The first dimension's elements lie together. */
  readonly fortranOrder: boolean;
  readonly shape: number[];
}

/** Element types that become tensors, by safetensors' names. */
export const npyTypes: Readonly<Record<string, string>> = {
  f8: 'F64',
  f4: 'F32',
  f2: 'F16',
  i8: 'I64',
  u8: 'U64',
  i4: 'I32',
  u4: 'U32',
  i2: 'I16',
  u2: 'U16',
  i1: 'I8',
  u1: 'U8',
  b1: 'BOOL',
};

/** What other letters stand for. */
const otherKinds: Readonly<Record<string, string>> = {
  c: 'complex numbers',
  O: 'Python objects',
  M: 'dates',
  m: 'time spans',
  V: 'raw bytes',
  f: 'floats of that width',
};

/** NumPy has at most 64 dimensions. */
const mostDimensions = 64;

/** The entries of a Python dictionary of strings, booleans and tuples of integers, as .npy headers are. */
function parseEntries(source: string, text: string, advice: string): Map<string, string> {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inside === undefined)
    throw new FileFormatError(`${source}: the header must be a dictionary, got ${describe(text)}`);
  const last = inside.trimEnd().length;
  const entry = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\s,L]*\))\s*(,|$)/y;
  const entries = new Map<string, string>();
  while (entry.lastIndex < last) {
    const at = entry.lastIndex;
    const match = entry.exec(inside);
    if (match === null) {
      throw new FileFormatError(
        `${source}: the header must hold descr, fortran_order and shape of a plain array, got ${describe(inside.slice(at))}${advice === '' ? '' : `; ${advice}`}`,
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
  if (match === null)
    throw new FileFormatError(`${source}: ${key} of the header can't be ${shorten(value ?? 'missing')}`);
  return match;
}

/**
 * Reads a header's text.
 * @param advice what a message about a type that can't be represented ends with
 * @throws FileFormatError naming what was expected and what came
 */
export function parseNpyHeader(source: string, text: string, advice: string): NpyHeader {
  const entries = parseEntries(source, text, advice);
  for (const key of entries.keys()) {
    if (!['descr', 'fortran_order', 'shape'].includes(key)) {
      throw new FileFormatError(`${source}: the header has an unknown entry ${describe(key)}`);
    }
  }
  const [quoted, order, letters] = required(source, entries, 'descr', /^.([<>|=]?)([a-zA-Z?][^'"]{0,40}).$/);
  const { kind, width } = readKind(source, letters, advice);
  const [fortran] = required(source, entries, 'fortran_order', /^(True|False)$/);
  const [, list] = required(source, entries, 'shape', /^\(((?:\s*\d+L?\s*,)*(?:\s*\d+L?)?)\s*\)$/);
  const shape = list
    .split(',')
    .map((size) => size.replace('L', '').trim())
    .filter((size) => size !== '')
    .map(Number);
  if (shape.length > mostDimensions || !shape.every(Number.isSafeInteger)) {
    throw new FileFormatError(`${source}: shape of the header can't be (${shorten(list)})`);
  }
  return { descr: quoted.slice(1, -1), kind, width, bigEndian: order === '>', fortranOrder: fortran === 'True', shape };
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function readKind(source: string, letters: string, advice: string): { kind: string; width: number } {
  if (Object.hasOwn(npyTypes, letters)) return { kind: letters, width: elementTypes[npyTypes[letters]].bits / 8 };
  const strings = /^([US])(\d{1,9})$/.exec(letters);
  if (strings !== null) return { kind: strings[1], width: (strings[1] === 'U' ? 4 : 1) * Number(strings[2]) };
  const known = `descr must be one of ${Object.keys(npyTypes).join(', ')}, U or S and a length after its byte order, got ${letters}`;
  const other = otherKinds[letters[0]];
  throw new FileFormatError(
    `${source}: ${known}${other === undefined ? '' : ` (${other})`}${advice === '' ? '' : `; ${advice}`}`,
  );
}

/** The start of a file: magic, version, and a header padded so that the data starts at a multiple of 64 bytes. */
export function formatNpyHeader(descr: string, shape: readonly number[]): Uint8Array {
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

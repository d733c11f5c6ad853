import { FileFormatError } from '../../errors.js';
import type { ByteSource } from '../byte_source.js';
import { swapBytes } from '../elements.js';

/** Strings in lists as deep as the array has dimensions; an array of none is the string itself. */
export type NestedStrings = string | NestedStrings[];

/** What a short string, or a list, takes in memory besides its characters. */
export const stringCost = 40;

interface StringType {
  /** `U` is UTF-32, `S` bytes. */
  kind: 'U' | 'S';
  /** Bytes of each string; shorter ones end with zeros. */
  width: number;
  bigEndian: boolean;
}

const bytesAtOnce = 2 ** 20;
const charactersAtOnce = 4096;

/**
 * Reads an array of strings, in the order in which they lie.
 * @param advice what a message about bytes that are no text ends with
 * @throws FileFormatError for what is no Unicode
 */
export function readStrings(
  source: ByteSource,
  { kind, width, bigEndian }: StringType,
  position: number,
  count: number,
  advice: string,
): string[] {
  if (width === 0) return new Array<string>(count).fill('');
  const atOnce = Math.max(1, Math.floor(bytesAtOnce / width));
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const strings: string[] = [];
  while (strings.length < count) {
    const piece = new Uint8Array(Math.min(atOnce, count - strings.length) * width);
    source.read(piece, position + strings.length * width);
    if (kind === 'U' && bigEndian) swapBytes(piece, 4);
    for (let at = 0; at < piece.byteLength; at += width) {
      const bytes = piece.subarray(at, at + width);
      const where = `${source.name}: string ${strings.length}`;
      strings.push(kind === 'U' ? fromUtf32(where, bytes) : fromBytes(where, decoder, bytes, advice));
    }
  }
  return strings;
}

function fromUtf32(where: string, bytes: Uint8Array): string {
  const points = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  let length = points.length;
  while (length > 0 && points[length - 1] === 0) length--;
  const wrong = points.findIndex((point) => point > 0x10ffff);
  if (wrong >= 0) throw new FileFormatError(`${where}: ${points[wrong]} at ${wrong} is no character of Unicode`);
  const parts: string[] = [];
  for (let i = 0; i < length; i += charactersAtOnce) {
    parts.push(String.fromCodePoint(...points.subarray(i, Math.min(i + charactersAtOnce, length))));
  }
  return parts.join('');
}

function fromBytes(
  where: string,
  decoder: { decode(bytes: Uint8Array): string },
  bytes: Uint8Array,
  advice: string,
): string {
  let length = bytes.byteLength;
  while (length > 0 && bytes[length - 1] === 0) length--;
  try {
    return decoder.decode(bytes.subarray(0, length));
  } catch {
    throw new FileFormatError(
      `${where}: is no UTF-8 text; decode it in NumPy, as with np.char.decode(array, 'latin-1')${advice === '' ? '' : `, or ${advice}`}`,
    );
  }
}

/** The strings in lists by an array's shape. */
export function nestStrings(strings: string[], shape: readonly number[], fortranOrder: boolean): NestedStrings {
  const steps = new Array<number>(shape.length);
  const dims = [...shape.keys()];
  let step = 1;
  for (const dim of fortranOrder ? dims : dims.reverse()) {
    steps[dim] = step;
    step *= shape[dim];
  }
  const nest = (dim: number, at: number): NestedStrings => {
    if (dim === shape.length) return strings[at];
    return Array.from({ length: shape[dim] }, (_, i) => nest(dim + 1, at + i * steps[dim]));
  };
  if (shape.length === 1) return strings;
  return nest(0, 0);
}

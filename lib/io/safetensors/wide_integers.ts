import { FileFormatError } from '../../errors.js';
import { elementBytes } from './header.js';

type WideArray = BigInt64Array | BigUint64Array | Uint32Array | Int16Array | Uint16Array | Int8Array;

const arrays: Readonly<Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => WideArray>> = {
  I64: BigInt64Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
};

const elementsAtOnce = 65536;

/**
 * Reads integers of a type that Lutra has no dtype for into int32, some at a time.
 *
 * @param source what the error message starts with
 * @param dtype the format's name of the type
 * @param read fills a piece with the tensor's bytes from an offset on
 * @throws FileFormatError naming the first value that int32 can't hold, and its place
 */
export function readWideIntegers(
  source: string,
  dtype: string,
  out: Int32Array,
  read: (piece: Uint8Array, offset: number) => void,
): void {
  const width = elementBytes[dtype];
  const buffer = new ArrayBuffer(Math.min(out.length, elementsAtOnce) * width);
  for (let start = 0; start < out.length; start += elementsAtOnce) {
    const count = Math.min(out.length - start, elementsAtOnce);
    read(new Uint8Array(buffer, 0, count * width), start * width);
    const values = new arrays[dtype](buffer, 0, count);
    for (let i = 0; i < count; i++) {
      const value = Number(values[i]);
      if (value < -(2 ** 31) || value >= 2 ** 31) {
        throw new FileFormatError(
          `${source}: ${dtype} is read as int32, which can't hold ${values[i]} at ${start + i}`,
        );
      }
      out[start + i] = value;
    }
  }
}

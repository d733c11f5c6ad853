/** Files that are mapped into memory. */
import { getSystemErrorName } from 'node:util';
import { native } from '../addon/native.js';
import { FileFormatError, ValueError } from '../errors.js';

/**
 * Bytes of a file as memory: read when they are touched, shared with all others that map them, and given back when nobody holds
 * the array. What is written to it stays here.
 * @param name what errors start with
 * @throws FileFormatError where the file is too short; ValueError where the system can't map it
 */
export function mapFile(name: string, path: string, begin: number, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  let mapped: ArrayBuffer | number;
  try {
    mapped = native.mapFile(path, begin, length);
  } catch (error) {
    throw new ValueError(
      `${name}: can't be mapped into memory: ${(error as Error).message}; KeyedVectors.load or loadSafetensors reads it whole`,
      { cause: error },
    );
  }
  if (typeof mapped !== 'number') return new Uint8Array(mapped);
  if (mapped < 0) throw new FileFormatError(`${name}: ends before byte ${begin + length}`);
  throw new ValueError(`${name}: can't be mapped into memory: ${getSystemErrorName(-mapped)}`);
}

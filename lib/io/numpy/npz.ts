import { ArgumentError, describe } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { Tensor } from '../../tensor/tensor.js';
import { writeFileAtomically } from '../atomic_file.js';
import { type ByteSource, bufferSource, withFile } from '../byte_source.js';
import type { NamedTensors } from '../safetensors/safetensors.js';
import { readZipDirectory, readZipEntry } from '../zip/reader.js';
import { zipParts } from '../zip/writer.js';
import { npyParts, readNpy } from './npy.js';

export interface SaveNpzOptions {
  /** Deflate the arrays, as `numpy.savez_compressed`. Default false. */
  compressed?: boolean;
}

const extension = '.npy';

/**
 * Reads the arrays of a NumPy `.npz` archive, stored or deflated, by name.
 * @throws FileFormatError naming the file, the entry, what was expected and what came; the file system's own error
 *   where the file can't be read
 */
export function loadNpz(path: string): Record<string, Tensor> {
  return withFile('loadNpz', path, readNpz);
}

/** {@link loadNpz} of bytes in memory, which are copied. */
export function parseNpz(buffer: Uint8Array | ArrayBuffer): Record<string, Tensor> {
  return readNpz(bufferSource('parseNpz', buffer));
}

/**
 * Writes tensors to a `.npz` archive that `numpy.load` reads. The same tensors give the same bytes. A crash leaves the
 * file that was there, or the new one.
 * @throws ArgumentError, DTypeError or OptionError naming the tensor, before anything is written
 */
export function saveNpz(path: string, tensors: NamedTensors, options?: SaveNpzOptions): void {
  if (typeof path !== 'string') throw new ArgumentError(`saveNpz: path must be a string, got ${describe(path)}`);
  writeFileAtomically(path, ...npzParts('saveNpz', tensors, options));
}

/** The bytes that {@link saveNpz} would write. */
export function serializeNpz(tensors: NamedTensors, options?: SaveNpzOptions): Uint8Array {
  return Buffer.concat(npzParts('serializeNpz', tensors, options));
}

function npzParts(op: string, tensors: NamedTensors, options: SaveNpzOptions | undefined): Uint8Array[] {
  const { compressed = false } = checkOptions(op, options, ['compressed']);
  if (typeof compressed !== 'boolean') {
    throw new ArgumentError(`${op}: compressed must be true or false, got ${describe(compressed)}`);
  }
  if (typeof tensors !== 'object' || tensors === null || Array.isArray(tensors) || tensors instanceof Tensor) {
    throw new ArgumentError(`${op}: tensors must be an object or a Map from name to Tensor, got ${describe(tensors)}`);
  }
  const named = [...(tensors instanceof Map ? tensors : Object.entries(tensors))] as [string, Tensor][];
  const files = named.map(([name, tensor]) => {
    if (typeof name !== 'string') throw new ArgumentError(`${op}: names must be strings, got ${describe(name)}`);
    return { name: name + extension, parts: npyParts(op, `tensor ${describe(name)}`, tensor) };
  });
  return zipParts(files, compressed);
}

function readNpz(source: ByteSource): Record<string, Tensor> {
  const tensors: [string, Tensor][] = [];
  for (const entry of readZipDirectory(source).values()) {
    if (!entry.name.endsWith(extension)) continue;
    const bytes = readZipEntry(source, entry);
    const content = bufferSource(`${source.name}: entry ${describe(entry.name)}`, bytes);
    tensors.push([entry.name.slice(0, -extension.length), readNpy(content)]);
  }
  return Object.fromEntries(tensors);
}

import { ArgumentError, describe, FileFormatError, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { Tensor } from '../../tensor/tensor.js';
import { writeFileAtomically } from '../atomic_file.js';
import { type ByteSource, bufferSource, withFile } from '../byte_source.js';
import { type LoadFileOptions, leaveOut, readNames, selectNames } from '../entry_names.js';
import type { NamedTensors } from '../safetensors/safetensors.js';
import { namedTensors } from '../tensor_bytes.js';
import { checkUnpackedSize } from '../zip/bound.js';
import { readZipDirectory, type ZipEntry, zipEntrySource } from '../zip/reader.js';
import { longestName, zipParts } from '../zip/writer.js';
import { type NpyContent, npyParts, readNpy } from './npy.js';

export interface SaveNpzOptions {
  /** Deflate the arrays, as `numpy.savez_compressed`. Default false. */
  compressed?: boolean;
}

const extension = '.npy';

/**
 * Reads the arrays of a NumPy `.npz` archive, stored or deflated, by name. What becomes of each is as in `loadNpy`:
 * where an archive holds strings, its content has a type of its own, such as
 * `loadNpz<{ words: string[]; vectors: Tensor }>(path)`.
 *
 * @param options `names` says which arrays to read; the others may be of kinds that can't be represented
 * @throws FileFormatError naming the file, the entry, what was expected and what came, or where the arrays that are
 *   wanted unpack to more than twice the file and 100 MB; ValueError for a name that the archive lacks; the file
 *   system's own error where the file can't be read
 */
export function loadNpz<T extends object = Record<string, Tensor>>(path: string, options?: LoadFileOptions): T {
  const names = readNames('loadNpz', options);
  return withFile('loadNpz', path, (source) => readNpz(source, names)) as T;
}

/** {@link loadNpz} of bytes in memory, which are copied. */
export function parseNpz<T extends object = Record<string, Tensor>>(
  buffer: Uint8Array | ArrayBuffer,
  options?: LoadFileOptions,
): T {
  const names = readNames('parseNpz', options);
  return readNpz(bufferSource('parseNpz', buffer), names) as T;
}

/**
 * Writes tensors to a `.npz` archive that `numpy.load` reads. The same tensors give the same bytes. A crash leaves the
 * file that was there, or the new one.
 * @throws ArgumentError, DTypeError, ValueError or OptionError naming the tensor, before anything is written
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
  const files = namedTensors(op, tensors).map(([name, tensor]) => {
    const file = name + extension;
    if (Buffer.byteLength(file) > longestName) {
      throw new ValueError(`${op}: a name may have ${longestName} bytes, ${describe(name)} is longer`);
    }
    return { name: file, parts: npyParts(op, `tensor ${describe(name)}`, tensor) };
  });
  return zipParts(files, compressed);
}

function readNpz(source: ByteSource, names: LoadFileOptions['names']): Record<string, NpyContent> {
  const arrays = new Map<string, ZipEntry>();
  const entries = readZipDirectory(source);
  for (const entry of entries.values()) {
    if (entry.name.endsWith(extension)) arrays.set(entry.name.slice(0, -extension.length), entry);
  }
  if (arrays.size === 0 && entries.size > 0) {
    const hint = [...entries.keys()].some((name) => name.endsWith('/data.pkl'))
      ? '; read a file of torch.save with loadTorch'
      : '';
    throw new FileFormatError(
      `${source.name}: is a zip archive of ${entries.size} entries, but none ends with .npy${hint}`,
    );
  }
  const isWanted = selectNames(source.name, names, new Set(arrays.keys()));
  const wanted = [...arrays].filter(([name]) => isWanted(name));
  checkUnpackedSize(
    source,
    wanted.map(([, entry]) => entry.size),
    'save it with numpy.savez instead of numpy.savez_compressed, or read fewer arrays at once with { names: … }',
  );
  const read = ([name, entry]: [string, ZipEntry]) => [name, readNpy(zipEntrySource(source, entry), leaveOut(name))];
  return Object.fromEntries(wanted.map(read));
}

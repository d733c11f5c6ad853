import { describe, FileFormatError, ValueError } from '../../errors.js';
import { nearest } from '../../options.js';
import { type DType, dtypes } from '../../tensor/dtype.js';
import { formatShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { withFile } from '../byte_source.js';
import { kindBytes, kindOfFile } from '../file_kind.js';
import { readNpyHeader } from '../numpy/npy.js';
import { type NpyHeader, npyTypes } from '../numpy/npy_header.js';
import { readEntries } from '../safetensors/safetensors.js';
import { MappedBytes } from './mapped_bytes.js';

/** A tensor of a file, by the format's name of its type. */
export interface MappedEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The byte of the file where it begins. */
  readonly begin: number;
  readonly bytes: number;
}

/** Types whose elements lie in memory as they lie in the file; int8 as its bytes. */
const mappedTypes: Readonly<Record<string, DType>> = {
  F32: 'float32',
  F64: 'float64',
  F16: 'float16',
  BF16: 'bfloat16',
  I32: 'int32',
  U8: 'uint8',
  I8: 'uint8',
};

/** The name of the only array of a `.npy` file. */
const npyName = 'array';

/** A safetensors or `.npy` file whose tensors become memory without being read: pages come from the disk when they are touched. */
export class MappedFile {
  readonly entries: ReadonlyMap<string, MappedEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly #bytes: MappedBytes;

  /** @throws FileFormatError for another file; the file system's own error where there is none */
  constructor(op: string, path: string) {
    const { entries, metadata } = withFile(op, path, (source) => {
      const start = new Uint8Array(Math.min(source.bytes, kindBytes));
      source.read(start, 0);
      const kind = kindOfFile(start);
      if (kind?.startsWith('a NumPy array'))
        return { entries: [npyEntry(source.name, readNpyHeader(source))], metadata: {} };
      if (kind !== null && !kind.startsWith('a safetensors')) {
        throw new FileFormatError(`${source.name}: only safetensors and .npy files can be mapped; it is ${kind}`);
      }
      const { entries, metadata, dataStart } = readEntries(source);
      return {
        metadata,
        entries: entries.map(({ name, dtype, shape, begin, end }) => ({
          name,
          dtype,
          shape,
          begin: dataStart + begin,
          bytes: end - begin,
        })),
      };
    });
    this.entries = new Map(entries.map((entry) => [entry.name, entry]));
    this.metadata = metadata;
    this.#bytes = new MappedBytes(op, path);
    const { size } = this.#bytes;
    for (const { name, begin, bytes } of entries) {
      if (begin + bytes <= size) continue;
      throw new FileFormatError(`${op}: ${path}: ends within ${describe(name)}: it has ${size} bytes`);
    }
  }

  /** What errors start with. */
  get name(): string {
    return this.#bytes.name;
  }

  /** @throws ValueError for a tensor that isn't there; FileFormatError for one of a type that memory can't hold as it is */
  tensor(name: string): Tensor {
    const entry = this.entries.get(name);
    if (entry === undefined) {
      const names = [...this.entries.keys()];
      const close = nearest(name, names);
      const hint = close === null ? `it holds ${names.slice(0, 8).join(', ') || 'none'}` : `did you mean '${close}'?`;
      throw new ValueError(`${this.name}: holds no tensor ${describe(name)}; ${hint}`);
    }
    const { dtype, shape, begin, bytes } = entry;
    const ours = Object.hasOwn(mappedTypes, dtype) ? mappedTypes[dtype] : undefined;
    if (ours === undefined) {
      throw new FileFormatError(
        `${this.name}: tensor ${describe(name)}: can be mapped if it is ${Object.keys(mappedTypes).join(', ')}, got ${dtype}`,
      );
    }
    const info = dtypes[ours];
    if (begin % info.bytes !== 0) {
      throw new FileFormatError(
        `${this.name}: tensor ${describe(name)} begins at byte ${begin}, no multiple of ${info.bytes}; write the file anew with saveSafetensors to map it`,
      );
    }
    const count = bytes / info.bytes;
    const mapped = this.#bytes.range(begin, bytes);
    return Tensor.wrap(new info.array(mapped.buffer as ArrayBuffer, mapped.byteOffset, count), shape.slice(), ours);
  }

  /** Looks whether the file still has the bytes that are mapped. @throws FileFormatError where it doesn't */
  check(): void {
    this.#bytes.check();
  }
}

function npyEntry(
  source: string,
  { header, start }: { readonly header: NpyHeader; readonly start: number },
): MappedEntry {
  const { descr, kind, width, shape, bigEndian, fortranOrder } = header;
  if (bigEndian || !Object.hasOwn(npyTypes, kind)) {
    throw new FileFormatError(`${source}: an array of ${descr} can't be mapped; numbers must be little-endian`);
  }
  if (fortranOrder && shape.length > 1) {
    throw new FileFormatError(
      `${source}: the array is in Fortran order, ${formatShape(shape)}; only C order can be mapped`,
    );
  }
  const count = shape.reduce((n, size) => n * size, 1);
  return { name: npyName, dtype: npyTypes[kind], shape, begin: start, bytes: count * width };
}

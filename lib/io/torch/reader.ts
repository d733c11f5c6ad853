import { describe, FileFormatError } from '../../errors.js';
import { Budget } from '../budget.js';
import { type ByteSource, bufferSource, readStart, withFile } from '../byte_source.js';
import { type EntryNames, type LoadFileOptions, readNames } from '../entry_names.js';
import { notThisKind } from '../file_kind.js';
import { checkUnpackedSize } from '../zip/bound.js';
import { isZip, readZipDirectory, readZipEntry, type ZipEntry, zipEntrySource } from '../zip/reader.js';
import { readLegacy } from './legacy.js';
import { persistentStorage } from './persistent.js';
import { PickleInput } from './pickle_input.js';
import { PickledTuple } from './pickled.js';
import { type TorchValue, toPlain } from './plain.js';
import { knownGlobals } from './rebuild.js';
import { type StoragePlace, StorageReader } from './storages.js';
import { unpickle } from './unpickler.js';

export type { TorchValue } from './plain.js';

/**
 * Reads a file that `torch.save` wrote, also in the format from before PyTorch 1.6, without executing anything in it:
 * state dicts of modules, optimizers and schedulers, and nests of tensors, numbers, strings, lists, tuples and
 * dictionaries. What the result is, only the file knows; say so by a type argument, as in
 * `loadTorch<{ model: nn.StateDict; epoch: number }>(path)`.
 *
 * Dictionaries become objects, whose keys are strings (a Map where keys such as 1 and '1' would become one); lists and
 * tuples arrays; sets Sets; bytes Uint8Arrays; integers beyond 2^53 bigints; complex numbers `{ real, imag }`; dtypes and
 * devices their names, such as 'float32' and 'cuda:0'. Integer tensors of types that Lutra lacks become int32, 8-bit
 * floats float16 (float8_e8m0fnu float32), all of them exactly; a tensor that is sparse in its rows a `RowSparse`.
 * Tensors that share memory in the file share it here, with their strides; parameters are tensors that require gradients.
 *
 * @param options `names` says what to read, by keys and positions joined with dots: `['model', 'optimizer.state.0']`, or a
 *   function that is asked about everything that is no dictionary or list. What is left out may be of any kind; in a
 *   list null takes its place.
 * @throws FileFormatError naming the file, the entry, what was expected and what came; a tensor or a class of Python
 *   that can't be represented is named, and so is what can be done about it. ValueError for a name that is not there
 */
export function loadTorch<T = TorchValue>(path: string, options?: LoadFileOptions): T {
  const names = readNames('loadTorch', options);
  return withFile('loadTorch', path, (source) => readTorch(source, names)) as T;
}

/** {@link loadTorch} of bytes in memory, which are copied. */
export function parseTorch<T = TorchValue>(buffer: Uint8Array | ArrayBuffer, options?: LoadFileOptions): T {
  const names = readNames('parseTorch', options);
  return readTorch(bufferSource('parseTorch', buffer), names) as T;
}

function readTorch(source: ByteSource, names: EntryNames | undefined): TorchValue {
  const start = readStart(source);
  if (isZip(start)) return new TorchFile(source).read(names);
  if (start[0] === 0x80) return readLegacy(source, names);
  throw new FileFormatError(
    notThisKind(source.name, 'file of torch.save', start, 'it does not start like a zip archive or a pickle'),
  );
}

class TorchFile {
  private readonly source: ByteSource;
  private readonly entries: Map<string, ZipEntry>;
  private readonly budget: Budget;
  /** The folder that holds everything, with its slash. */
  private readonly root: string;

  constructor(source: ByteSource) {
    this.source = source;
    this.entries = readZipDirectory(source);
    const sizes = [...this.entries.values()].map((entry) => entry.size);
    checkUnpackedSize(source, sizes, 'unzip it and zip it again without compression');
    this.budget = new Budget(source);
    const pickles = [...this.entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
    if (pickles.length !== 1) {
      const hint = [...this.entries.keys()].some((name) => name.endsWith('.npy'))
        ? '; read a .npz archive with loadNpz'
        : '';
      throw new FileFormatError(
        `${source.name}: expected one entry data.pkl in a folder, got ${pickles.length}${hint}`,
      );
    }
    this.root = pickles[0].slice(0, -'data.pkl'.length);
    if (this.entries.has(`${this.root}constants.pkl`)) {
      throw new FileFormatError(`${source.name}: is a TorchScript program; save its state_dict() with torch.save`);
    }
  }

  read(names: EntryNames | undefined): TorchValue {
    const { source, budget } = this;
    this.checkByteOrder();
    const entry = this.entries.get(`${this.root}data.pkl`) as ZipEntry;
    if (entry.deflated) budget.spend(entry.size);
    else budget.grant(entry.size);
    const content = zipEntrySource(source, entry);
    const value = unpickle(new PickleInput(content, content.name), {
      globals: knownGlobals(source.name, budget),
      persistent: (id) => persistentStorage(source.name, id instanceof PickledTuple ? id.items : []),
      budget,
    });
    const storages = new StorageReader(source.name, (key) => this.place(key), budget);
    return toPlain(value, { source: source.name, storages, budget, names });
  }

  private checkByteOrder(): void {
    const order = this.entries.get(`${this.root}byteorder`);
    if (order === undefined) return;
    const text = Buffer.from(readZipEntry(this.source, order)).toString('latin1');
    if (text === 'little') return;
    throw new FileFormatError(`${this.source.name}: byteorder must be little, got ${describe(text)}`);
  }

  private place(key: string): StoragePlace {
    const name = `${this.root}data/${key}`;
    const entry = this.entries.get(name);
    if (entry === undefined) throw new FileFormatError(`${this.source.name}: entry ${describe(name)} is missing`);
    const content = zipEntrySource(this.source, entry);
    return { source: content, where: content.name, position: 0, bytes: entry.size, unpacked: entry.deflated };
  }
}

import { describe, FileFormatError } from '../../errors.js';
import { type DType, isFloating } from '../../tensor/dtype.js';
import { formatShape } from '../../tensor/shape.js';
import { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { type ByteSource, bufferSource, readBytes, withFile } from '../byte_source.js';
import { elementBytes } from '../safetensors/header.js';
import { readWideIntegers } from '../safetensors/wide_integers.js';
import { isZip, readZipDirectory, readZipEntry, readZipEntryInto, type ZipEntry } from '../zip/reader.js';
import { type KnownGlobal, PickledDict, PickledTuple, unpickle } from './unpickler.js';

/** What a `.pt` file can hold: tensors, numbers, strings, and lists and dictionaries of them. */
export type TorchValue =
  | Tensor
  | number
  | bigint
  | string
  | boolean
  | null
  | TorchValue[]
  | { [key: string]: TorchValue };

/** PyTorch's storage classes: the element type by safetensors' name, and our dtype. */
const storageTypes: Readonly<Record<string, readonly [name: string, dtype: DType]>> = {
  DoubleStorage: ['F64', 'float64'],
  FloatStorage: ['F32', 'float32'],
  HalfStorage: ['F16', 'float16'],
  BFloat16Storage: ['BF16', 'bfloat16'],
  LongStorage: ['I64', 'int32'],
  IntStorage: ['I32', 'int32'],
  ShortStorage: ['I16', 'int32'],
  CharStorage: ['I8', 'int32'],
  ByteStorage: ['U8', 'uint8'],
  BoolStorage: ['BOOL', 'bool'],
};

/** Deeper nests of lists and dictionaries are refused. */
const deepest = 500;

/**
 * Reads a file that `torch.save` wrote (PyTorch 1.6 or later: a zip archive) without executing anything in it: state
 * dicts of modules, optimizers and schedulers, and nests of tensors, numbers, strings, lists, tuples and dictionaries.
 *
 * Dictionaries become objects, whose keys are strings; lists and tuples arrays; integers beyond 2^53 bigints. Integer
 * tensors of types that Lutra lacks become int32. Tensors that share memory in the file share it here, with their
 * strides; parameters are tensors that require gradients.
 *
 * @throws FileFormatError naming the file, the entry, what was expected and what came; a class or function of Python
 *   that is not needed for tensors is refused by its name
 */
export function loadTorch(path: string): TorchValue {
  return withFile('loadTorch', path, (source) => new TorchFile(source).read());
}

/** {@link loadTorch} of bytes in memory, which are copied. */
export function parseTorch(buffer: Uint8Array | ArrayBuffer): TorchValue {
  return new TorchFile(bufferSource('parseTorch', buffer)).read();
}

/** A storage that a tensor will be a window on. */
class PickledStorage {
  readonly storage: Storage;
  constructor(storage: Storage) {
    this.storage = storage;
  }
}

class TorchFile {
  private readonly source: ByteSource;
  private readonly entries: Map<string, ZipEntry>;
  /** The folder that holds everything, with its slash. */
  private readonly root: string;
  private readonly storages = new Map<string, { type: string; storage: PickledStorage }>();

  constructor(source: ByteSource) {
    this.source = source;
    checkArchive(source);
    this.entries = readZipDirectory(source);
    checkSize(source, this.entries);
    const pickles = [...this.entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
    if (pickles.length !== 1) {
      throw new FileFormatError(`${source.name}: expected one entry data.pkl in a folder, got ${pickles.length}`);
    }
    this.root = pickles[0].slice(0, -'data.pkl'.length);
    if (this.entries.has(`${this.root}constants.pkl`)) {
      throw new FileFormatError(`${source.name}: is a TorchScript program; save its state_dict() with torch.save`);
    }
  }

  read(): TorchValue {
    const order = this.entries.get(`${this.root}byteorder`);
    if (order !== undefined) {
      const text = Buffer.from(readZipEntry(this.source, order)).toString('latin1');
      if (text !== 'little') {
        throw new FileFormatError(`${this.source.name}: byteorder must be little, got ${describe(text)}`);
      }
    }
    const entry = this.entries.get(`${this.root}data.pkl`) as ZipEntry;
    const value = unpickle(readZipEntry(this.source, entry), {
      source: `${this.source.name}: ${entry.name}`,
      globals: this.globals(),
      persistent: (id) => this.storageOf(id),
    });
    return this.plain(value, new Map(), 0);
  }

  private fail(what: string): never {
    throw new FileFormatError(`${this.source.name}: ${what}`);
  }

  private globals(): Map<string, KnownGlobal> {
    const known = new Map<string, KnownGlobal>();
    const add = (name: string, call?: KnownGlobal['call']) => known.set(name, { name, call });
    for (const type of Object.keys(storageTypes)) add(`torch ${type}`);
    add('collections OrderedDict', (args) => this.dictOf(args));
    add('collections Counter', (args) => this.dictOf(args));
    add('torch Size', ([items]) => (items instanceof PickledTuple ? items : this.fail('torch.Size takes a tuple')));
    add('torch._utils _rebuild_tensor_v2', (args) => this.tensorOf(args));
    add('torch._utils _rebuild_parameter', (args) => this.parameterOf(args));
    return known;
  }

  private dictOf(args: readonly unknown[]): PickledDict {
    const dict = new PickledDict();
    const [content] = args;
    if (content instanceof PickledDict) for (const [key, value] of content.entries) dict.entries.set(key, value);
    else if (args.length > 0 && !Array.isArray(content))
      this.fail('a dictionary is made from what is no list of pairs');
    for (const pair of Array.isArray(content) ? content : []) {
      const items = pair instanceof PickledTuple ? pair.items : pair;
      if (!Array.isArray(items) || items.length !== 2) this.fail('a dictionary is made from what is no list of pairs');
      dict.entries.set(items[0], items[1]);
    }
    return dict;
  }

  /** @param id ('storage', type, key, location, elements). */
  private storageOf(id: unknown): PickledStorage {
    const items = id instanceof PickledTuple ? id.items : [];
    const [kind, global, key, , count] = items;
    const type = (global as KnownGlobal | undefined)?.name?.replace(/^torch /, '') ?? '';
    if (kind !== 'storage' || !Object.hasOwn(storageTypes, type) || typeof key !== 'string' || !isCount(count)) {
      return this.fail('data.pkl refers to a storage in a way that is not understood');
    }
    const seen = this.storages.get(key);
    if (seen !== undefined) {
      if (seen.type === type) return seen.storage;
      this.fail(`storage ${describe(key)} is used as ${seen.type} and as ${type}, which can't share memory here`);
    }
    const storage = new PickledStorage(this.loadStorage(key, type, count));
    this.storages.set(key, { type, storage });
    return storage;
  }

  private loadStorage(key: string, type: string, count: number): Storage {
    const entry = this.entries.get(`${this.root}data/${key}`);
    const [name, dtype] = storageTypes[type];
    const expected = count * elementBytes[name];
    if (entry === undefined) return this.fail(`entry ${describe(`${this.root}data/${key}`)} is missing`);
    if (entry.size !== expected) {
      this.fail(
        `entry ${describe(entry.name)}: ${count} elements of ${type} take ${expected} bytes, got ${entry.size}`,
      );
    }
    const storage = Storage.allocate(dtype, count, false);
    const { array } = storage;
    if (name === 'I64' || name === 'I16' || name === 'I8') {
      const bytes = readZipEntry(this.source, entry);
      const where = `${this.source.name}: entry ${describe(entry.name)}`;
      readWideIntegers(where, name, array as Int32Array, (piece, offset) =>
        piece.set(bytes.subarray(offset, offset + piece.byteLength)),
      );
      return storage;
    }
    const bytes = new Uint8Array(array.buffer, array.byteOffset, expected);
    readZipEntryInto(this.source, entry, bytes);
    if (dtype === 'bool' && bytes.some((byte) => byte > 1))
      this.fail(`entry ${describe(entry.name)}: bools must be 0 or 1`);
    return storage;
  }

  /** @param args storage, offset, size, stride, whether it requires a gradient, hooks. */
  private tensorOf(args: readonly unknown[]): Tensor {
    const [pickled, offset, size, stride, requiresGrad] = args;
    const shape = size instanceof PickledTuple ? size.items : null;
    const strides = stride instanceof PickledTuple ? stride.items : null;
    const understood =
      pickled instanceof PickledStorage && isCount(offset) && shape?.every(isCount) && strides?.every(isCount);
    if (!understood || shape.length !== strides.length || shape.length > 64) {
      return this.fail('data.pkl describes a tensor in a way that is not understood');
    }
    const { storage } = pickled;
    const sizes = shape as number[];
    const steps = strides as number[];
    const last = sizes.includes(0) ? offset - 1 : sizes.reduce((at, n, dim) => at + (n - 1) * steps[dim], offset);
    const elements = sizes.reduce((n, s) => n * s, 1);
    if (last >= storage.array.length || offset > storage.array.length || !Number.isSafeInteger(elements)) {
      this.fail(
        `a tensor of shape ${formatShape(sizes)} with strides ${formatShape(steps)} from element ${offset} on does not fit its storage of ${storage.array.length}`,
      );
    }
    const tensor = new Tensor(storage, sizes.slice(), steps.slice(), offset);
    if (requiresGrad === true && isFloating(tensor.dtype)) tensor.requiresGrad = true;
    return tensor;
  }

  private parameterOf([data, requiresGrad]: readonly unknown[]): Tensor {
    if (!(data instanceof Tensor)) return this.fail('a parameter is made from what is no tensor');
    const parameter = data.detach();
    if (requiresGrad === true && isFloating(data.dtype)) parameter.requiresGrad = true;
    return parameter;
  }

  /** The value in JavaScript's own terms. */
  private plain(value: unknown, made: Map<object, TorchValue>, depth: number): TorchValue {
    if (depth > deepest) return this.fail(`lists and dictionaries are nested deeper than ${deepest}`);
    if (value === null || value instanceof Tensor) return value;
    if (typeof value !== 'object') return value as TorchValue;
    const before = made.get(value);
    if (before !== undefined) return before;
    if (Array.isArray(value) || value instanceof PickledTuple) {
      const list: TorchValue[] = [];
      made.set(value, list);
      for (const item of Array.isArray(value) ? value : value.items) list.push(this.plain(item, made, depth + 1));
      return list;
    }
    if (!(value instanceof PickledDict)) return this.fail('holds a class or a storage where a value should be');
    const object: { [key: string]: TorchValue } = {};
    made.set(value, object);
    for (const [key, item] of value.entries) {
      if (typeof key !== 'string' && typeof key !== 'number') {
        this.fail(`keys of dictionaries must be strings or numbers, got ${describe(key)}`);
      }
      const content = this.plain(item, made, depth + 1);
      // An assignment to '__proto__' would be none.
      Object.defineProperty(object, String(key), {
        value: content,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return object;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** `torch.save` never compresses; an archive that somebody packed may grow, but not without bounds. */
function checkSize(source: ByteSource, entries: ReadonlyMap<string, ZipEntry>): void {
  let total = 0;
  for (const { size } of entries.values()) total += size;
  const most = 2 * source.bytes + 100e6;
  if (total <= most) return;
  throw new FileFormatError(
    `${source.name}: its entries unpack to ${total} bytes, more than twice its own ${source.bytes} and 100 MB; unzip it and zip it again without compression`,
  );
}

function checkArchive(source: ByteSource): void {
  const start = readBytes(source, 0, Math.min(source.bytes, 4));
  if (isZip(start)) return;
  const legacy = start[0] === 0x80;
  throw new FileFormatError(
    legacy
      ? `${source.name}: is in PyTorch's format from before 1.6; save it again with torch.save(torch.load(path), path), or as safetensors`
      : `${source.name}: is no file of torch.save: it does not start like a zip archive`,
  );
}

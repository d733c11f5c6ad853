import { types } from 'node:util';
import { copyOf } from '../../calls/copy.js';
import { ArgumentError, describe, ValueError } from '../../errors.js';
import type { OptimizerStateDict } from '../../optim/optimizer_state.js';
import type { SchedulerStateDict } from '../../optim/schedulers/scheduler_state.js';
import { type DType, dtypes } from '../../tensor/dtype.js';
import type { Storage } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { writeFileAtomically } from '../atomic_file.js';
import { checkName, checkSavable } from '../tensor_bytes.js';
import { zipParts } from '../zip/writer.js';
import { longestInteger, type Picklable, type PickleGlobal, pickle } from './pickler.js';

/** What `saveTorch` takes: tensors, numbers, strings, bytes, and arrays, Sets, objects and Maps of them, at any depth. */
export type TorchSavable =
  | Tensor
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | OptimizerStateDict
  | SchedulerStateDict
  | readonly TorchSavable[]
  | ReadonlySet<TorchSavable>
  | ReadonlyMap<string | number | bigint, TorchSavable>
  | { readonly [key: string]: TorchSavable };

const storageNames: Readonly<Record<DType, string>> = {
  float64: 'DoubleStorage',
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  int32: 'IntStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
};

/** Deeper nests are refused: they are most likely endless. */
const deepest = 500;

/**
 * Writes a file that PyTorch's `torch.load(path)` reads, its safe mode (`weights_only=True`) included: state dicts of
 * modules, optimizers and schedulers, and nests of tensors, numbers, strings, arrays, objects and Maps.
 *
 * Objects and Maps become dictionaries, arrays lists, whole numbers ints. The keys of objects are strings, but for the
 * numbers of the parameters in an optimizer's state dict (the object `state` beside `param_groups`) and of the steps in a
 * scheduler's `milestones`, which become ints, as PyTorch has them; a Map's numbers stay numbers. Tensors that share memory share it in the file. The same value
 * gives the same bytes; a crash leaves the file that was there, or the new one.
 *
 * @throws ArgumentError, DTypeError naming what can't be written and where it is, before anything is written
 */
export function saveTorch(path: string, value: TorchSavable): void {
  if (typeof path !== 'string') throw new ArgumentError(`saveTorch: path must be a string, got ${describe(path)}`);
  writeFileAtomically(path, ...new TorchWriter('saveTorch', value).parts());
}

/** The bytes that {@link saveTorch} would write. */
export function serializeTorch(value: TorchSavable): Uint8Array {
  return Buffer.concat(new TorchWriter('serializeTorch', value).parts());
}

/** Where a tensor's numbers lie in the file. */
interface SavedStorage {
  key: string;
  bytes: Uint8Array;
  elements: number;
  name: string;
}

const global = (module: string, name: string): PickleGlobal => ({ kind: 'global', module, name });
const tuple = (items: readonly Picklable[]): Picklable => ({ kind: 'tuple', items });

class TorchWriter {
  private readonly op: string;
  private readonly value: TorchSavable;
  /** How many tensors show each storage. */
  private readonly users = new Map<Storage, Set<Tensor>>();
  private readonly storages: SavedStorage[] = [];
  /** Storages that several tensors show, written whole. */
  private readonly shared = new Map<Storage, SavedStorage>();
  private readonly tensors = new Map<Tensor, Picklable>();

  constructor(op: string, value: TorchSavable) {
    this.op = op;
    this.value = value;
  }

  /** The pieces of the archive. */
  parts(): Uint8Array[] {
    this.visit(this.value, 'value', 0);
    const pickled = pickle(this.plain(this.value, false));
    const file = (name: string, ...parts: Uint8Array[]) => ({ name: `archive/${name}`, parts });
    const files = [file('data.pkl', pickled), file('byteorder', Buffer.from('little'))];
    for (const { key, bytes } of this.storages) files.push(file(`data/${key}`, bytes));
    return zipParts([...files, file('version', Buffer.from('3\n'))], false);
  }

  /** Refuses what can't be written, and counts who shows which memory. */
  private visit(value: unknown, where: string, depth: number): void {
    const { op } = this;
    if (depth > deepest) throw new ArgumentError(`${op}: ${where} is nested deeper than ${deepest}`);
    if (typeof value === 'string') checkName(op, `${where}, as all strings,`, value);
    if (typeof value === 'bigint' && BigInt.asIntN(8 * longestInteger, value) !== value) {
      throw new ValueError(`${op}: ${where} is an integer of more than ${longestInteger} bytes`);
    }
    if (value === null || ['number', 'bigint', 'string', 'boolean'].includes(typeof value)) return;
    if (types.isUint8Array(value)) return;
    if (value instanceof Tensor) {
      checkSavable(op, where, value);
      const users = this.users.get(value.storage) ?? new Set();
      this.users.set(value.storage, users.add(value));
    } else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) this.visit(item, `${where}[${i}]`, depth + 1);
    } else if (types.isSet(value)) {
      for (const item of value) this.visit(item, `an element of ${where}`, depth + 1);
    } else if (types.isMap(value) || isPlainObject(value)) {
      for (const [key, item] of entriesOf(value)) {
        if (typeof key === 'string') checkName(op, `the keys of ${where}`, key);
        else if (typeof key !== 'bigint' && !Number.isSafeInteger(key)) {
          throw new ArgumentError(`${op}: ${where} has a key that is no string and no integer: ${describe(key)}`);
        }
        this.visit(item, typeof key === 'string' ? `${where}.${key}` : `${where}[${key}]`, depth + 1);
      }
    } else {
      const hint = typeof (value as { stateDict?: unknown })?.stateDict === 'function' ? '; save its stateDict()' : '';
      throw new ArgumentError(
        `${op}: ${where} must be a Tensor, number, string, boolean, null, or an array, object or Map of them, got ${describe(value)}${hint}`,
      );
    }
  }

  /** @param numbered whether the keys are the numbers of an optimizer's parameters or of a scheduler's milestones. */
  private plain(value: TorchSavable, numbered: boolean): Picklable {
    if (value instanceof Tensor) return this.tensorOf(value);
    if (typeof value !== 'object' || value === null) return value;
    if (types.isUint8Array(value)) return { kind: 'bytes', bytes: Buffer.from(value) };
    if (Array.isArray(value)) return value.map((item) => this.plain(item, false));
    if (types.isSet(value)) {
      return {
        kind: 'call',
        callee: global('builtins', 'set'),
        args: [[...value].map((item) => this.plain(item as TorchSavable, false))],
      };
    }
    const pairs = entriesOf(value) as [string | number | bigint, TorchSavable][];
    const isOptimizer = pairs.some(([key, item]) => key === 'param_groups' && Array.isArray(item));
    const entries = pairs.map(([key, item]) => {
      const place = numbered && /^(0|[1-9]\d{0,8})$/.test(String(key)) ? Number(key) : key;
      return [place, this.plain(item, key === 'milestones' || (isOptimizer && key === 'state'))] as const;
    });
    return { kind: 'dict', entries };
  }

  private tensorOf(tensor: Tensor): Picklable {
    const before = this.tensors.get(tensor);
    if (before !== undefined) return before;
    const alone = (this.users.get(tensor.storage) as Set<Tensor>).size === 1;
    const window = alone && !tensor.isContiguous() ? copyOf(tensor) : tensor;
    const saved = alone ? this.add(window, window.offset, window.numel) : this.whole(tensor);
    const storage = tuple(['storage', global('torch', saved.name), saved.key, 'cpu', saved.elements]);
    const pickled: Picklable = {
      kind: 'call',
      callee: global('torch._utils', '_rebuild_tensor_v2'),
      args: [
        { kind: 'persistent', id: storage as Extract<Picklable, { kind: 'tuple' }> },
        alone ? 0 : tensor.offset,
        tuple(tensor.shape),
        tuple(window.strides),
        tensor.isLeaf && tensor.requiresGrad,
        { kind: 'call', callee: global('collections', 'OrderedDict'), args: [] },
      ],
    };
    this.tensors.set(tensor, pickled);
    return pickled;
  }

  private whole(tensor: Tensor): SavedStorage {
    const { storage } = tensor;
    const saved = this.shared.get(storage) ?? this.add(tensor, 0, storage.array.length);
    this.shared.set(storage, saved);
    return saved;
  }

  private add(tensor: Tensor, first: number, elements: number): SavedStorage {
    const { array } = tensor.storage;
    const { bytes: size } = dtypes[tensor.dtype];
    // A window on nothing may begin behind the end of its memory.
    const begin = elements === 0 ? 0 : first * size;
    const inPlace = new Uint8Array(array.buffer, array.byteOffset + begin, elements * size);
    const bytes = types.isSharedArrayBuffer(array.buffer) ? Uint8Array.from(inPlace) : inPlace;
    const saved = { key: String(this.storages.length), bytes, elements, name: storageNames[tensor.dtype] };
    this.storages.push(saved);
    return saved;
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function entriesOf(value: object): [unknown, unknown][] {
  return types.isMap(value) ? [...value.entries()] : Object.entries(value);
}

import { RowSparse } from '../../autograd/row_sparse.js';
import { describe, FileFormatError, ValueError } from '../../errors.js';
import { contiguous } from '../../ops/copy.js';
import { isFloating } from '../../tensor/dtype.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Budget } from '../budget.js';
import { asks, type EntryNames, leaveOut, missingName } from '../entry_names.js';
import {
  KnownGlobal,
  PickledComplex,
  PickledDict,
  PickledSet,
  PickledSparse,
  PickledTensor,
  PickledTuple,
  Unreadable,
} from './pickled.js';
import type { StorageReader } from './storages.js';

/** What a `.pt` file can hold: tensors, plain values, and lists and dictionaries of them. */
export type TorchValue =
  | Tensor
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | TorchValue[]
  | Set<TorchValue>
  | Map<number | bigint | string, TorchValue>
  | { [key: string]: TorchValue };

/** Deeper nests of lists and dictionaries are refused. */
const deepest = 500;

/** Names that are kept for the message about one that is missing. */
const namesKept = 10_000;
const longestKept = 200;

/** Stands for what was not asked for. */
const omitted = Symbol('omitted');

export interface PlainOptions {
  /** What error messages start with. */
  source: string;
  storages: StorageReader;
  budget: Budget;
  names: EntryNames | undefined;
}

/**
 * Turns what a pickle holds into JavaScript's own terms, as far as it was asked for. A value is named by the keys and
 * positions that lead to it, joined by dots.
 * @throws FileFormatError naming the value that can't be represented, ValueError for a name that is not there
 */
export function toPlain(value: unknown, options: PlainOptions): TorchValue {
  const converter = new Converter(options);
  const result = converter.root(value);
  converter.checkNames();
  return result;
}

class Converter {
  private readonly options: PlainOptions;
  /** What became of values that were wanted whole. */
  private readonly made = new Map<object, TorchValue>();
  private readonly predicate: ((name: string) => boolean) | null;
  /** The names of a list, and the beginnings that lead to them; null without one. */
  private readonly wanted: Set<string> | null;
  private readonly onTheWay = new Set<string>();
  private readonly found = new Set<string>();
  private readonly seen: string[] = [];

  constructor(options: PlainOptions) {
    this.options = options;
    const { names } = options;
    this.predicate = typeof names === 'function' ? names : null;
    this.wanted = Array.isArray(names) ? new Set(names) : null;
    for (const name of this.wanted ?? []) {
      for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
        this.onTheWay.add(name.slice(0, dot));
      }
    }
  }

  root(value: unknown): TorchValue {
    if (this.options.names === undefined) return this.whole(value, '', 0);
    const result = this.chosen(value, '', 0);
    if (result !== omitted) return result;
    if (Array.isArray(value) || value instanceof PickledTuple) return [];
    return value instanceof PickledDict ? {} : null;
  }

  /** @throws ValueError for a name of the list that nothing has */
  checkNames(): void {
    for (const name of this.wanted ?? []) {
      if (!this.found.has(name)) throw new ValueError(missingName(this.options.source, name, this.seen));
    }
  }

  private fail(what: string): never {
    throw new FileFormatError(`${this.options.source}: ${what}`);
  }

  /** As much of a value as was asked for. */
  private chosen(value: unknown, path: string, depth: number): TorchValue | typeof omitted {
    if (depth > deepest) return this.fail(`lists and dictionaries are nested deeper than ${deepest}`);
    this.options.budget.visit();
    const isList = Array.isArray(value) || value instanceof PickledTuple;
    if (depth > 0 && this.wanted !== null) {
      if (this.seen.length < namesKept && path.length < longestKept) this.seen.push(path);
      if (this.wanted.has(path)) {
        this.found.add(path);
        return this.whole(value, path, depth);
      }
      if (!this.onTheWay.has(path)) return omitted;
    }
    if (isList) return this.chosenItems(Array.isArray(value) ? value : value.items, path, depth);
    if (value instanceof PickledDict && value.size > 0) return this.chosenEntries(value, path, depth);
    if (this.predicate !== null && asks(this.options.source, this.predicate, path))
      return this.whole(value, path, depth);
    return omitted;
  }

  /** What was not asked for leaves a null, so that the others keep their places. */
  private chosenItems(items: readonly unknown[], path: string, depth: number): TorchValue[] | typeof omitted {
    const list = items.map((item, i) => this.chosen(item, joined(path, i), depth + 1));
    if (list.every((item) => item === omitted)) return omitted;
    return list.map((item) => (item === omitted ? null : item));
  }

  private chosenEntries(dict: PickledDict, path: string, depth: number): TorchValue | typeof omitted {
    const entries: [key: unknown, value: TorchValue][] = [];
    for (const [i, key] of dict.keys.entries()) {
      const content = this.chosen(dict.values[i], joined(path, key), depth + 1);
      if (content !== omitted) entries.push([key, content]);
    }
    return entries.length === 0 ? omitted : this.dictionary(entries, path);
  }

  /** All of a value. */
  private whole(value: unknown, path: string, depth: number): TorchValue {
    if (depth > deepest) return this.fail(`lists and dictionaries are nested deeper than ${deepest}`);
    if (value === null || typeof value !== 'object') return value as TorchValue;
    const before = this.made.get(value);
    if (before !== undefined) return before;
    if (Array.isArray(value) || value instanceof PickledTuple) {
      const list: TorchValue[] = [];
      this.made.set(value, list);
      const items = Array.isArray(value) ? value : value.items;
      for (const [i, item] of items.entries()) list.push(this.inside(item, path, i, depth));
      return list;
    }
    if (value instanceof PickledDict) return this.wholeDictionary(value, path, depth);
    const single = this.single(value, path, depth);
    this.made.set(value, single);
    return single;
  }

  private wholeDictionary(dict: PickledDict, path: string, depth: number): TorchValue {
    const result = this.emptyDictionary(dict.keys, path);
    this.made.set(dict, result);
    for (const [i, key] of dict.keys.entries())
      put(result, key as string, this.inside(dict.values[i], path, key, depth));
    return result;
  }

  private dictionary(entries: [key: unknown, value: TorchValue][], path: string): TorchValue {
    const keys = entries.map(([key]) => key);
    const result = this.emptyDictionary(keys, path);
    for (const [key, value] of entries) put(result, key as string, value);
    return result;
  }

  /** An object; a Map where keys such as 1 and '1' would become one. */
  private emptyDictionary(keys: readonly unknown[], path: string): TorchValue {
    let strings = 0;
    for (const key of keys) {
      this.checkKey(key, path);
      if (typeof key === 'string') strings++;
    }
    if (strings === 0 || strings === keys.length) return {};
    const names = new Set(keys.filter((key) => typeof key === 'string'));
    return keys.some((key) => typeof key !== 'string' && names.has(String(key))) ? new Map() : {};
  }

  /** A part of a value that is wanted whole; plain ones need no name. */
  private inside(item: unknown, path: string, key: unknown, depth: number): TorchValue {
    if (item === null || typeof item !== 'object') return item as TorchValue;
    return this.whole(item, joined(path, key), depth + 1);
  }

  private checkKey(key: unknown, path: string): void {
    if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint') return;
    const where = path === '' ? '' : `${describe(path)}: `;
    this.fail(`${where}keys of dictionaries must be strings or numbers, got ${describeKey(key)}${advice(path, '; ')}`);
  }

  private single(value: object, path: string, depth: number): TorchValue {
    if (value instanceof Uint8Array) return value;
    if (value instanceof PickledTensor) return this.tensor(value, path);
    if (value instanceof PickledSparse) return this.sparse(value, path);
    if (value instanceof PickledComplex) return { real: value.real, imag: value.imag };
    if (value instanceof PickledSet) {
      return new Set(value.items.map((item) => this.whole(item, path, depth + 1)));
    }
    if (value instanceof Unreadable) {
      const { problem, remedy, at } = value;
      const place = at < 0 ? '' : ` (at byte ${at})`;
      return this.fail(`${named(path)}${problem}; ${remedy}${advice(path, ', or ')}${place}`);
    }
    const what = value instanceof KnownGlobal ? value.name.replace(' ', '.') : 'a storage';
    return this.fail(`${named(path)}holds a class or a storage where a value should be: ${what}${advice(path, '; ')}`);
  }

  private tensor({ window, requiresGrad }: PickledTensor, path: string): Tensor {
    const { storage: pickled, type, offset, shape, strides } = window;
    const before = path === '' ? '' : `${describe(path)}: `;
    const storage = this.options.storages.read(pickled, type, before, advice(path, '; '));
    const last = shape.includes(0) ? offset - 1 : shape.reduce((at, n, dim) => at + (n - 1) * strides[dim], offset);
    if (last >= storage.array.length) this.fail(`${named(path)}does not fit its storage of ${storage.array.length}`);
    const tensor = new Tensor(storage, shape.slice(), strides.slice(), offset);
    if (requiresGrad && isFloating(tensor.dtype)) tensor.requiresGrad = true;
    return tensor;
  }

  private sparse({ indices, values, shape, isCoalesced }: PickledSparse, path: string): Tensor {
    const rows = this.tensor(indices, path);
    const content = this.tensor(new PickledTensor(values.window, false), path);
    // What is expanded would be written out.
    this.options.budget.spend(
      4 * rows.numel + 8 * content.numel - 4 * rows.storage.array.length - content.storage.array.length,
    );
    const count = rows.numel;
    const rowShape = shape.slice(1);
    const fits =
      content.ndim === shape.length && [count, ...rowShape].every((size, dim) => size === content.shape[dim]);
    if (rows.dtype !== 'int32' || !fits) this.fail(`${named(path)}is a sparse tensor whose parts don't fit together`);
    const ids = contiguous(rows.view([count]));
    for (let k = 0; k < count; k++) {
      const row = ids.at(k);
      if (row < 0 || row >= shape[0]) this.fail(`${named(path)}names row ${row} of ${shape[0]}`);
    }
    return new RowSparse(ids, contiguous(content), shape, isCoalesced);
  }
}

function put(target: TorchValue, key: number | bigint | string, value: TorchValue): void {
  if (target instanceof Map) {
    target.set(key, value);
    return;
  }
  const object = target as { [key: string]: TorchValue };
  const name = String(key);
  if (!(name in object)) object[name] = value;
  // An assignment to '__proto__' would be none.
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

function joined(path: string, key: unknown): string {
  const own = typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint' ? String(key) : '?';
  return path === '' ? own : `${path}.${own}`;
}

function named(path: string): string {
  return path === '' ? '' : `${describe(path)} `;
}

function advice(path: string, before: string): string {
  return path === '' ? '' : `${before}${leaveOut(path)}`;
}

function describeKey(key: unknown): string {
  return key instanceof PickledTuple ? 'a tuple' : describe(key);
}

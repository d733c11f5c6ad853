import { describe, FileFormatError } from '../../errors.js';
import { Budget } from '../budget.js';
import type { ByteSource } from '../byte_source.js';
import type { EntryNames } from '../entry_names.js';
import { persistentStorage } from './persistent.js';
import { PickleInput } from './pickle_input.js';
import { PickledDict, PickledTuple } from './pickled.js';
import { type TorchValue, toPlain } from './plain.js';
import { knownGlobals } from './rebuild.js';
import { PickledStorage, type StoragePlace, StorageReader } from './storages.js';
import { dtypeBytes } from './torch_types.js';
import { unpickle } from './unpickler.js';

/** The first pickle of every such file. */
const magicNumber = 0x1950a86a20f9469cfc6cn;
const version = 1001;

/**
 * Reads PyTorch's format from before 1.6: pickles one after the other (a magic number, the version, facts about the
 * machine, the value, the keys of its storages), then the storages, each with its length in front.
 * @throws FileFormatError naming what was expected and what came
 */
export function readLegacy(source: ByteSource, names: EntryNames | undefined): TorchValue {
  return new LegacyFile(source).read(names);
}

class LegacyFile {
  private readonly source: ByteSource;
  private readonly budget: Budget;
  private readonly kinds = new Map<string, PickledStorage>();
  private readonly places = new Map<string, StoragePlace>();
  private position = 0;

  constructor(source: ByteSource) {
    this.source = source;
    this.budget = new Budget(source);
    this.budget.grant(source.bytes);
  }

  read(names: EntryNames | undefined): TorchValue {
    const magic = this.next('the magic number');
    if (magic !== magicNumber)
      this.fail('is a pickle, but none of torch.save; save it with torch.save or as safetensors');
    const found = this.next('the version');
    if (found !== version) this.fail(`version must be ${version}, got ${describe(found)}`);
    this.checkMachine(this.next('the facts about the machine'));
    const value = this.next('the value');
    this.findStorages(this.next('the keys of the storages'));
    const storages = new StorageReader(this.source.name, (key) => this.place(key), this.budget);
    return toPlain(value, { source: this.source.name, storages, budget: this.budget, names });
  }

  private fail(what: string): never {
    throw new FileFormatError(`${this.source.name}: ${what}`);
  }

  private next(what: string): unknown {
    const input = new PickleInput(this.source, `${this.source.name}: ${what}`, this.position);
    const value = unpickle(input, {
      globals: knownGlobals(this.source.name, this.budget),
      persistent: (id) => this.persistent(id),
      budget: this.budget,
    });
    this.position = input.position;
    return value;
  }

  private checkMachine(facts: unknown): void {
    const little = facts instanceof PickledDict ? facts.get('little_endian') : undefined;
    if (little !== true) this.fail(`was written on a machine with the other byte order; save it again there`);
  }

  /** Besides storages there are the classes of whole modules, which nothing here needs: they are unreadable anyway. */
  private persistent(id: unknown): unknown {
    const items = id instanceof PickledTuple ? id.items : [];
    if (items[0] === 'module') return items[1];
    const storage = persistentStorage(this.source.name, items);
    if (storage instanceof PickledStorage && !this.kinds.has(storage.key)) this.kinds.set(storage.key, storage);
    return storage;
  }

  /** They follow each other; what they are was said where they were used. */
  private findStorages(keys: unknown): void {
    for (const key of Array.isArray(keys) ? keys : this.fail('the keys of the storages are no list')) {
      const kind = this.kinds.get(key) ?? this.fail(`storage ${describe(key)} is not understood`);
      if (this.places.has(key)) this.fail(`storage ${describe(key)} comes twice`);
      const bytes = this.storageBytes(kind);
      const position = this.position + 8;
      if (position + bytes > this.source.bytes) {
        this.fail(
          `storage ${describe(key)} of ${bytes} bytes at ${position} goes beyond the file's ${this.source.bytes}`,
        );
      }
      const where = `${this.source.name}: storage ${describe(key)}`;
      this.places.set(key, { source: this.source, where, position, bytes, unpacked: false });
      this.position = position + bytes;
    }
    if (this.position !== this.source.bytes) {
      this.fail(`the storages end at byte ${this.position}, but the file at ${this.source.bytes}`);
    }
  }

  private storageBytes(kind: PickledStorage): number {
    if (this.position + 8 > this.source.bytes) this.fail(`storage ${describe(kind.key)} is missing`);
    const field = new Uint8Array(8);
    this.source.read(field, this.position);
    const count = Buffer.from(field.buffer).readBigInt64LE(0);
    if (count < 0n || count > BigInt(this.source.bytes))
      this.fail(`storage ${describe(kind.key)} can't have ${count} elements`);
    return Number(count) * dtypeBytes(kind.dtype);
  }

  private place(key: string): StoragePlace {
    return this.places.get(key) ?? this.fail(`storage ${describe(key)} is missing`);
  }
}

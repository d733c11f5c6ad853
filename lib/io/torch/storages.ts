import { describe, FileFormatError } from '../../errors.js';
import type { Storage } from '../../tensor/storage.js';
import type { Budget } from '../budget.js';
import type { ByteSource } from '../byte_source.js';
import { elementTypes, widening } from '../element_types.js';
import { readElements } from '../elements.js';
import { dtypeBytes, storageDtypes } from './torch_types.js';

/** Where the content of a storage lies. */
export interface StoragePlace {
  readonly source: ByteSource;
  /** How messages call it. */
  readonly where: string;
  readonly position: number;
  readonly bytes: number;
  /** Whether it was compressed, so that its size says nothing about the file's. */
  readonly unpacked: boolean;
}

/** A storage as a pickle names it: the memory that tensors will be windows on, not read yet. */
export class PickledStorage {
  readonly key: string;
  /** PyTorch's class, such as 'FloatStorage' or 'UntypedStorage'. */
  readonly kind: string;
  /** Elements by that class, bytes where it has no type. */
  readonly count: number;
  /** Elements in front of it, where it is a part of the storage with this key. */
  readonly offset: number;
  constructor(key: string, kind: string, count: number, offset = 0) {
    this.key = key;
    this.kind = kind;
    this.count = count;
    this.offset = offset;
  }

  /** Its dtype in PyTorch's words, null where it has none. */
  get dtype(): string | null {
    return Object.hasOwn(storageDtypes, this.kind) ? storageDtypes[this.kind] : null;
  }
}

/** Reads storages when the first tensor needs them, each once. */
export class StorageReader {
  private readonly source: string;
  private readonly place: (key: string) => StoragePlace;
  private readonly budget: Budget;
  private readonly known = new Map<string, { type: string; storage: Storage }>();

  /** @param place finds what lies under a key; it throws where there is nothing */
  constructor(source: string, place: (key: string) => StoragePlace, budget: Budget) {
    this.source = source;
    this.place = place;
    this.budget = budget;
  }

  /**
   * @param type the elements' type by safetensors' names
   * @param before how messages call the tensor, and `after` what they advise
   * @throws FileFormatError where the content does not fit
   */
  read(pickled: PickledStorage, type: string, before: string, after: string): Storage {
    const { key } = pickled;
    const seen = this.known.get(key);
    if (seen !== undefined) {
      if (seen.type === type) return seen.storage;
      throw new FileFormatError(
        `${this.source}: ${before}storage ${describe(key)} is used as ${seen.type} and as ${type}, which can't share memory here${after}`,
      );
    }
    const storage = this.readOnce(pickled, type);
    this.known.set(key, { type, storage });
    return storage;
  }

  private readOnce({ key, kind, count, offset, dtype }: PickledStorage, type: string): Storage {
    const place = this.place(key);
    const expected = (offset + count) * dtypeBytes(dtype);
    // A part of a storage tells no more about the whole than that it reaches so far.
    if (offset === 0 ? place.bytes !== expected : place.bytes < expected) {
      throw new FileFormatError(
        `${place.where}: ${offset + count} elements of ${kind} take ${expected} bytes, got ${place.bytes}`,
      );
    }
    const elements = Math.floor(place.bytes / (elementTypes[type].bits / 8));
    if (place.unpacked) this.budget.spend((widening(elementTypes[type]) - 1) * place.bytes);
    return readElements(place.source, { where: place.where, type, position: place.position, count: elements });
  }
}

import type { PickledStorage } from './storages.js';

/**
 * A Python dictionary while it is read: keys keep their types and their order. Two lists take a third of a Map's memory;
 * a key that comes twice is only in hostile files, and there the later one counts.
 */
export class PickledDict {
  readonly keys: unknown[] = [];
  readonly values: unknown[] = [];

  get size(): number {
    return this.keys.length;
  }

  add(key: unknown, value: unknown): void {
    this.keys.push(key);
    this.values.push(value);
  }

  /** The value of a key. */
  get(key: string): unknown {
    return this.values[this.keys.lastIndexOf(key)];
  }
}

/** A Python tuple; lists are plain arrays. */
export class PickledTuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A Python set, frozen or not. */
export class PickledSet {
  readonly items: unknown[] = [];
}

/** A complex number. */
export class PickledComplex {
  readonly real: number;
  readonly imag: number;
  constructor(real: number, imag: number) {
    this.real = real;
    this.imag = imag;
  }
}

/** A name that a pickle refers to, and what the reader makes of a call of it. */
export class KnownGlobal {
  readonly name: string;
  /** The result of a call; null where the name is only passed on. */
  readonly call: ((args: readonly unknown[]) => unknown) | null;
  constructor(name: string, call: KnownGlobal['call']) {
    this.name = name;
    this.call = call;
  }
}

/** Something of the file that can't be had here. It is an error only where somebody asks for it. */
export class Unreadable {
  /** Such as 'is a complex64 tensor, which can't be represented here'. */
  readonly problem: string;
  /** What to do in Python instead. */
  readonly remedy: string;
  /** Where in the pickle it was met, or −1. */
  readonly at: number;
  constructor(problem: string, remedy: string, at = -1) {
    this.problem = problem;
    this.remedy = remedy;
    this.at = at;
  }
}

/** A tensor whose memory has not been read yet. */
export interface PickledWindow {
  readonly storage: PickledStorage;
  /** By safetensors' name. */
  readonly type: string;
  readonly offset: number;
  readonly shape: number[];
  readonly strides: number[];
}

export class PickledTensor {
  readonly window: PickledWindow;
  readonly requiresGrad: boolean;
  constructor(window: PickledWindow, requiresGrad: boolean) {
    this.window = window;
    this.requiresGrad = requiresGrad;
  }
}

/** A sparse tensor of coordinates. */
export class PickledSparse {
  readonly indices: PickledTensor;
  readonly values: PickledTensor;
  readonly shape: number[];
  readonly isCoalesced: boolean;
  constructor(indices: PickledTensor, values: PickledTensor, shape: number[], isCoalesced: boolean) {
    this.indices = indices;
    this.values = values;
    this.shape = shape;
    this.isCoalesced = isCoalesced;
  }
}

import { FileFormatError } from '../../errors.js';

/** A Python dictionary while it is read: keys keep their types and their order. */
export class PickledDict {
  readonly entries = new Map<unknown, unknown>();
}

/** A Python tuple; lists are plain arrays. */
export class PickledTuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A name that a pickle refers to, and what the reader makes of a call of it. */
export interface KnownGlobal {
  readonly name: string;
  /** The result of a call; missing where the name is only passed on. */
  call?(args: readonly unknown[]): unknown;
}

export interface UnpickleOptions {
  /** What error messages start with. */
  source: string;
  /** The globals that may occur, by 'module name'. All others are refused. */
  globals: ReadonlyMap<string, KnownGlobal>;
  /** What a persistent id, as a storage has, stands for. */
  persistent(id: unknown): unknown;
}

const mark = Symbol('mark');

/**
 * Reads a pickle without executing anything: it understands numbers, strings, lists, tuples and dictionaries, and those
 * globals that it is told of. Opcodes as in Python's `pickletools`.
 *
 * @throws FileFormatError naming the opcode or the global that it does not understand, and the byte
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): unknown {
  return new Unpickler(bytes, options).run();
}

class Unpickler {
  private readonly view: DataView;
  private readonly stack: unknown[] = [];
  private readonly memo = new Map<number, unknown>();
  private at = 0;
  private readonly bytes: Uint8Array;
  private readonly options: UnpickleOptions;

  constructor(bytes: Uint8Array, options: UnpickleOptions) {
    this.bytes = bytes;
    this.options = options;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private fail(what: string): never {
    throw new FileFormatError(`${this.options.source}: ${what} (at byte ${this.at})`);
  }

  /** Moves on by some bytes and gives their place. */
  private take(length: number): number {
    const at = this.at;
    if (length > this.bytes.byteLength - at) this.fail(`expected ${length} more bytes`);
    this.at += length;
    return at;
  }

  private pop(): unknown {
    if (this.stack.length === 0) this.fail('the stack is empty');
    const value = this.stack.pop();
    if (value === mark) this.fail('a mark stands where a value should be');
    return value;
  }

  private popToMark(): unknown[] {
    const place = this.stack.lastIndexOf(mark);
    if (place < 0) this.fail('there is no mark');
    const items = this.stack.splice(place);
    items.shift();
    return items;
  }

  private text(length: number): string {
    const start = this.take(length);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes.subarray(start, this.at));
    } catch {
      return this.fail('a string is no UTF-8');
    }
  }

  private line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) this.fail('a line does not end');
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  private global(module: unknown, name: unknown): KnownGlobal {
    const known = this.options.globals.get(`${module} ${name}`);
    if (known !== undefined) return known;
    return this.fail(
      `refers to ${module}.${name}, which is not needed for tensors and is never executed; save a plain state dict`,
    );
  }

  /** A two's complement integer of any length; beyond 2^53 a bigint. */
  private longInteger(length: number): number | bigint {
    const start = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]);
    if (length > 0) value = BigInt.asIntN(8 * length, value);
    const plain = Number(value);
    return Number.isSafeInteger(plain) ? plain : value;
  }

  private size64(): number {
    const length = this.view.getBigUint64(this.take(8), true);
    return length > BigInt(this.bytes.byteLength) ? this.fail(`expected ${length} more bytes`) : Number(length);
  }

  private memoGet(place: number): unknown {
    if (!this.memo.has(place)) this.fail(`nothing was remembered at ${place}`);
    return this.memo.get(place);
  }

  private memoPut(place: number): void {
    if (this.stack.length === 0) this.fail('there is nothing to remember');
    this.memo.set(place, this.stack[this.stack.length - 1]);
  }

  private setItems(pairs: readonly unknown[]): void {
    const dict = this.stack[this.stack.length - 1];
    if (!(dict instanceof PickledDict) || pairs.length % 2 !== 0) this.fail('there is no dictionary to fill');
    for (let i = 0; i < pairs.length; i += 2) (dict as PickledDict).entries.set(pairs[i], pairs[i + 1]);
  }

  private append(items: readonly unknown[]): void {
    const list = this.stack[this.stack.length - 1];
    if (!Array.isArray(list)) this.fail('there is no list to fill');
    for (const item of items) (list as unknown[]).push(item);
  }

  private reduce(): unknown {
    const args = this.pop();
    const callee = this.pop() as KnownGlobal | null;
    if (!(args instanceof PickledTuple)) this.fail('the arguments of a call are no tuple');
    if (typeof callee?.call !== 'function') this.fail('calls what is no function');
    return (callee as Required<KnownGlobal>).call((args as PickledTuple).items);
  }

  /** Attributes of dictionaries, such as `_metadata`, are left behind. */
  private build(): void {
    this.pop();
    if (!(this.stack[this.stack.length - 1] instanceof PickledDict))
      this.fail('sets attributes of what is no dictionary');
  }

  run(): unknown {
    for (;;) {
      const opcode = this.bytes[this.take(1)];
      if (opcode === 0x2e) {
        const value = this.pop();
        if (this.stack.length > 0) this.fail('values are left over');
        return value;
      }
      if (!this.simple(opcode) && !this.number(opcode) && !this.structure(opcode)) {
        this.fail(`opcode 0x${opcode.toString(16)} is not understood`);
      }
    }
  }

  /** Constants, strings and the memo. */
  private simple(opcode: number): boolean {
    switch (opcode) {
      case 0x80: {
        const version = this.bytes[this.take(1)];
        if (version > 5) this.fail(`pickle protocol must be at most 5, got ${version}`);
        return true;
      }
      case 0x95: // FRAME
        this.take(8);
        return true;
      case 0x4e: // NONE
        this.stack.push(null);
        return true;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        this.stack.push(opcode === 0x88);
        return true;
      case 0x58: // BINUNICODE
        this.stack.push(this.text(this.view.getUint32(this.take(4), true)));
        return true;
      case 0x8c: // SHORT_BINUNICODE
        this.stack.push(this.text(this.bytes[this.take(1)]));
        return true;
      case 0x8d: // BINUNICODE8
        this.stack.push(this.text(this.size64()));
        return true;
      case 0x71: // BINPUT
        this.memoPut(this.bytes[this.take(1)]);
        return true;
      case 0x72: // LONG_BINPUT
        this.memoPut(this.view.getUint32(this.take(4), true));
        return true;
      case 0x94: // MEMOIZE
        this.memoPut(this.memo.size);
        return true;
      case 0x68: // BINGET
        this.stack.push(this.memoGet(this.bytes[this.take(1)]));
        return true;
      case 0x6a: // LONG_BINGET
        this.stack.push(this.memoGet(this.view.getUint32(this.take(4), true)));
        return true;
      default:
        return false;
    }
  }

  private number(opcode: number): boolean {
    switch (opcode) {
      case 0x4b: // BININT1
        this.stack.push(this.bytes[this.take(1)]);
        return true;
      case 0x4d: // BININT2
        this.stack.push(this.view.getUint16(this.take(2), true));
        return true;
      case 0x4a: // BININT
        this.stack.push(this.view.getInt32(this.take(4), true));
        return true;
      case 0x8a: // LONG1
        this.stack.push(this.longInteger(this.bytes[this.take(1)]));
        return true;
      case 0x47: // BINFLOAT
        this.stack.push(this.view.getFloat64(this.take(8), false));
        return true;
      default:
        return false;
    }
  }

  private structure(opcode: number): boolean {
    const { stack } = this;
    switch (opcode) {
      case 0x28: // MARK
        stack.push(mark);
        return true;
      case 0x7d: // EMPTY_DICT
        stack.push(new PickledDict());
        return true;
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        return true;
      case 0x29: // EMPTY_TUPLE
        stack.push(new PickledTuple([]));
        return true;
      case 0x74: // TUPLE
        stack.push(new PickledTuple(this.popToMark()));
        return true;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        const items = Array.from({ length: opcode - 0x84 }, () => this.pop());
        stack.push(new PickledTuple(items.reverse()));
        return true;
      }
      case 0x61: // APPEND
        this.append([this.pop()]);
        return true;
      case 0x65: // APPENDS
        this.append(this.popToMark());
        return true;
      case 0x73: {
        // SETITEM
        const value = this.pop();
        this.setItems([this.pop(), value]);
        return true;
      }
      case 0x75: // SETITEMS
        this.setItems(this.popToMark());
        return true;
      case 0x63: {
        // GLOBAL
        const module = this.line();
        stack.push(this.global(module, this.line()));
        return true;
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = this.pop();
        stack.push(this.global(this.pop(), name));
        return true;
      }
      case 0x52: // REDUCE
        stack.push(this.reduce());
        return true;
      case 0x51: // BINPERSID
        stack.push(this.options.persistent(this.pop()));
        return true;
      case 0x62: // BUILD
        this.build();
        return true;
      default:
        return false;
    }
  }
}

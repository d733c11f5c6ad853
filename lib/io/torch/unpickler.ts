import type { Budget } from '../budget.js';
import type { PickleInput } from './pickle_input.js';
import { KnownGlobal, PickledDict, PickledSet, PickledTensor, PickledTuple, Unreadable } from './pickled.js';

export interface UnpickleOptions {
  /** The globals that may occur, by 'module name'. All others are never looked up: they give something unreadable. */
  globals: ReadonlyMap<string, unknown>;
  /** What a persistent id, as a storage has, stands for. */
  persistent(id: unknown): unknown;
  /** What the objects may take in memory. */
  budget: Budget;
}

const mark = Symbol('mark');

/** About what objects take in memory, here and in the form that the caller gets. */
const cost = {
  slot: 32,
  string: 20,
  bytes: 100,
  global: 600,
  container: 140,
  firstItem: 300,
  item: 16,
  entry: 100,
} as const;

/** Python 2's names of modules, which protocol 2 uses to this day. */
const renamed: Readonly<Record<string, string>> = { __builtin__: 'builtins', copy_reg: 'copyreg' };

/** Longer integers are no numbers that a file of tensors holds. */
const longestInteger = 1024;

/**
 * Reads a pickle without executing anything: it understands numbers, strings, bytes, lists, tuples, sets and
 * dictionaries, and those globals that it is told of. Opcodes as in Python's `pickletools`.
 *
 * @throws FileFormatError naming the opcode that it does not understand, and the byte
 */
export function unpickle(input: PickleInput, options: UnpickleOptions): unknown {
  return new Unpickler(input, options).run();
}

class Unpickler {
  private readonly stack: unknown[] = [];
  /** How long the stack was at most: what it has given back, it uses again. */
  private highest = 0;
  /** A list, not a Map: every string of a file is in it. */
  private readonly memo: unknown[] = [];
  private remembered = 0;
  private readonly unknown = new Map<string, Unreadable>();
  private readonly input: PickleInput;
  private readonly options: UnpickleOptions;

  constructor(input: PickleInput, options: UnpickleOptions) {
    this.input = input;
    this.options = options;
  }

  run(): unknown {
    for (;;) {
      const opcode = this.input.byte();
      if (opcode === 0x2e) {
        const value = this.pop();
        if (this.stack.length > 0) this.fail('values are left over');
        return value;
      }
      if (!this.text(opcode) && !this.number(opcode) && !this.memory(opcode) && !this.container(opcode)) {
        if (!this.reference(opcode)) this.fail(`opcode 0x${opcode.toString(16)} is not understood`);
      }
    }
  }

  private fail(what: string): never {
    return this.input.fail(what);
  }

  private spend(bytes: number): void {
    this.options.budget.spend(bytes);
  }

  private push(value: unknown, bytes = 0): true {
    if (this.stack.length === this.highest) {
      this.highest++;
      this.spend(cost.slot + bytes);
    } else if (bytes > 0) {
      this.spend(bytes);
    }
    this.stack.push(value);
    return true;
  }

  private top(): unknown {
    return this.stack[this.stack.length - 1];
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
    const items = this.stack.slice(place + 1);
    this.stack.length = place;
    return items;
  }

  private memoGet(place: number): unknown {
    const value = this.memo[place];
    return value === undefined ? this.fail(`nothing was remembered at ${place}`) : value;
  }

  private memoPut(place: number): true {
    if (this.stack.length === 0) this.fail('there is nothing to remember');
    if (this.top() === mark) this.fail('a mark stands where a value should be');
    if (this.memo[place] === undefined) {
      this.remembered++;
      // Far from the others it takes more than its place in the list.
      this.spend(place <= 2 * this.remembered ? cost.item : cost.entry);
    }
    this.memo[place] = this.top();
    return true;
  }

  private string(length: number): true {
    this.input.require(length);
    this.spend(cost.string + length);
    return this.push(this.input.text(length));
  }

  private bytes(length: number): true {
    this.input.require(length);
    this.spend(cost.bytes + length);
    return this.push(this.input.bytes(length));
  }

  /** Strings and bytes. */
  private text(opcode: number): boolean {
    switch (opcode) {
      case 0x58: // BINUNICODE
        return this.string(this.input.uint32());
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING, a string of Python 2
        return this.string(this.input.byte());
      case 0x54: // BINSTRING
        return this.string(Math.max(0, this.input.int32()));
      case 0x8d: // BINUNICODE8
        return this.string(this.input.length64());
      case 0x43: // SHORT_BINBYTES
        return this.bytes(this.input.byte());
      case 0x42: // BINBYTES
        return this.bytes(this.input.uint32());
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.bytes(this.input.length64());
      default:
        return false;
    }
  }

  /** Numbers and constants. */
  private number(opcode: number): boolean {
    switch (opcode) {
      case 0x4e: // NONE
        return this.push(null);
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        return this.push(opcode === 0x88);
      case 0x4b: // BININT1
        return this.push(this.input.byte());
      case 0x4d: // BININT2
        return this.push(this.input.uint16());
      case 0x4a: // BININT
        return this.push(this.input.int32());
      case 0x8a: // LONG1
        return this.push(this.input.integer(this.input.byte()), cost.string);
      case 0x8b: {
        // LONG4
        const length = this.input.int32();
        if (length < 0 || length > longestInteger) this.fail(`an integer of ${length} bytes is too long`);
        return this.push(this.input.integer(length), length);
      }
      case 0x47: // BINFLOAT
        return this.push(this.input.double());
      default:
        return false;
    }
  }

  /** The protocol, the stack and what is remembered. */
  private memory(opcode: number): boolean {
    switch (opcode) {
      case 0x80: {
        const version = this.input.byte();
        if (version > 5) this.fail(`pickle protocol must be at most 5, got ${version}`);
        return true;
      }
      case 0x95: // FRAME
        this.input.length64();
        return true;
      case 0x28: // MARK
        return this.push(mark);
      case 0x30: // POP
        this.pop();
        return true;
      case 0x31: // POP_MARK
        this.popToMark();
        return true;
      case 0x32: {
        // DUP
        const value = this.pop();
        this.push(value);
        return this.push(value);
      }
      case 0x71: // BINPUT
        return this.memoPut(this.input.byte());
      case 0x72: // LONG_BINPUT
        return this.memoPut(this.input.uint32());
      case 0x94: // MEMOIZE
        return this.memoPut(this.remembered);
      case 0x68: // BINGET
        return this.push(this.memoGet(this.input.byte()));
      case 0x6a: // LONG_BINGET
        return this.push(this.memoGet(this.input.uint32()));
      default:
        return false;
    }
  }

  /** Lists, tuples, sets and dictionaries. */
  private container(opcode: number): boolean {
    switch (opcode) {
      case 0x7d: // EMPTY_DICT
        return this.push(new PickledDict(), cost.container);
      case 0x5d: // EMPTY_LIST
        return this.push([], cost.container);
      case 0x8f: // EMPTY_SET
        return this.push(new PickledSet(), cost.container);
      case 0x29: // EMPTY_TUPLE
        return this.tuple([]);
      case 0x74: // TUPLE
        return this.tuple(this.popToMark());
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87:
        return this.tuple(Array.from({ length: opcode - 0x84 }, () => this.pop()).reverse());
      case 0x61: // APPEND
        return this.append([this.pop()]);
      case 0x65: // APPENDS
        return this.append(this.popToMark());
      case 0x90: // ADDITEMS
        return this.add(this.popToMark());
      case 0x91: {
        // FROZENSET
        const items = this.popToMark();
        this.push(new PickledSet(), cost.container);
        return this.add(items);
      }
      case 0x73: {
        // SETITEM
        const value = this.pop();
        return this.setItems([this.pop(), value]);
      }
      case 0x75: // SETITEMS
        return this.setItems(this.popToMark());
      default:
        return false;
    }
  }

  private tuple(items: unknown[]): true {
    const first = items.length === 0 ? 0 : cost.firstItem;
    return this.push(new PickledTuple(items), cost.container + first + cost.item * items.length);
  }

  private append(items: readonly unknown[]): true {
    const list = this.top();
    if (list instanceof Unreadable) return true;
    if (!Array.isArray(list)) return this.fail('there is no list to fill');
    this.spend(cost.item * items.length + (list.length === 0 ? cost.firstItem : 0));
    for (const item of items) list.push(item);
    return true;
  }

  private add(items: readonly unknown[]): true {
    const set = this.top();
    if (set instanceof Unreadable) return true;
    if (!(set instanceof PickledSet)) return this.fail('there is no set to fill');
    this.spend(cost.entry * items.length + (set.items.length === 0 ? cost.firstItem : 0));
    for (const item of items) set.items.push(item);
    return true;
  }

  private setItems(pairs: readonly unknown[]): true {
    const dict = this.top();
    if (dict instanceof Unreadable) return true;
    if (!(dict instanceof PickledDict) || pairs.length % 2 !== 0) return this.fail('there is no dictionary to fill');
    this.spend((cost.entry * pairs.length) / 2 + (dict.size === 0 ? cost.firstItem : 0));
    for (let i = 0; i < pairs.length; i += 2) dict.add(pairs[i], pairs[i + 1]);
    return true;
  }

  /** What a pickle refers to, and what is made by calls. */
  private reference(opcode: number): boolean {
    switch (opcode) {
      case 0x63: {
        // GLOBAL
        const module = this.input.line();
        return this.global(module, this.input.line());
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = this.pop();
        return this.global(this.pop(), name);
      }
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        return this.call(this.pop());
      case 0x92: {
        // NEWOBJ_EX, with arguments by name
        const named = this.pop();
        const args = this.pop();
        if (named instanceof PickledDict && named.size > 0 && !(this.top() instanceof Unreadable)) {
          this.fail('a call has arguments by name');
        }
        return this.call(args);
      }
      case 0x51: // BINPERSID
        return this.push(this.options.persistent(this.pop()), cost.container);
      case 0x62: // BUILD
        return this.build();
      default:
        return false;
    }
  }

  private global(module: unknown, name: unknown): true {
    if (typeof module !== 'string' || typeof name !== 'string') return this.fail('a name is no string');
    const home = Object.hasOwn(renamed, module) ? renamed[module] : module;
    // Names that are looked up leave strings behind, which the collector does not take away at once.
    this.spend(cost.string);
    const place = `${home} ${name}`;
    const known = this.options.globals.get(place) ?? this.unknown.get(place);
    if (known !== undefined) return this.push(known);
    this.spend(cost.global + place.length);
    const problem = `refers to ${shorten(home)}.${shorten(name)}, which is not needed for tensors and is never executed`;
    const unreadable = new Unreadable(problem, 'save a plain state dict', this.input.at);
    this.unknown.set(place, unreadable);
    return this.push(unreadable);
  }

  private call(args: unknown): true {
    const callee = this.pop();
    if (!(args instanceof PickledTuple)) return this.fail('the arguments of a call are no tuple');
    if (callee instanceof Unreadable) return this.push(callee);
    if (!(callee instanceof KnownGlobal) || callee.call === null) return this.fail('calls what is no function');
    // What goes into something by way of a call makes it unreadable too.
    const unreadable = args.items.find((item) => item instanceof Unreadable);
    return this.push(unreadable ?? callee.call(args.items), cost.container);
  }

  /** Attributes of dictionaries, such as `_metadata`, and of tensors are left behind. */
  private build(): true {
    this.pop();
    const value = this.top();
    const hasAttributes = value instanceof PickledDict || value instanceof PickledTensor || value instanceof Unreadable;
    return hasAttributes ? true : this.fail('sets attributes of what is no dictionary');
  }
}

function shorten(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 80)}…`;
}

/** Bytes of the longest integer that a pickle's short form holds. */
export const longestInteger = 255;

const itemsAtOnce = 1000;

/** Calls and references that a pickle may hold besides plain values. */
export interface PickleGlobal {
  kind: 'global';
  module: string;
  name: string;
}

export interface PickleCall {
  kind: 'call';
  callee: PickleGlobal;
  args: readonly Picklable[];
}

/** Something that lies outside the pickle, as a storage does. */
export interface PicklePersistent {
  kind: 'persistent';
  id: PickleTuple;
}

export interface PickleBytes {
  kind: 'bytes';
  bytes: Buffer;
}

export interface PickleTuple {
  kind: 'tuple';
  items: readonly Picklable[];
}

/** A Python dictionary, whose keys are strings or integers. */
export interface PickleDict {
  kind: 'dict';
  entries: readonly (readonly [key: string | number | bigint, value: Picklable])[];
}

export type Picklable =
  | number
  | bigint
  | string
  | boolean
  | null
  | readonly Picklable[]
  | PickleGlobal
  | PickleCall
  | PicklePersistent
  | PickleBytes
  | PickleTuple
  | PickleDict;

/**
 * A pickle of protocol 2, which every Python 3 reads. Whole numbers become ints, others floats, arrays lists.
 * Opcodes as in Python's `pickletools`.
 */
export function pickle(value: Picklable): Buffer {
  const parts: Buffer[] = [Buffer.from([0x80, 2])];
  write(parts, value);
  parts.push(Buffer.from('.'));
  return Buffer.concat(parts);
}

function write(parts: Buffer[], value: Picklable): void {
  const code = (text: string) => parts.push(Buffer.from(text, 'latin1'));
  if (value === null) code('N');
  else if (typeof value === 'boolean') code(value ? '\x88' : '\x89');
  else if (typeof value === 'string') parts.push(...text(value));
  else if (typeof value === 'bigint') parts.push(integer(value));
  else if (typeof value === 'number') parts.push(number(value));
  else if (isList(value)) {
    code(']');
    inBatches(parts, value, 'e', (item) => write(parts, item));
  } else if (value.kind === 'global') {
    code(`c${value.module}\n${value.name}\n`);
  } else if (value.kind === 'tuple') {
    code('(');
    for (const item of value.items) write(parts, item);
    code('t');
  } else if (value.kind === 'call') {
    write(parts, value.callee);
    write(parts, { kind: 'tuple', items: value.args });
    code('R');
  } else if (value.kind === 'bytes') {
    write(parts, encoded(value.bytes));
  } else if (value.kind === 'persistent') {
    write(parts, value.id);
    code('Q');
  } else {
    code('}');
    inBatches(parts, value.entries, 'u', ([key, item]) => {
      write(parts, key);
      write(parts, item);
    });
  }
}

/** Some items at a time, as Python does it, so that whoever reads them need not hold all before the list is there. */
function inBatches<T>(parts: Buffer[], items: readonly T[], end: string, one: (item: T) => void): void {
  for (let start = 0; start === 0 || start < items.length; start += itemsAtOnce) {
    parts.push(Buffer.from('('));
    for (const item of items.slice(start, start + itemsAtOnce)) one(item);
    parts.push(Buffer.from(end));
  }
}

/** Protocol 2 has no bytes: they are a string of characters below 256, encoded when the pickle is read. */
function encoded(bytes: Buffer): PickleCall {
  const callee: PickleGlobal = { kind: 'global', module: '_codecs', name: 'encode' };
  return { kind: 'call', callee, args: [bytes.toString('latin1'), 'latin1'] };
}

function isList(value: Picklable): value is readonly Picklable[] {
  return Array.isArray(value);
}

function text(value: string): Buffer[] {
  const bytes = Buffer.from(value, 'utf8');
  const head = Buffer.alloc(5);
  head.write('X', 'latin1');
  head.writeUInt32LE(bytes.byteLength, 1);
  return [head, bytes];
}

function number(value: number): Buffer {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return integer(BigInt(value));
  const bytes = Buffer.alloc(9);
  bytes.write('G', 'latin1');
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** Four bytes where they do, else as many as two's complement needs. */
function integer(value: bigint): Buffer {
  if (value >= -0x80000000n && value <= 0x7fffffffn) {
    const bytes = Buffer.alloc(5);
    bytes.write('J', 'latin1');
    bytes.writeInt32LE(Number(value), 1);
    return bytes;
  }
  let count = 4;
  while (BigInt.asIntN(8 * count, value) !== value) count++;
  const bytes = Buffer.alloc(2 + count);
  bytes[0] = 0x8a;
  bytes[1] = count;
  for (let i = 0; i < count; i++) bytes[2 + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

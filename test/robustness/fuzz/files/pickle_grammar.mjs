// Pickles as torch.save writes them, and as nobody would.

const storageTypes = [
  'FloatStorage',
  'DoubleStorage',
  'LongStorage',
  'CharStorage',
  'BoolStorage',
  'HalfStorage',
  'ComplexFloatStorage',
  'QUInt8Storage',
  'NoStorage',
];
const dtypes = ['uint16', 'float8_e4m3fn', 'float8_e8m0fnu', 'complex64', 'float32', 'int4', 'none'];
const callables = [
  ['collections', 'OrderedDict'],
  ['collections', 'Counter'],
  ['torch', 'Size'],
  ['torch', 'device'],
  ['_codecs', 'encode'],
  ['__builtin__', 'set'],
  ['__builtin__', 'bytearray'],
  ['__builtin__', 'complex'],
  ['torch._utils', '_rebuild_parameter'],
  ['torch._utils', '_rebuild_sparse_tensor'],
  ['torch._utils', '_rebuild_qtensor'],
  ['torch._tensor', '_rebuild_from_type_v2'],
  ['os', 'system'],
  ['builtins', 'eval'],
  ['numpy.core.multiarray', '_reconstruct'],
];

/** Writes one pickle. What it remembers, it may come back to. */
export class PickleGrammar {
  /** @param legacy whether storages may be parts of others */
  constructor(random, legacy) {
    this.random = random;
    this.legacy = legacy;
    this.parts = [];
    this.remembered = 0;
    /** How many elements of which type lie under each key. */
    this.storages = new Map();
  }

  bytes() {
    this.code('\x80\x02');
    this.value(0);
    if (this.random.chance(0.98)) this.code('.');
    return Buffer.concat(this.parts);
  }

  code(text) {
    this.parts.push(Buffer.from(text, 'latin1'));
  }

  int(value) {
    const bytes = Buffer.alloc(5);
    bytes.write('J', 'latin1');
    bytes.writeInt32LE(value | 0, 1);
    this.parts.push(bytes);
  }

  text(value) {
    const bytes = Buffer.from(value);
    const head = Buffer.alloc(5);
    head.write('X', 'latin1');
    head.writeUInt32LE(bytes.length, 1);
    this.parts.push(head, bytes);
  }

  global(module, name) {
    this.code(`c${module}\n${name}\n`);
  }

  /** Puts one value on the stack, nearly always. */
  value(depth) {
    const { random } = this;
    if (random.chance(0.01)) this.code(String.fromCharCode(random.below(256)));
    const kind = random.below(depth > 5 ? 6 : 14);
    if (kind === 0) this.int(random.pick([0, 1, -1, 300, 2 ** 31 - 1]));
    else if (kind === 1) this.text(random.pick(['a', '1', 'weight', '__proto__', '', 'größe']));
    else if (kind === 2) this.code(random.pick(['N', '\x88', '\x89', ')', ']', '}', '\x8f', 'G\x7f\xf0\0\0\0\0\0\0']));
    else if (kind === 3)
      this.code(
        random.pick(['\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\x01', 'K\x07', 'C\x02ab', 'U\x01z', '\x8c\x01q']),
      );
    else if (kind === 4) this.recall();
    else if (kind === 5) this.global('torch', random.pick([...dtypes, ...storageTypes]));
    else if (kind < 8) this.tensor(depth);
    else if (kind === 8) this.call(depth);
    else this.container(depth);
    if (random.chance(0.15)) this.remember();
    if (random.chance(0.01)) this.code(random.pick(['0', '2', '1', '(', '}b', 'b', '\x81']));
  }

  recall() {
    if (this.remembered === 0) this.code('N');
    else this.code(`h${String.fromCharCode(this.random.below(this.random.chance(0.95) ? this.remembered : 256))}`);
  }

  remember() {
    if (this.remembered < 255) this.code(`q${String.fromCharCode(this.remembered++)}`);
  }

  container(depth) {
    const { random } = this;
    const items = random.below(4);
    const kind = random.below(5);
    if (kind < 2) {
      this.code(kind === 0 ? '}' : '}q\xfe');
      if (items === 0) return;
      this.code('(');
      for (let i = 0; i < items; i++) {
        if (random.chance(0.8)) this.text(`k${random.below(4)}`);
        else if (random.chance(0.7)) this.int(random.below(3));
        else this.value(depth + 1);
        this.value(depth + 1);
      }
      this.code('u');
    } else if (kind === 2) {
      this.code('](');
      for (let i = 0; i < items; i++) this.value(depth + 1);
      this.code('e');
    } else if (kind === 3) {
      this.code('(');
      for (let i = 0; i < items; i++) this.value(depth + 1);
      this.code('t');
    } else {
      this.code('\x8f(');
      for (let i = 0; i < items; i++) this.int(i);
      this.code('\x90');
    }
  }

  call(depth) {
    const { random } = this;
    this.global(...random.pick(callables));
    this.code('(');
    for (let i = random.below(4); i > 0; i--) this.value(depth + 1);
    this.code(random.chance(0.9) ? 'tR' : 't\x81');
    if (random.chance(0.2)) {
      this.value(depth + 1);
      this.code('b');
    }
  }

  tensor(depth) {
    const { random } = this;
    const untyped = random.chance(0.25);
    this.global(
      'torch._utils',
      random.pick(untyped ? ['_rebuild_tensor_v3'] : ['_rebuild_tensor_v2', '_rebuild_tensor_v2', '_rebuild_tensor']),
    );
    this.code('(');
    const count = this.storage(untyped);
    this.int(random.chance(0.8) ? 0 : random.below(count + 2));
    const shape = random.some(3, () => random.below(4));
    const strides = shape.map((_, dim) =>
      random.chance(0.8) ? shape.slice(dim + 1).reduce((n, s) => n * s, 1) : random.below(5),
    );
    for (const sizes of [shape, random.chance(0.97) ? strides : [...strides, 1]]) {
      this.code('(');
      for (const size of sizes) this.int(random.chance(0.99) ? size : random.pick([-1, 2 ** 31 - 1]));
      this.code('t');
    }
    this.code(random.pick(['\x89', '\x88', 'N']));
    this.global('collections', 'OrderedDict');
    this.code(')R');
    if (untyped) this.global('torch', random.pick(dtypes));
    if (random.chance(0.1)) this.value(depth + 1);
    this.code('tR');
  }

  /** A reference to a storage, new or met before. */
  storage(untyped) {
    const { random } = this;
    const key = String(random.below(4));
    const type = untyped ? 'UntypedStorage' : random.pick(storageTypes);
    const known = this.storages.get(key) ?? { type, count: random.below(20) };
    this.storages.set(key, known);
    const { count } = known;
    this.code('(');
    this.text(random.chance(0.99) ? 'storage' : 'module');
    this.global(known.type === 'UntypedStorage' ? 'torch.storage' : 'torch', random.chance(0.95) ? known.type : type);
    this.text(key);
    this.text(random.chance(0.98) ? 'cpu' : 'meta');
    this.int(random.chance(0.95) ? count : random.below(30));
    if (this.legacy && random.chance(0.1)) {
      this.code('(');
      this.text('part');
      this.int(random.below(count + 1));
      this.int(random.below(count + 1));
      this.code('t');
    } else if (this.legacy) {
      this.code('N');
    }
    this.code('tQ');
    return count;
  }
}

const elementBytes = { FloatStorage: 4, DoubleStorage: 8, LongStorage: 8, HalfStorage: 2, ComplexFloatStorage: 8 };

/** What lies under a key. */
export function storageContent(random, { type, count }) {
  const bytes = count * (elementBytes[type] ?? 1);
  return Buffer.alloc(random.chance(0.97) ? bytes : random.below(200), type === 'BoolStorage' ? 1 : random.below(3));
}

/** A file of torch.save from 1.6 on. */
export function torchFile(random, zip) {
  const grammar = new PickleGrammar(random, false);
  const files = [{ name: 'x/data.pkl', parts: [grammar.bytes()] }];
  for (const [key, storage] of grammar.storages) {
    files.push({ name: `x/data/${key}`, parts: [storageContent(random, storage)] });
  }
  if (random.chance(0.3)) files.push({ name: 'x/byteorder', parts: [Buffer.from('little')] });
  return zip(files, random.chance(0.2));
}

/** A file of torch.save from before. */
export function legacyFile(random) {
  const grammar = new PickleGrammar(random, true);
  const value = grammar.bytes();
  const head = Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.', 'latin1');
  const machine = Buffer.from('\x80\x02}X\x0d\x00\x00\x00little_endian\x88s.', 'latin1');
  const keys = [...grammar.storages.keys()];
  const list = keys.map((key) => `X\x01\x00\x00\x00${key}`).join('');
  const tail = Buffer.from(`\x80\x02](${list}e.`, 'latin1');
  const contents = keys.flatMap((key) => {
    const storage = grammar.storages.get(key);
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(random.chance(0.97) ? storage.count : random.below(50)));
    return [count, storageContent(random, storage)];
  });
  return Buffer.concat([head, machine, value, tail, ...contents]);
}

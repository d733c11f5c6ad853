// What the fuzzer of the public API gives: sound values more often than hostile ones, so that calls get past their checks.

const names = [
  'dim',
  'dtype',
  'keepdim',
  'eps',
  'reduction',
  'bias',
  'paddingIdx',
  'dims',
  'alpha',
  'mode',
  'descending',
  'weight',
];
const words = [
  'float32',
  'float64',
  'int32',
  'uint8',
  'bool',
  'float16',
  'bfloat16',
  'mean',
  'sum',
  'none',
  'max',
  '',
  'ü',
  '-1',
  'ij,jk->ik',
];
const numbers = [
  0,
  1,
  2,
  3,
  -1,
  -2,
  5,
  0.5,
  -0,
  1.5,
  1e-8,
  1e20,
  -1e38,
  255,
  256,
  2 ** 24 + 1,
  2 ** 45,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const dtypes = ['float32', 'float32', 'float32', 'float64', 'int32', 'bool', 'uint8', 'float16', 'bfloat16'];
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 19];

/** Values for one call; everything follows from `random`. */
export class Values {
  constructor(library, random) {
    this.library = library;
    this.random = random;
  }

  /** What a parameter of this name would be given, most of the time. */
  named(name) {
    if (this.random.below(8) === 0) return this.any();
    if (
      /^(input|x|a|b|other|target|weight|source|src|values|logits|tensor|vec\d?|mat\d?|grad|mask|condition|end|hx)$/.test(
        name,
      )
    )
      return this.tensor();
    if (/^(index|indices|offsets|labels)$/.test(name)) return this.tensor(['int32']);
    if (/dims?$|^(k|n|axis|start|length|chunks|depth|steps|diagonal|shift)/i.test(name))
      return this.random.pick([0, 1, -1, 0, 1, 2]);
    if (/shape|size|sections|shifts|kernel|padding/i.test(name))
      return this.random.below(2) ? this.list(0) : this.random.pick(sizes);
    if (/tensors|sequences|parameters/i.test(name)) return [this.tensor(), this.tensor()];
    if (/options/i.test(name)) return this.options(1);
    if (/features|hidden|channels|dModel|heads|classes|embed|num/i.test(name))
      return this.random.pick([1, 2, 3, 4, 5, 8]);
    if (/^(value|lr|eps|p|min|max|alpha|beta|low|high|from|to|mean|std)$/i.test(name))
      return this.random.pick([0, 1, 0.5, 2]);
    return this.any();
  }

  /** Any argument. `depth`: how deep lists and objects may go. */
  any(depth = 2) {
    const { random } = this;
    const kind = random.below(100);
    if (kind < 38) return this.tensor();
    if (kind < 58) return random.pick(sizes) - (random.below(8) === 0 ? 3 : 0);
    if (kind < 68) return this.options(depth);
    if (kind < 78) return this.list(depth);
    if (kind < 84) return random.pick(words);
    if (kind < 88) return random.below(2) === 0;
    if (kind < 92) return random.pick(numbers);
    if (kind < 95) return this.array();
    return this.hostile();
  }

  shape() {
    const { random } = this;
    return Array.from({ length: random.below(4) }, () => random.pick(sizes));
  }

  tensor(kinds = dtypes) {
    const { random, library } = this;
    const shape = random.below(3) === 0 ? this.shape() : [random.pick([2, 3, 4]), random.pick([3, 4, 5])];
    const dtype = random.pick(kinds);
    const count = shape.reduce((a, b) => a * b, 1);
    const limit = dtype === 'bool' ? 2 : 3;
    const data = Array.from({ length: count }, () => random.below(limit));
    let x = library.tensor(data, { shape, dtype });
    if (dtype.startsWith('float') && dtype !== 'float16' && random.below(4) === 0) x.requiresGrad = true;
    if (random.below(6) === 0 && dtype === 'float32') {
      x = library.asTensor(new Float32Array(new SharedArrayBuffer(4 * count)), { shape });
    }
    const view = random.below(10);
    try {
      if (view === 0) x = x.unsqueeze(0).expand([2, ...shape]);
      if (view === 1 && shape.length > 1) x = x.transpose(0, shape.length - 1);
      if (view === 2 && shape.length > 0 && shape[0] > 1) x = x.narrow(0, 1, shape[0] - 1);
      if (view === 3) x = x.detach();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return x;
  }

  list(depth) {
    const length = this.random.below(4);
    if (depth === 0 || this.random.below(3) > 0) return Array.from({ length }, () => this.random.pick(sizes));
    return Array.from({ length }, () => this.any(depth - 1));
  }

  options(depth) {
    const out = {};
    for (let k = this.random.below(3); k > 0; k--) out[this.random.pick(names)] = depth === 0 ? 1 : this.any(depth - 1);
    return out;
  }

  array() {
    const { random } = this;
    const length = random.pick(sizes);
    const kinds = [
      Float32Array,
      Float64Array,
      Int32Array,
      Uint8Array,
      Int8Array,
      Uint16Array,
      BigInt64Array,
      Uint8ClampedArray,
    ];
    const array = new (random.pick(kinds))(length);
    if (random.below(6) === 0) structuredClone(array.buffer, { transfer: [array.buffer] });
    return array;
  }

  hostile() {
    const cyclic = [];
    cyclic.push(cyclic);
    return this.random.pick([
      () => undefined,
      () => null,
      () => Symbol('s'),
      () => 10n ** 30n,
      () => Object.create(null),
      () => cyclic,
      () => new Proxy({}, { get: () => 1 }),
      () => new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 40 : 1) }),
      () => () => 1,
      () => new Map([['a', 1]]),
      () => new Set([1]),
      () => new Date(0),
      () => new DataView(new ArrayBuffer(8)),
      () => new ArrayBuffer(8),
      () => Promise.resolve(1),
      () => ({ length: 3 }),
      () => ({ [Symbol.iterator]: 5 }),
      () => [[1, 2], [3]],
      () => 'x'.repeat(100_000),
      () => /x/,
    ])();
  }
}

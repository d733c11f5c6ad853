// What the fuzzer of the public API gives: sound values more often than hostile ones, so that calls get past their checks.

/** The message of errors that hostile values throw themselves. */
export const thrownByUser = 'thrown by the user';

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

const tensorNames =
  /^(input\d?|x\d?|a|b|other|target\d?|weight|source|src|tgt|memory|query|key|values?|logits|tensor\d?|vec\d?|mat\d?|batch\d|grad\w*|mask|condition|end|hx|anchor|positive|negative|self|closest|y|q|sequence|boundaries|elements)$/i;
const dimNames = /dims?\d?$|^(k|n|m|axis|start|length|chunks|depth|steps?|diagonal|offset|row|col|position)$/i;
const flags =
  /^(bias|keepdim|descending|stable|sorted|largest|training|inplace|unbiased|batchFirst|bidirectional|sparse|full|swap|nesterov|amsgrad|maximize|decoupled\w*|centered|capturable|right|invert|accumulate|includeSelf|isCausal|\w+First|return\w+|add\w+|replacement|assumeUnique|unsafe|requiresGrad|logInput|logTarget|zeroInfinity|ceilMode|affine|elementwiseAffine|trackRunningStats|lastEpoch|shuffle|dropLast|retainGraph|createGraph|allowUnused|strict)$/;

/** Values for one call; everything follows from `random`. */
export class Values {
  /** @param allOptionNames names of options of any function */
  constructor(library, random, allOptionNames) {
    this.library = library;
    this.random = random;
    this.allOptionNames = allOptionNames;
    /** Names of options of the function that is called. */
    this.optionNames = [];
  }

  /** What a parameter of this name would be given, most of the time. */
  named(name) {
    const { random, library } = this;
    const { nn, optim } = library;
    if (random.below(8) === 0) return this.any();
    if (/^(index|indices|offsets|labels|tokens|sorter|lengths|ids)$/.test(name)) return this.tensor(['int32']);
    if (/^(params|parameters)$/.test(name)) return this.parameters();
    if (tensorNames.test(name)) return this.tensor();
    if (/^options$/i.test(name)) return this.options(1);
    if (flags.test(name)) return random.below(2) === 0;
    if (name === 'dtype') return random.pick(dtypes);
    if (name === 'reduction') return random.pick(['mean', 'sum', 'none']);
    if (name === 'reduce') return random.pick(['sum', 'prod', 'mean', 'amax', 'amin']);
    if (name === 'mode') return random.pick(['sum', 'mean', 'max', 'constant', 'reflect', 'circular', 'triangular']);
    if (name === 'equation') return random.pick(['ij,jk->ik', 'i,i->', '...i,...i->...', 'ii', 'ij->ji', 'b', 'i i']);
    if (name === 'generator') return new library.Generator(1);
    if (name === 'optimizer') return new optim.SGD(this.parameters(), { lr: 0.1 });
    if (name === 'encoderLayer') return new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 3 });
    if (name === 'decoderLayer') return new nn.TransformerDecoderLayer(4, 2, { dimFeedforward: 3 });
    if (/^(module|layer|model|embedding)$/.test(name))
      return random.pick([new nn.Linear(3, 4), new nn.Embedding(3, 4)]);
    if (/^(schedulers|modules|layers)$/.test(name)) return [new nn.Linear(3, 4)];
    if (name === 'vocabulary') return library.Vocabulary.fromTokens(['a', 'b', 'a']);
    if (/^(dataset|dataSource)$/.test(name)) return new library.TensorDataset(this.tensor());
    if (name === 'sampler') return new library.SequentialSampler([1, 2, 3]);
    if (/^(fn|hook|closure|lrLambda|collateFn|body|onProgress)$/.test(name))
      return () => random.pick([1, undefined, 0.5]);
    if (/^(counts|classCounts|weights|milestones|cutoffs|sentences|lines)$/.test(name)) return this.list(1);
    if (dimNames.test(name)) return random.pick([0, 1, -1, 0, 1, 2]);
    if (/shape|sizes?$|sections|shifts|kernel|padding|stride|dilation|sizes/i.test(name))
      return random.below(2) ? this.list(0) : random.pick(sizes);
    if (/tensors|sequences|operands/i.test(name)) return [this.tensor(), this.tensor()];
    if (/features|hidden|channels|dModel|heads|classes|embed|num|groups|bins|samples|min|max|count|batch/i.test(name))
      return random.pick([1, 2, 3, 4, 5, 8]);
    if (
      /^(value|lr|eps|p|alpha|beta|low|high|from|to|mean|std|momentum|gamma|rho|margin|delta|\w*decay|\w*factor)$/i.test(
        name,
      )
    )
      return random.pick([0, 1, 0.5, 2, 1e-3]);
    return this.any();
  }

  /** Leaves for an optimizer, some with gradients. */
  parameters() {
    return Array.from({ length: 1 + this.random.below(2) }, () => {
      const x = new this.library.nn.Parameter(this.library.randn([3, 4]));
      if (this.random.below(2) === 0) x.grad = this.library.randn([3, 4]);
      return x;
    });
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
    const gone = random.below(50) === 0 && dtype === 'float32' && count > 0 ? new Float32Array(count) : null;
    if (gone !== null) x = library.asTensor(gone, { shape });
    const view = random.below(10);
    try {
      if (view === 0) x = x.unsqueeze(0).expand([2, ...shape]);
      if (view === 1 && shape.length > 1) x = x.transpose(0, shape.length - 1);
      if (view === 2 && shape.length > 0 && shape[0] > 1) x = x.narrow(0, 1, shape[0] - 1);
      if (view === 3) x = x.detach();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    if (gone !== null) structuredClone(gone.buffer, { transfer: [gone.buffer] });
    return x;
  }

  list(depth) {
    const length = this.random.below(4);
    if (depth === 0 || this.random.below(3) > 0) return Array.from({ length }, () => this.random.pick(sizes));
    return Array.from({ length }, () => this.any(depth - 1));
  }

  options(depth) {
    const { random, optionNames, allOptionNames } = this;
    const out = {};
    for (let k = random.below(4); k > 0; k--) {
      const own = optionNames.length > 0 && random.below(10) > 0;
      const name = random.pick(own ? optionNames : allOptionNames);
      out[name] = depth === 0 ? 1 : random.below(3) === 0 ? this.any(depth - 1) : this.named(name);
    }
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
    const refuse = () => {
      throw new Error(thrownByUser);
    };
    return this.random.pick([
      () => undefined,
      () => null,
      () => Symbol('s'),
      () => 10n ** 30n,
      () => Object.create(null),
      () => cyclic,
      () => new Proxy({}, { get: () => 1 }),
      () => new Proxy([1, 2], {}),
      () => () => 1,
      () => new Map([['a', 1]]),
      () => new Set([1]),
      () => new Date(0),
      () => new DataView(new ArrayBuffer(8)),
      () => new ArrayBuffer(8),
      () => Promise.resolve(1),
      () => ({ length: 3 }),
      () => ({ length: 2 ** 40 }),
      () => ({ [Symbol.iterator]: 5 }),
      () => [[1, 2], [3]],
      () => 'x'.repeat(100_000),
      () => /x/,
      () => ({ toString: refuse, valueOf: refuse, [Symbol.toPrimitive]: refuse }),
      () => new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse }),
      () => new Proxy([1, 2], { get: refuse }),
      () => Object.defineProperty({}, 'dtype', { get: refuse, enumerable: true }),
      () => Proxy.revocable([], {}).proxy,
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ])();
  }
}

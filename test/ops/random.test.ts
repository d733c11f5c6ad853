import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  arange,
  bernoulli,
  type DType,
  Generator,
  getNumThreads,
  getRngState,
  initialSeed,
  manualSeed,
  multinomial,
  nn,
  normal,
  ones,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
  seed,
  setNumThreads,
  setRngState,
  type Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';
import { readFixture } from '../torch/read.js';

interface Call {
  op: string;
  dtype: string;
  n: number;
  args: number[];
  first: number[];
  last: number[];
  hash: number;
}

interface Sequence {
  seed: number;
  calls: Call[];
  state: number;
}

const { sequences } = readFixture<{ sequences: Sequence[] }>('random');

function fnv1a(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

function probabilities(n: number, dtype: DType): Tensor {
  return tensor(Float64Array.from({ length: n }, (_, i) => (i % 11) / 10)).to(dtype);
}

/** Runs a call of the fixture through the public API. */
function run({ op, dtype, n, args }: Call): Tensor {
  const out = zeros([n], { dtype: dtype as DType });
  const [a, b] = args;
  switch (op) {
    case 'uniform':
      return out.uniform_(a, b);
    case 'normal':
      return out.normal_(a, b);
    case 'exponential':
      return out.exponential_(a);
    case 'truncNormal':
      return nn.init.truncNormal_(out, ...(args as [number, number, number, number]));
    case 'bernoulli':
      return out.bernoulli_(a);
    case 'bernoulliFloat':
      return out.bernoulli_(probabilities(n, 'float32'));
    case 'bernoulliDouble':
      return out.bernoulli_(probabilities(n, 'float64'));
    case 'randint':
      return out.random_(a, b);
    case 'random':
      return out.random_();
    case 'randomBool':
      return zeros([n], { dtype: 'bool' }).random_();
    case 'randperm':
      return randperm(n, { dtype: dtype as DType });
    default: {
      const [rows, categories, samples, replacement] = args;
      const weights = Float64Array.from({ length: rows * categories }, (_, i) => (i * 7 + 3) % 13);
      const shaped = tensor(weights, { shape: [rows, categories] }).to(dtype as DType);
      return multinomial(shaped, samples, { replacement: replacement === 1 }).flatten();
    }
  }
}

describe('random numbers, against PyTorch', () => {
  const reachable = sequences.filter(({ calls }) => calls.every(({ dtype }) => dtype !== 'int64'));
  it('covers the fixture but for its 64-bit integers', () => {
    expect(reachable.length).toBeGreaterThan(60);
  });
  for (const [i, { seed: start, calls, state }] of reachable.entries()) {
    const what = new Set(calls.map(({ op, dtype, args }) => `${op}(${args.join(', ')}) ${dtype}`));
    it(`sequence ${i}: ${what.size > 8 ? 'mixed' : [...what].join('; ') || 'nothing'}`, () => {
      manualSeed(start);
      for (const call of calls) {
        const values = run(call);
        const { data } = values;
        expect([values.numel, ...data.slice(0, 4)]).toEqual([call.n, ...call.first]);
        expect(fnv1a(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)), call.op).toBe(call.hash);
      }
      expect(fnv1a(getRngState().data as Uint8Array)).toBe(state);
    });
  }
});

describe('generators', () => {
  it('start from a seed and from a state', () => {
    expect(manualSeed(5).initialSeed()).toBe(5);
    const state = getRngState();
    expect([state.dtype, state.shape]).toEqual(['uint8', [5056]]);
    const first = randn([33]).tolist();
    setRngState(state);
    expect(randn([33]).tolist()).toEqual(first);
    const other = new Generator().setState(state.data as Uint8Array);
    expect(randn([33], { generator: other }).tolist()).toEqual(first);
    expect(initialSeed()).toBe(5);
  });

  it('take seeds of 64 bits, negative ones as their two’s complement', () => {
    expect(new Generator(2n ** 60n + 7n).initialSeed()).toBe(2n ** 60n + 7n);
    expect(new Generator(-1).initialSeed()).toBe(2n ** 64n - 1n);
    expect(new Generator().initialSeed()).toBe(67280421310721);
    expect(rand([4], { generator: new Generator(2n ** 32n + 5n) }).tolist()).toEqual(
      rand([4], { generator: new Generator(5) }).tolist(),
    );
  });

  it('draw from the system when asked to', () => {
    const first = seed();
    expect(first).toBe(initialSeed());
    expect(seed()).not.toBe(first);
    expect(Number.isSafeInteger(first)).toBe(true);
  });

  it('draw the seeds that PyTorch’s samplers draw', () => {
    // torch.manual_seed(0); [torch.empty((), dtype=torch.int64).random_().item() for _ in range(2)]
    const generator = new Generator(0);
    expect([generator.drawSeed(), generator.drawSeed()]).toEqual([900450186894289455n, 3969543146641149120n]);
  });

  it('are independent of each other', () => {
    const a = new Generator(1);
    const b = new Generator(1);
    rand([10], { generator: a });
    expect(rand([3], { generator: b }).tolist()).toEqual(rand([3], { generator: new Generator(1) }).tolist());
  });

  it('hold no memory once nobody has them, also in a synchronous loop', () => {
    const before = process.memoryUsage().rss;
    let sum = 0;
    for (let i = 0; i < 200_000; i++) sum += Number(new Generator(i).initialSeed());
    expect(sum).toBe((200_000 * 199_999) / 2);
    // Held by finalizers, which wait for the event loop, they were 560 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('refuse what is no seed and no state', () => {
    expect(() => manualSeed(1.5)).toThrow('manualSeed: seed must be an integer below 2^53 or a bigint, got 1.5');
    expect(() => manualSeed(2n ** 64n)).toThrow('seed must fit in 64 bits');
    expect(() => manualSeed('1' as unknown as number)).toThrow('got "1"');
    expect(() => setRngState(zeros([3], { dtype: 'uint8' }))).toThrow('state must have 5056 bytes, got 3');
    expect(() => setRngState([1] as unknown as Tensor)).toThrow('must be a uint8 Tensor or a Uint8Array');
    const before = getRngState();
    expect(() => setRngState(new Uint8Array(5056).fill(255))).toThrow(RangeError);
    expect(getRngState().tolist()).toEqual(before.tolist());
    expect(() => rand([2], { generator: {} as Generator })).toThrow(
      'rand: generator must be a Generator, got an object',
    );
  });
});

describe('random tensors', () => {
  it('have the shapes and dtypes asked for', () => {
    expect(rand(3).shape).toEqual([3]);
    expect(randn([2, 3], { dtype: 'float64' }).dtype).toBe('float64');
    expect(rand([2], { requiresGrad: true }).requiresGrad).toBe(true);
    expect(normal(100, 0.001, [50]).data.every((x) => Math.abs(x - 100) < 1)).toBe(true);
    const drawn = randint(3, 7, [1000]);
    expect([drawn.dtype, Math.min(...drawn.data), Math.max(...drawn.data)]).toEqual(['int32', 3, 6]);
    expect(randint(2, [4], { dtype: 'bool' }).dtype).toBe('bool');
    expect(randint(5, [2, 2], { dtype: 'float32' }).shape).toEqual([2, 2]);
    expect(randLike(zeros([2, 2], { dtype: 'float64' })).dtype).toBe('float64');
    expect(randnLike(zeros([2, 2]), { dtype: 'float64' }).shape).toEqual([2, 2]);
    expect(Array.from(randperm(50).data).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(randperm(0).shape).toEqual([0]);
    expect(bernoulli(tensor([0, 1, 1])).tolist()).toEqual([0, 1, 1]);
    expect(tensor([0, 0, 3]).multinomial(1).tolist()).toEqual([2]);
    expect(multinomial(ones([3, 5]), 5).shape).toEqual([3, 5]);
  });

  it('give the same bits with any number of threads', () => {
    const before = getNumThreads();
    const hashes = [1, 2, 8].map((threads) => {
      setNumThreads(threads);
      manualSeed(11);
      const hash = createHash('sha256');
      for (const x of [rand([300_001]), randn([300_001]), randint(9, [300_001]), zeros([300_001]).exponential_()]) {
        hash.update(new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength));
      }
      return hash.digest('hex');
    });
    setNumThreads(before);
    expect(new Set(hashes).size).toBe(1);
  });

  it('fill windows and nothing beside them', () => {
    const base = zeros([4, 6]);
    manualSeed(2);
    base.narrow(1, 2, 3).uniform_(1, 2);
    const rows = base.tolist() as number[][];
    expect(rows.flatMap((row) => [row[0], row[1], row[5]]).every((x) => x === 0)).toBe(true);
    expect(rows.flatMap((row) => row.slice(2, 5)).every((x) => x >= 1 && x < 2)).toBe(true);
    manualSeed(2);
    expect(rows.flatMap((row) => row.slice(2, 5))).toEqual(zeros([12]).uniform_(1, 2).tolist());
    expect(base.version).toBe(1);
  });

  it('refuse bad input by name, before they draw or write', () => {
    const x = zeros([2]);
    const state = getRngState().tolist();
    expect(() => randint(5, 5, [2])).toThrow('randint: low must be less than high, got low 5 and high 5');
    expect(() => randint(0, 300, [2], { dtype: 'uint8' })).toThrow('uint8 holds integers from 0 to 255');
    expect(() => randint(0.5, 3, [2])).toThrow('randint: low must be an integer, got 0.5');
    expect(() => rand([-1])).toThrow('non-negative integer');
    expect(() => rand([2], { dtype: 'int32' })).toThrow('rand: dtype must be float32 or float64, got int32');
    expect(() => rand([2], { gen: new Generator() } as object)).toThrow("rand: unknown option 'gen'");
    expect(() => randperm(1.5)).toThrow('non-negative integer');
    expect(() => randperm(300, { dtype: 'uint8' })).toThrow('uint8 holds integers from 0 to 255');
    expect(() => x.bernoulli_(1.5)).toThrow('bernoulli_: p must be from 0 to 1, got 1.5');
    expect(() => x.bernoulli_(tensor([0.5, 2]))).toThrow('p[1] must be from 0 to 1, got 2');
    expect(() => x.bernoulli_(tensor([0.5]))).toThrow("p must have the tensor's shape [2], got [1]");
    expect(() => x.exponential_(0)).toThrow('lambd must be above 0');
    expect(() => x.half().random_()).toThrow(
      'random_: input must be float32, float64, int32, uint8 or bool, got float16',
    );
    expect(() => multinomial(tensor([1, -1]), 1)).toThrow('must be finite and at least 0, got -1');
    expect(() => multinomial(tensor([1, 0]), 2)).toThrow('at least 2 positive probabilities');
    expect(() => multinomial(tensor([1, 1]), 3)).toThrow('need { replacement: true }');
    expect(() => multinomial(zeros([2, 2, 2]), 1)).toThrow('[categories] or [rows, categories], got [2, 2, 2]');
    expect(() => multinomial(arange(3), 1)).toThrow('float32 or float64, got int32');
    expect(() => zeros([2], { requiresGrad: true }).uniform_()).toThrow(
      'cannot change a leaf that requires a gradient',
    );
    expect(x.tolist()).toEqual([0, 0]);
    expect(getRngState().tolist()).toEqual(state);
  });
});

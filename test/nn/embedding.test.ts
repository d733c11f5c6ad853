import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  DTypeError,
  IndexError,
  nn,
  OptionError,
  randint,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';

const { embedding } = nn.functional;

/** Around the widths of the vector registers, and primes. */
const dims = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 35, 67];

describe('nn.Embedding', () => {
  it('starts from N(0, 1) with a padding row of zeros, and keeps it so', () => {
    const layer = new nn.Embedding(500, 40, { paddingIdx: -500 });
    expect(layer.paddingIdx).toBe(0);
    const values = layer.weight.data as Float32Array;
    expect(values.subarray(0, 40).every((x) => x === 0)).toBe(true);
    const mean = values.reduce((a, b) => a + b) / 19960;
    const square = values.reduce((a, b) => a + b * b) / 19960;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(square - 1)).toBeLessThan(0.05);
    layer.weight.data.fill(7);
    layer.zeroPaddingRow();
    expect((layer.weight.tolist() as number[][])[0]).toEqual(new Array(40).fill(0));
    layer.forward([0, 1]).sum().backward();
    expect((layer.weight.grad!.tolist() as number[][])[0]).toEqual(new Array(40).fill(0));
  });

  it('keeps the padding row zero after any initialisation where it is told to', () => {
    const zeros = new Array(4).fill(0);
    const row = (layer: nn.Embedding) => (layer.weight.tolist() as number[][])[2];
    const [plain, kept] = [false, true].map((keepPaddingZero) => {
      const layer = new nn.Embedding(6, 4, { paddingIdx: 2, keepPaddingZero });
      nn.init.constant_(layer.weight, 5);
      return layer;
    });
    expect(plain.forward([2]).tolist()).toEqual([[5, 5, 5, 5]]);
    expect(kept.forward([2, 1]).tolist()).toEqual([zeros, [5, 5, 5, 5]]);
    kept.loadStateDict(plain.stateDict());
    expect(row(kept)).toEqual([5, 5, 5, 5]);
    const version = kept.weight.storage.version;
    const both = kept.forward([2]).add(kept.forward([2]));
    expect(kept.weight.storage.version).toBe(version + 1); // a row that is zero already is not written
    both.sum().backward();
    expect(row(kept)).toEqual(zeros);
    expect(() => new nn.Embedding(6, 4, { keepPaddingZero: true })).toThrow(ArgumentError);
    const made = nn.Embedding.fromPretrained(randn([3, 2]), { paddingIdx: 0, keepPaddingZero: true });
    expect(made.forward(0).tolist()).toEqual([0, 0]);
  });

  it('is made from vectors: shared, frozen, not zeroed', () => {
    const vectors = randn([4, 3]);
    const layer = nn.Embedding.fromPretrained(vectors, { paddingIdx: 1 });
    expect(layer.weight.storage).toBe(vectors.storage);
    expect(layer.weight.requiresGrad).toBe(false);
    expect(layer.forward(1).tolist()).toEqual((vectors.tolist() as number[][])[1]);
    expect(nn.Embedding.fromPretrained(vectors, { freeze: false }).weight.requiresGrad).toBe(true);
    expect(() => nn.Embedding.fromPretrained(randn([4]))).toThrow(/two dimensions/);
    expect(() => nn.Embedding.fromPretrained([[1]] as never)).toThrow(ArgumentError);
    expect(() => nn.Embedding.fromPretrained(vectors, { frozen: true } as never)).toThrow(OptionError);
  });

  it('prints like PyTorch', () => {
    expect(String(new nn.Embedding(54, 10))).toBe('Embedding(54, 10)');
    const options = { paddingIdx: -1, maxNorm: 1, normType: 1, sparse: true };
    expect(String(new nn.Embedding(5, 2, options))).toBe(
      'Embedding(5, 2, padding_idx=4, max_norm=1.0, norm_type=1.0, sparse=True)',
    );
    expect(String(new nn.Embedding(5, 2, { scaleGradByFreq: true }))).toBe('Embedding(5, 2, scale_grad_by_freq=True)');
  });

  it('refuses sizes and tables that do not fit', () => {
    expect(() => new nn.Embedding(-1, 3)).toThrow(ValueError);
    expect(() => new nn.Embedding(1.5, 3)).toThrow(ValueError);
    expect(() => new nn.Embedding(2 ** 40, 2 ** 40)).toThrow(ShapeError);
    expect(() => new nn.Embedding(3, 2, { weight: randn([2, 3]) })).toThrow(/must have shape \[3, 2\], got \[2, 3\]/);
    expect(() => new nn.Embedding(3, 2, { dtype: 'int32' })).toThrow(DTypeError);
    for (const Table of [nn.Embedding, nn.EmbeddingBag]) {
      expect(() => new Table(3, 2, { freeze: 'yes' as never })).toThrow(/freeze must be true or false, got "yes"/);
      expect(() => new Table(3, 2, { weight: randn([3, 2]), dtype: 'float64' })).toThrow(/the given weight is float32/);
      expect(() => new Table(Number.NaN, 2)).toThrow(/numEmbeddings must be an integer of at least 0, got NaN/);
    }
  });

  it('looks up in 16-bit tables, widened to float32', () => {
    for (const name of ['half', 'bfloat16'] as const) {
      for (const dim of dims) {
        const table = randn([40, dim]).mul(100)[name]();
        const ids = randint(0, 40, [3, 7]);
        const out = embedding(ids, table);
        expect([out.dtype, out.shape]).toEqual(['float32', [3, 7, dim]]);
        expect(out.data).toEqual(embedding(ids, table.float()).data);
      }
    }
    const edges = [0, -0, 1, -2.5, 65504, 6e-8, -6.1e-5, Infinity, -Infinity, NaN];
    expect(embedding(0, tensor([edges]).half()).data).toEqual(tensor(edges).half().float().data);
  });

  it('lets maxNorm pass where a graph holds the table, as long as no row is longer', () => {
    const layer = nn.Embedding.fromPretrained(
      tensor([
        [3, 4],
        [0.5, 0],
        [0, 2],
      ]),
      { maxNorm: 1, freeze: false },
    );
    const { weight } = layer;
    // A tied output between two lookups, as a decoder with shared weights has it.
    const first = layer.forward([0]);
    const scores = first.detach().matmul(weight.t());
    const before = weight.version;
    const second = layer.forward([0, 1]);
    expect(weight.version).toBe(before);
    scores.sum().add(first.sum()).add(second.sum()).backward();
    expect(weight.grad!.tolist()).not.toContain(Number.NaN);
    // A row that is scaled after the product saved it would give a wrong gradient: that is an error, as in PyTorch.
    const stale = first.detach().requiresGrad_().matmul(weight.t());
    layer.forward([2]);
    expect(weight.version).toBeGreaterThan(before);
    expect(() => stale.sum().backward()).toThrow(/changed in place .*clone it/);
  });

  it('sends a sparse gradient on through operations that made the table', () => {
    const ids = [1, 0, 1];
    const makers: Record<string, (b: Tensor) => Tensor> = {
      mul: (b) => b.mul(2),
      t: (b) => b.t(),
      'rows 1 to 5': (b) => b.slice(0, 1, 5),
      'unsqueeze(1) of a column': (b) => b.select(1, 0).unsqueeze(1),
      relu: (b) => b.relu(),
      matmul: (b) => b.matmul(b.t()),
      double: (b) => b.double(),
    };
    for (const [name, make] of Object.entries(makers)) {
      const bases = [true, false].map((sparse) => {
        const base = tensor(
          [
            [1, 2, -3, 4],
            [0.5, -6, 7, 8],
            [9, 10, 11, -12],
            [1, 1, 2, 3],
            [5, 5, 5, 5],
          ],
          {
            requiresGrad: true,
          },
        );
        embedding(ids, make(base), { sparse }).square().sum().backward();
        nn.functional.embeddingBag([ids], make(base), { sparse, mode: 'sum' }).square().sum().backward();
        return base.grad!;
      });
      expect(bases[0].isSparse, name).toBe(false);
      expect(bases[0].tolist(), name).toEqual(bases[1].tolist());
    }
    const base = randn([4, 2], { requiresGrad: true });
    const made = base.mul(2);
    made.retainGrad();
    embedding(ids, made, { sparse: true }).sum().backward();
    expect([made.grad!.isSparse, base.grad!.tolist()]).toEqual([
      true,
      [
        [2, 2],
        [4, 4],
        [0, 0],
        [0, 0],
      ],
    ]);
  });

  it('does not train 16-bit tables', () => {
    const layer = new nn.Embedding(3, 2).half();
    const out = layer.forward([1, 0, 1]);
    expect(() => out.sum().backward()).toThrow(/float16 table can be looked up, not trained/);
    layer.weight.requiresGrad = false;
    expect(layer.forward([1]).requiresGrad).toBe(false);
    layer.maxNorm = 1;
    expect(() => layer.forward([1])).toThrow(DTypeError);
    layer.maxNorm = null;
    expect(() => layer.forward([3])).toThrow(IndexError);
  });
});

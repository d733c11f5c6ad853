import { describe, expect, it } from 'vitest';
import { nn, randint, randn, tensor } from '../../lib/index.js';

const { embedding, embeddingBag } = nn.functional;

/** Around the widths of the vector registers, and primes. */
const dims = [1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 67];

describe('tables in few bits', () => {
  for (const name of ['half', 'bfloat16'] as const) {
    it(`bags of a ${name} table are computed in float32`, () => {
      for (const dim of dims) {
        const small = randn([30, dim])[name]();
        const wide = small.float();
        const ids = randint(0, 30, [4, 11]);
        for (const mode of ['sum', 'mean', 'max'] as const) {
          const out = embeddingBag(ids, small, { mode });
          expect(out.dtype).toBe('float32');
          expect(out.data).toEqual(embeddingBag(ids, wide, { mode }).data);
        }
      }
    });
  }

  it('int8 rows are within half a step, in lookups and in bags', () => {
    for (const dim of dims) {
      const layer = new nn.Embedding(50, dim);
      const small = layer.quantize();
      const all = small.dequantize().sub(layer.weight).abs().data;
      const steps = small.scale.data;
      for (const [i, error] of all.entries()) expect(error).toBeLessThanOrEqual(0.5001 * steps[Math.floor(i / dim)]);
      const ids = randint(0, 50, [3, 9]);
      expect(small.forward(ids).data).toEqual(embedding(ids, small.dequantize()).data);
      for (const mode of ['sum', 'mean', 'max'] as const) {
        const bag = nn.EmbeddingBag.fromPretrained(layer.weight.detach(), { mode }).quantize();
        const expected = embeddingBag(ids, small.dequantize(), { mode });
        expect(bag.forward(ids).sub(expected).abs().max().item()).toBeLessThan(1e-5);
      }
      expect(small.weight.nbytes + small.scale.nbytes).toBe(50 * dim + 200);
    }
  });

  it('int8 tables travel in state dicts, and refuse what they cannot hold', () => {
    const model = new nn.Sequential(new nn.Embedding(5, 3).quantize(), new nn.Linear(3, 2));
    expect(model.half().stateDict()['0.scale'].dtype).toBe('float32');
    expect(model.float().forward([1]).shape).toEqual([1, 2]);
    const first = new nn.Embedding(5, 3).quantize();
    const second = new nn.Embedding(5, 3).quantize();
    expect(second.forward([1]).data).not.toEqual(first.forward([1]).data);
    second.loadStateDict(first.stateDict());
    expect(second.forward([1, 4]).data).toEqual(first.forward([1, 4]).data);
    expect(() => first.forward([5])).toThrow(/index 5 at position 0 is outside the table of 5 rows/);
    expect(() => nn.QuantizedEmbedding.fromFloat(tensor([[1, Number.NaN]]))).toThrow(/row 0 holds NaN at column 1/);
    expect(
      nn.QuantizedEmbedding.fromFloat(tensor([[0, 0]]))
        .forward(0)
        .tolist(),
    ).toEqual([0, 0]);
  });
});

import { describe, expect, it } from 'vitest';
import { exchangeSize } from '../../bench/distributed/exchange_size.js';
import { Shards } from '../../lib/distributed/shards.js';

const sizes = { rows: 100_000, dim: 16, ranks: 8, ids: 4000, exponent: 1, replicated: 0, seed: 3 };
const simulate = (options: Partial<typeof sizes>, sharding = 'hashed') => {
  const given = { ...sizes, ...options };
  return exchangeSize({ ...given, owners: new Shards('test', given.rows, given.ranks, sharding) });
};

describe('the simulated exchange', () => {
  it('sends what is received, and all but an eighth of the rows that are looked up', () => {
    const { distinct, asked, sent, received } = simulate({ exponent: 0 });
    // 4000 draws of 100,000 rows name 100,000 · (1 − e^−0.04) different ones, of which 7 in 8 lie elsewhere.
    expect(distinct.mean).toBeGreaterThan(3900);
    expect(distinct.mean).toBeLessThan(3945);
    expect(asked.mean / distinct.mean).toBeCloseTo(7 / 8, 2);
    expect(sent.mean).toBe(received.mean);
    expect(sent.mean).toBeCloseTo(asked.mean * (4 + 2 * 4 * 16), 6);
  });

  it('alone nothing is sent; rows that all have are not asked for', () => {
    expect(simulate({ ranks: 1 }).sent.max).toBe(0);
    expect(simulate({ replicated: sizes.rows }).sent.max).toBe(0);
    expect(simulate({ replicated: 100 }).sent.mean).toBeLessThan(simulate({}).sent.mean);
  });

  it('the frequent rows of a vocabulary lie on one rank in ranges, and are spread by the hash', () => {
    expect(simulate({}, 'ranges').asked.imbalance).toBeGreaterThan(2);
    expect(simulate({}).asked.imbalance).toBeLessThan(1.2);
  });

  it('an id is drawn as often as its place in the order says', () => {
    // With exponent 1 of 100,000 rows the first is one draw in ln(100,000) / ln 2 = 16.6: every rank draws it.
    const { distinct } = simulate({ exponent: 1.5 });
    expect(distinct.mean).toBeLessThan(simulate({}).distinct.mean);
    expect(simulate({}).updated).toBeGreaterThan(distinct.mean);
  });
});

import { describe, expect, test } from 'vitest';
import * as distributed from '../../lib/entries/distributed.js';
import * as library from '../../lib/index.js';
import { fuzzApi } from './fuzz/api/fuzz.mjs';

describe('every function takes anything: it gives a sound result, or an error of the library', () => {
  test.each([1, 2, 3])('by seed %i', async (seed) => {
    const happened = await fuzzApi({ ...library, distributed }, { count: 20_000, seed });
    expect(happened).toMatch(/^\d+ accepted, \d+ refused of \d+ functions/);
  });
});

import { describe, expect, test } from 'vitest';
import * as library from '../../lib/index.js';
import { fuzzApi } from './fuzz/api/fuzz.mjs';

describe('every function takes anything: it gives a sound result, or an error of the library', () => {
  test.each([1, 2, 3])('by seed %i', async (seed) => {
    expect(await fuzzApi(library, { count: 20_000, seed })).toMatch(/^\d+ accepted, \d+ refused of \d+ functions/);
  });
});

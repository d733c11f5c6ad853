import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { native } from '../../lib/addon/native.js';
import { plan } from '../../lib/calls/plan.js';
import { callColumnSums, callMatmul } from '../../lib/calls/planned/matmul.js';
import { callNorm } from '../../lib/calls/planned/norm.js';
import { ones, tensor, zeros } from '../../lib/index.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

describe('calls whose numbers travel in the plan', () => {
  it('are made from their descriptions', () => {
    const check = ['scripts/make_calls.mjs', '--check'];
    expect(execFileSync(process.execPath, check, { cwd: root, encoding: 'utf8' })).toBe('');
  });

  it('put every number where the addon reads it', () => {
    const a = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const out = zeros([3]);
    callColumnSums({ M: 2, N: 3, lda: 3, out, a });
    expect(out.tolist()).toEqual([5, 7, 9]);
  });

  it('refuse a plan that another call has filled, and say what they expect', () => {
    const x = ones([2, 2]);
    const { array } = x.storage;
    callNorm({ rows: 2, n: 2, eps: 0, y: zeros([2, 2]), mean: null, rstd: zeros([2]), x, weight: null, bias: null });
    const out = new Float32Array(2);
    expect(() => native.columnSums(plan, out, array)).toThrow(RangeError);
    expect(() => native.columnSums(plan, out, array)).toThrow(
      /^columnSums: plan\[0\] must be \d+, the mark of this call, got \d+/,
    );
    expect([...out]).toEqual([0, 0]);
  });

  it('refuse sizes that are none', () => {
    const [c, a, b] = [zeros([2, 2]), ones([2, 2]), ones([2, 2])];
    const sizes = { N: 2, K: 2, ldc: 2, lda: 2, ldb: 2, dims: 0 };
    const flags = { transposeA: false, transposeB: false, accumulate: false };
    for (const M of [1.5, -1, Number.NaN, Infinity, 2 ** 53 + 2]) {
      expect(() => callMatmul({ ...sizes, ...flags, M, c, a, b, bias: null })).toThrow(/^matmul: plan\[1\] is no size/);
    }
  });
});

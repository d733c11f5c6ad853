import { describe, expect, it } from 'vitest';
import { autograd } from '../../lib/index.js';
import { expectTensor } from '../torch/compare.js';
import { type OpCase, type OpFamily, runCase } from '../torch/op_case.js';
import { readFixture } from '../torch/read.js';
import { applyViews, makeInputs, weightedSum } from '../torch/replay.js';

const families = [
  'arithmetic',
  'unary',
  'pointwise',
  'reductions',
  'prod_any_var',
  'selections',
  'shapes',
  'indexing',
  'in_place',
  'matmul',
  'products',
  'einsum',
  'triangles',
  'log_sums',
  'stacking',
  'dimensions',
  'moving',
  'diagonals',
  'repetition',
  'extreme_values',
  'clamping',
  'padding',
  'distances',
  'taking',
  'index_writing',
  'scatter_reduction',
  'counting',
  'uniqueness',
  'searching',
  'cumulative',
  'quantiles',
  'without_nan',
  'covariance',
  'differences',
  'special_functions',
  'slopes',
  'pair_functions',
  'vectors',
  'options',
];

for (const family of families) {
  const { cases, differences } = readFixture<OpFamily>(`ops_${family}`);
  describe(`${family.replaceAll('_', ' ')}, against PyTorch`, () => {
    for (const testCase of cases) {
      it(testCase.name, () => {
        const { leaves, values } = makeInputs(testCase.inputs);
        const results = runCase(testCase, values);
        const expected = Array.isArray(testCase.outputs) ? testCase.outputs : [testCase.outputs];
        expect(results.length).toBe(expected.length);
        for (const [k, output] of expected.entries()) expectTensor(results[k], output, `output ${k}`);

        const differentiable = [...results.entries()].filter(([, result]) => result.requiresGrad);
        expect(differentiable.length > 0, 'takes part in gradients').toBe(testCase.grads !== undefined);
        if (!testCase.grads) return;
        weightedSum(differentiable).backward();
        for (const [i, gradient] of testCase.grads.entries()) {
          if (gradient === null) expect(leaves[i].grad, `gradient of input ${i}`).toBeNull();
          else expectTensor(leaves[i].grad ?? leaves[i].detach().mul(0), gradient, `gradient of input ${i}`);
        }
        if (differences && !testCase.kinks) checkInDouble(testCase);
      });
    }
  });
}

function checkInDouble(testCase: OpCase): void {
  const inputs = testCase.inputs.map((x) => (x.dtype === 'float32' ? { ...x, dtype: 'float64' } : x));
  autograd.gradcheck((...leaves) => runCase(testCase, applyViews(inputs, leaves)), makeInputs(inputs).leaves);
}

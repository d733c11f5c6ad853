import { describe, expect, it } from 'vitest';
import * as lutra from '../../lib/index.js';
import { Tensor } from '../../lib/index.js';
import { expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture } from '../torch/read.js';
import { callMethod, makeInputs, resolve, weightedSum } from '../torch/replay.js';

interface OpCase {
  name: string;
  call: { method?: string; function?: string; functional?: string; args: unknown[] };
  inputs: ArrayFixture[];
  outputs: ArrayFixture | ArrayFixture[];
  grads?: (ArrayFixture | null)[];
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

function run({ call }: OpCase, inputs: Tensor[]): Tensor[] {
  const args = resolve(call.args, inputs) as unknown[];
  let result: unknown;
  if (call.method) result = callMethod(args[0] as Tensor, call.method, args.slice(1));
  else if (call.function) result = (lutra as unknown as Functions)[call.function](...args);
  else result = (lutra.nn.functional as unknown as Functions)[call.functional!](...args);
  return result instanceof Tensor ? [result] : (result as Tensor[]);
}

const families = [
  'arithmetic',
  'unary',
  'pointwise',
  'reductions',
  'more_reductions',
  'selections',
  'shapes',
  'indexing',
  'in_place',
  'matmul',
];
for (const family of families) {
  describe(`${family.replaceAll('_', ' ')}, against PyTorch`, () => {
    for (const testCase of readFixture<{ cases: OpCase[] }>(`ops_${family}`).cases) {
      it(testCase.name, () => {
        const { leaves, values } = makeInputs(testCase.inputs);
        const results = run(testCase, values);
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
      });
    }
  });
}

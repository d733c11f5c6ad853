import { readdirSync } from 'node:fs';
import * as lutra from '../../lib/index.js';
import { Tensor } from '../../lib/index.js';
import { type ArrayFixture, readFixture } from './read.js';
import { callMethod, resolve } from './replay.js';

/** A fixture of test/torch/ops_cases.py. */
export interface OpFamily {
  /** Gradients are checked against differences, too, in all cases without `kinks`. */
  differences?: boolean;
  cases: OpCase[];
}

export interface OpCase {
  name: string;
  call: { method?: string; function?: string; functional?: string; args: unknown[] };
  inputs: ArrayFixture[];
  outputs: ArrayFixture | ArrayFixture[];
  grads?: (ArrayFixture | null)[];
  /** Not to be checked against differences. */
  kinks?: boolean;
}

/** The methods, functions and functionals whose gradients are checked at the inputs of PyTorch's cases. */
export function checkedOps(): Set<string> {
  const names = readdirSync(new URL('./fixtures/', import.meta.url)).filter((name) => /^ops_.*\.json$/.test(name));
  const families = names.map((name) => readFixture<OpFamily>(name.replace('.json', '')));
  const cases = families.filter(({ differences }) => differences).flatMap((family) => family.cases);
  return new Set(cases.map(({ call }) => (call.method ?? call.function ?? call.functional) as string));
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** The results of the case's call, as a list. */
export function runCase({ call }: OpCase, inputs: Tensor[]): Tensor[] {
  const args = resolve(call.args, inputs) as unknown[];
  let result: unknown;
  if (call.method) result = callMethod(args[0] as Tensor, call.method, args.slice(1));
  else if (call.function) result = (lutra as unknown as Functions)[call.function](...args);
  else result = (lutra.nn.functional as unknown as Functions)[call.functional!](...args);
  return result instanceof Tensor ? [result] : (result as Tensor[]);
}

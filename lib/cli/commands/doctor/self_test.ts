import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gradcheck } from '../../../autograd/gradcheck.js';
import { Generator, manualSeed } from '../../../calls/generator.js';
import { getNumThreads, setNumThreads } from '../../../calls/runtime.js';
import { loadSafetensors, saveSafetensors } from '../../../io/safetensors/safetensors.js';
import { crossEntropy } from '../../../nn/functional.js';
import { Linear } from '../../../nn/linear.js';
import { LSTM } from '../../../nn/lstm.js';
import { matmul } from '../../../ops/matmul.js';
import { rand } from '../../../ops/random.js';
import { Adam } from '../../../optim/adam.js';
import type { Tensor } from '../../../tensor/tensor.js';

/** What a self-test found. */
export interface SelfTest {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
  readonly seconds: number;
}

/** How long the product of matrices is repeated for its speed, in milliseconds. */
const measured = 1000;

/** Checks in some seconds that this machine computes rightly. */
export async function runSelfTest(): Promise<SelfTest[]> {
  return [
    attempt('a product of matrices', product),
    attempt('gradients of an LSTM', gradients),
    attempt('the same bits on any number of threads', threads),
    attempt('a small model learns', learning),
    attempt('weights come back from a file', file),
  ];
}

function attempt(name: string, test: () => { passed: boolean; detail: string }): SelfTest {
  const start = performance.now();
  let found: { passed: boolean; detail: string };
  try {
    found = test();
  } catch (error) {
    found = { passed: false, detail: (error as Error).message };
  }
  return { name, ...found, seconds: (performance.now() - start) / 1000 };
}

const draws = () => new Generator(1);
const numbers = (tensor: Tensor) => Array.from(tensor.contiguous().data);

/** Against plain loops in double precision; then how fast it is. */
function product() {
  const [n, generator] = [64, draws()];
  const a = rand([n, n], { generator });
  const b = rand([n, n], { generator });
  const [x, y, z] = [numbers(a), numbers(b), numbers(matmul(a, b))];
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += x[i * n + k] * y[k * n + j];
      worst = Math.max(worst, Math.abs(z[i * n + j] - sum) / sum);
    }
  }
  const size = 512;
  const large = rand([size, size], { generator });
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < measured; count++) matmul(large, large);
  const perSecond = (2 * size ** 3 * count) / (performance.now() - start) / 1e6;
  return { passed: worst < 1e-5, detail: `off by ${worst.toExponential(1)}; ${perSecond.toFixed(1)} GFLOP/s` };
}

function gradients() {
  manualSeed(1);
  const lstm = new LSTM(3, 4, { dtype: 'float64' });
  const input = rand([5, 2, 3], { generator: draws(), dtype: 'float64', requiresGrad: true });
  return { passed: gradcheck((x: Tensor) => lstm.forward(x)[0], [input]), detail: 'as finite differences have them' };
}

function threads() {
  const before = getNumThreads();
  const a = rand([300, 300], { generator: draws() });
  try {
    const results = [1, 2, before].map((count) => {
      setNumThreads(count);
      return numbers(matmul(a, a));
    });
    const same = results.every((result) => result.every((value, i) => Object.is(value, results[0][i])));
    return { passed: same, detail: `1, 2 and ${before}` };
  } finally {
    setNumThreads(before);
  }
}

function learning() {
  manualSeed(1);
  const model = new Linear(8, 4);
  const optimizer = new Adam(model.parameters(), { lr: 0.05 });
  const input = rand([256, 8], { generator: draws() });
  const target = input.narrow(1, 0, 4).argmax(1);
  const losses: number[] = [];
  for (let step = 0; step < 100; step++) {
    const loss = crossEntropy(model.forward(input), target);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  const last = losses[losses.length - 1];
  return { passed: last < 0.7 * losses[0], detail: `loss ${losses[0].toFixed(3)} → ${last.toFixed(3)}` };
}

function file() {
  const folder = mkdtempSync(join(tmpdir(), 'lutra-doctor-'));
  try {
    const path = join(folder, 'weights.safetensors');
    const weights = rand([50, 20], { generator: draws() });
    saveSafetensors(path, { weights });
    const back = numbers(loadSafetensors(path).tensors.weights);
    const same = numbers(weights).every((value, i) => value === back[i]);
    return { passed: same, detail: `through ${tmpdir()}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

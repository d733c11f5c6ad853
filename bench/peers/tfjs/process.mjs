// One workload in TensorFlow.js, in a process of its own. It has no kernel for the gradient of an embedding table, so the
// classifier step is shown in the way that its users work around that: one-hot times the table.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
const backend = process.env.TFJS_BACKEND ?? 'wasm';
if (backend === 'node') {
  require('@tensorflow/tfjs-node');
} else {
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  const folder = join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist');
  wasm.setWasmPaths(folder + sep);
  await tf.setBackend('wasm');
}
await tf.ready();
const wide = backend === 'wasm' && (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'));
const kernels = backend === 'node' ? 'of TensorFlow' : wide ? '128-bit WebAssembly' : 'WebAssembly without SIMD';

const job = JSON.parse(process.argv[2]);
const { kind, params: p } = job.workload;

function hash(index, seed) {
  let x = (Math.imul(index, 0x9e3779b1) + Math.imul(seed, 0x85ebca6b)) | 0;
  x ^= x >>> 15;
  x = Math.imul(x, 0x2c1b3c6d);
  x ^= x >>> 12;
  return x >>> 0;
}
const floats = (n, seed, scale = 1) =>
  Float32Array.from({ length: n }, (_, i) => (hash(i, seed) / 2147483648 - 1) * scale);
const integers = (n, seed, bound) => Int32Array.from({ length: n }, (_, i) => hash(i, seed) % bound);
function cycle(make, rotation = 16) {
  const sets = Array.from({ length: rotation }, (_, k) => make(k + 1));
  let next = 0;
  return () => sets[next++ % rotation];
}
function fingerprint(values) {
  let sum = 0;
  let magnitude = 0;
  for (const x of values) {
    sum += x;
    magnitude += Math.abs(x);
  }
  return [values.length, sum, magnitude, ...[0, 1, 2, 3].map((k) => values[Math.floor((k * (values.length - 1)) / 3)])];
}

const makers = {
  lookup: ({ rows, dim, count }) => {
    const table = tf.tensor2d(floats(rows * dim, 1), [rows, dim]);
    const ids = cycle((seed) => tf.tensor1d(integers(count, seed, rows), 'int32'));
    return () => tf.gather(table, ids()).dataSync();
  },
  matmul: ({ M, N, K }) => {
    const lefts = cycle((seed) => tf.tensor2d(floats(M * K, seed), [M, K]));
    const right = tf.tensor2d(floats(K * N, 99), [K, N]);
    return () => tf.matMul(lefts(), right).dataSync();
  },
  lstmForward: ({ input, hidden, batch, steps }) => {
    // Its default is a piecewise linear sigmoid.
    const layer = tf.layers.lstm({ units: hidden, returnSequences: true, recurrentActivation: 'sigmoid' });
    // Only a call builds it for good.
    layer.apply(tf.zeros([batch, steps, input]));
    // PyTorch's four parameters: the gates come in the same order, weights lie transposed, and there is one bias.
    const weights = (columns, seed) =>
      tf.tensor2d(floats(4 * hidden * columns, seed, 0.1), [4 * hidden, columns]).transpose();
    const bias = (seed) => tf.tensor1d(floats(4 * hidden, seed, 0.1));
    layer.setWeights([weights(input, 100), weights(hidden, 101), bias(102).add(bias(103))]);
    const xs = cycle((seed) => tf.tensor3d(floats(batch * steps * input, seed), [batch, steps, input]));
    return () => layer.apply(xs()).dataSync();
  },
  stepClassifier: ({ rows, dim, classes, batch, steps, optimizer }) => {
    if (optimizer !== 'adam' || rows > 20_000) return null;
    const table = tf.variable(tf.tensor2d(floats(rows * dim, 100, 0.1), [rows, dim]));
    const weight = tf.variable(tf.tensor2d(floats(classes * dim, 101, 0.1), [classes, dim]));
    const bias = tf.variable(tf.tensor1d(floats(classes, 102, 0.1)));
    const next = cycle((seed) => ({
      x: tf.tensor1d(integers(batch * steps, seed, rows), 'int32'),
      y: tf.tensor1d(integers(batch, seed + 50, classes), 'int32'),
    }));
    const adam = tf.train.adam(1e-3);
    const losses = [];
    return () => {
      const { x, y } = next();
      const loss = adam.minimize(() => {
        const looked = tf.matMul(tf.oneHot(x, rows).toFloat(), table).reshape([batch, steps, dim]).mean(1);
        const logits = tf.matMul(looked, weight, false, true).add(bias);
        return tf.losses.softmaxCrossEntropy(tf.oneHot(y, classes), logits);
      }, true);
      if (losses.length < 3) losses.push(loss.dataSync()[0]);
      return losses;
    };
  },
};

const run = makers[kind]?.(p) ?? null;
if (run === null) {
  console.log(JSON.stringify({ unsupported: true }));
} else {
  const once = () => {
    tf.engine().startScope();
    const result = run();
    tf.engine().endScope();
    return result;
  };
  const first = once();
  const now = () => Number(process.hrtime.bigint()) / 1000;
  const warmUntil = now() + 0.6e6;
  for (let i = 0; i < 2 || now() < warmUntil; i++) once();
  const samples = [];
  const until = now() + job.seconds * 1e6;
  while (samples.length < 3 || (now() < until && samples.length < 20_000)) {
    const start = now();
    once();
    samples.push(now() - start);
  }
  // As workloads/memory.ts: maxRSS starts at what the parent held when it forked.
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'latin1') : '';
  const rss = 1024 * Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
  const shown = kind.startsWith('step') ? first : fingerprint(first);
  console.log(JSON.stringify({ samples, fingerprint: shown, rss, kernels }));
}

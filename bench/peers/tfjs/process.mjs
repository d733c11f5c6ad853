// One workload in TensorFlow.js, in a process of its own. Its WebAssembly backend has no kernel for the gradient of an
// embedding table, so training steps are shown in the way that its users work around that: one-hot times the table.
//
// Kernels run when they are called, not when their result is read, so results are read for the comparison only.
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

/** Says why there is no such workload here; see the end of this file. */
class Unsupported extends Error {}

const matrix = (rows, columns, seed, scale) => tf.tensor2d(floats(rows * columns, seed, scale), [rows, columns]);
const variable = (rows, columns, seed) => tf.variable(matrix(rows, columns, seed, 0.1));
const adam = () => tf.train.adam(1e-3, 0.9, 0.999, 1e-8);

/**
 * A recurrent layer that holds the other peers' weights, `seed` being the first one's. It has one bias, their
 * sum, which Adam moves half as far as two: losses differ by 3e-4 after a few steps.
 */
function recurrentLayer(make, gates, input, hidden, steps, seed, returnSequences) {
  const layer = make({
    units: hidden,
    returnSequences,
    inputShape: [steps, input],
    recurrentActivation: 'sigmoid',
    recurrentInitializer: 'zeros',
  });
  const width = gates * hidden;
  layer.apply(tf.zeros([1, steps, input]));
  layer.setWeights([
    matrix(width, input, seed, 0.1).transpose(),
    matrix(width, hidden, seed + 1, 0.1).transpose(),
    tf.add(floats(width, seed + 2, 0.1), floats(width, seed + 3, 0.1)),
  ]);
  return layer;
}

function recurrent(make, gates, train) {
  return ({ input, hidden, batch, steps }) => {
    const layer = recurrentLayer(make, gates, input, hidden, steps, 100, true);
    const shape = [batch, steps, input];
    const xs = cycle((seed) => tf.tensor3d(floats(batch * steps * input, seed), shape));
    if (!train) return () => layer.apply(xs());
    const upstream = tf.tensor3d(floats(batch * steps * hidden, 77), [batch, steps, hidden]);
    const weights = layer.trainableWeights.map((weight) => weight.val);
    return () => {
      const x = xs();
      return tf.engine().gradients(() => layer.apply(x), [weights[0], x, ...weights.slice(1)], upstream).grads[0];
    };
  };
}

function lookup(backward) {
  return ({ rows, dim, count }) => {
    const table = tf.tensor2d(floats(rows * dim, 1), [rows, dim]);
    const ids = cycle((seed) => tf.tensor1d(integers(count, seed, rows), 'int32'));
    if (!backward) return () => tf.gather(table, ids());
    const upstream = matrix(count, dim, 2);
    const gradient = tf.grad((t) => tf.gather(t, index));
    let index;
    return () => {
      index = ids();
      return gradient(table, upstream);
    };
  };
}

/** The rows of a table that is trained. */
function embed(ids, table) {
  return tf.matMul(tf.oneHot(ids, table.shape[0]).toFloat(), table);
}

/** A whole step, and the losses of the first three. */
function training({ batch, steps, bound, classes }, logits) {
  const next = cycle((seed) => ({
    x: tf.tensor1d(integers(batch * steps, seed, bound), 'int32'),
    y: tf.tensor1d(integers(batch, seed + 50, classes), 'int32'),
  }));
  const optimizer = adam();
  const losses = [];
  return () => {
    const { x, y } = next();
    const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(tf.oneHot(y, classes), logits(x)), true);
    const [value] = loss.dataSync();
    if (losses.length < 3) losses.push(value);
    return losses;
  };
}

function sequenceModel({ rows, dim, hidden, classes, batch, steps, frozen }) {
  const table = frozen ? matrix(rows, dim, 100, 0.1) : variable(rows, dim, 100);
  const layer = recurrentLayer(tf.layers.lstm, 4, dim, hidden, steps, 101, false);
  const weight = variable(classes, hidden, 105);
  const bias = tf.variable(tf.tensor1d(floats(classes, 106, 0.1)));
  return training({ batch, steps, bound: rows, classes }, (x) => {
    const looked = frozen ? tf.gather(table, x) : embed(x, table);
    return tf.matMul(layer.apply(looked.reshape([batch, steps, dim])), weight, false, true).add(bias);
  });
}

function unsupported(why) {
  return () => {
    throw new Unsupported(why);
  };
}

const otherGru = unsupported('its GRU applies the reset gate before the product, the others after it');

const makers = {
  lookup: lookup(false),
  lookupDense: lookup(true),
  lookupSparse: unsupported('no sparse gradients'),
  matmul: ({ M, N, K }) => {
    const lefts = cycle((seed) => matrix(M, K, seed));
    const right = matrix(K, N, 99);
    return () => tf.matMul(lefts(), right);
  },
  lstmForward: recurrent(tf.layers.lstm, 4, false),
  lstmTrain: recurrent(tf.layers.lstm, 4, true),
  gruForward: otherGru,
  gruTrain: otherGru,
  rnnForward: recurrent(tf.layers.simpleRNN, 1, false),
  rnnTrain: recurrent(tf.layers.simpleRNN, 1, true),
  stepCharLm: ({ vocabulary, ...sizes }) => sequenceModel({ ...sizes, rows: vocabulary, classes: vocabulary }),
  stepTransfer: sequenceModel,
  stepClassifier: ({ rows, dim, classes, batch, steps, optimizer }) => {
    if (optimizer !== 'adam') throw new Unsupported('no sparse gradients');
    if (rows > 20_000) throw new Unsupported(`one-hot of ${batch * steps}x${rows} is too large`);
    const table = variable(rows, dim, 100);
    const weight = variable(classes, dim, 101);
    const bias = tf.variable(tf.tensor1d(floats(classes, 102, 0.1)));
    return training({ batch, steps, bound: rows, classes }, (x) =>
      tf.matMul(embed(x, table).reshape([batch, steps, dim]).mean(1), weight, false, true).add(bias),
    );
  },
};

/** What the last run of a workload computed, in the other peers' layout; a step's losses go on growing. */
function shown(result) {
  if (Array.isArray(result)) return result;
  const transposed = kind.endsWith('Train') ? result.transpose() : result;
  return fingerprint(transposed.dataSync());
}

function measure() {
  const maker = makers[kind];
  if (maker === undefined) throw new Unsupported('');
  const run = maker(p);
  const once = (look) => {
    tf.engine().startScope();
    const result = run();
    const looked = look?.(result);
    tf.engine().endScope();
    return looked;
  };
  const first = once(shown);
  const now = () => Number(process.hrtime.bigint()) / 1000;
  const warmUntil = now() + job.warmUp * 1e6;
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
  return { samples, fingerprint: first, rss, kernels };
}

function answer() {
  try {
    return measure();
  } catch (error) {
    const missing = /Kernel '(\w+)' not registered/.exec(error.message);
    if (missing) return { unsupported: `its ${backend} backend has no ${missing[1]}` };
    if (error instanceof Unsupported) return { unsupported: error.message };
    throw error;
  }
}

console.log(JSON.stringify(answer()));

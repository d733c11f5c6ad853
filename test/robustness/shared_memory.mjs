// node shared_memory.mjs LIBRARY MILLISECONDS: applies every operation to tensors over memory that another thread
// writes all the time. Values may be anything and errors typed; the process must not crash. Prints what ran as JSON.
import { Worker } from 'node:worker_threads';

const [, , library, milliseconds] = process.argv;
const lutra = await import(library);
const { asTensor, Tensor, nn } = lutra;

const count = 4096;
const floats = new SharedArrayBuffer(4 * count);
const doubles = new SharedArrayBuffer(8 * count);
const integers = new SharedArrayBuffer(4 * count);
const bytes = new SharedArrayBuffer(count);
const writer = new Worker(
  `const { workerData } = require('node:worker_threads');
   const [f, d, i, b, stop] = [new Float32Array(workerData[0]), new Float64Array(workerData[1]),
     new Int32Array(workerData[2]), new Uint8Array(workerData[3]), new Int32Array(workerData[4])];
   for (let round = 1; Atomics.load(stop, 0) === 0; round++) {
     const value = round % 5 === 0 ? NaN : round % 7 === 0 ? Infinity : Math.random() * 8 - 4;
     for (let k = round % 3; k < f.length; k += 1 + (round % 4)) {
       f[k] = value; d[k] = value; i[k] = round * 7919 * k; b[k] = (round + k) & 1;
     }
   }`,
  { eval: true, workerData: [floats, doubles, integers, bytes, new SharedArrayBuffer(4)] },
);
await new Promise((resolve) => writer.once('online', resolve));

const index = () => asTensor(new Int32Array(integers), { shape: [64, 64] });
const mask = () => {
  // The writer leaves 0 and 1 only, but between its writes of a round anything may be seen: refused, then asked again.
  for (;;) {
    try {
      return asTensor(new Uint8Array(bytes), { dtype: 'bool', shape: [64, 64] });
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    }
  }
};
const inputs = [
  () => asTensor(new Float32Array(floats), { shape: [64, 64] }),
  () => asTensor(new Float64Array(doubles), { shape: [64, 64] }),
  index,
  mask,
];
const methods = Object.getOwnPropertyNames(Tensor.prototype).filter(
  (name) =>
    typeof Object.getOwnPropertyDescriptor(Tensor.prototype, name).value === 'function' && name !== 'constructor',
);
const forms = [
  () => [],
  (_, other) => [other],
  () => [0],
  (_, other) => [0, index(), other],
  (_, other) => [mask(), other],
  () => [mask()],
  () => [mask(), 1],
  () => [index()],
  () => [0, index()],
  () => [3, 1],
  (_, other) => [other, other],
  () => [0, index(), 1],
];
const layers = [
  (x) => x.view(1, 4096).max(1),
  (x) => x.view(1, 4096).argmin(1),
  (x) => nn.functional.softmax(x, 1),
  (x) => nn.functional.crossEntropy(x, asTensor(new Int32Array(integers, 0, 64))),
  (x) => nn.functional.crossEntropy(x, x),
  (x) => nn.functional.layerNorm(x, [64]),
  (x) => nn.functional.embedding(asTensor(new Int32Array(integers)), x),
  (x) => nn.functional.multiHeadAttention?.(x, x, x),
  (x) => new nn.LSTM(64, 8, { dtype: x.dtype }).forward(x.view(8, 8, 64)),
  (x) => x.clone().sort(1),
  (x) => lutra.multinomial?.(x.abs(), 8),
];

const ends = performance.now() + Number(milliseconds);
let [calls, refused] = [0, 0];
const untyped = new Set();
function attempt(name, call) {
  calls++;
  try {
    call();
  } catch (error) {
    refused++;
    if (!(error instanceof RangeError || error instanceof TypeError) && !/^lutra/.test(error.message)) {
      untyped.add(`${name}: ${error?.name}: ${error?.message}`);
    }
  }
}
while (performance.now() < ends) {
  for (const make of inputs) {
    for (const name of methods) {
      for (const form of forms) {
        if (performance.now() >= ends) break;
        const x = make();
        attempt(name, () => x[name](...form(x, make())));
      }
    }
    for (const layer of layers) attempt('layer', () => layer(make()));
  }
}
console.log(JSON.stringify({ calls, refused, methods: methods.length, untyped: [...untyped].slice(0, 20) }));
process.exit(0);

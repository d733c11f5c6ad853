// What a call into one addon costs, measured in a process of its own: node process.js ADDON. Prints { name: ns }.
import { createRequire } from 'node:module';

type Call = (...args: unknown[]) => unknown;

const [, , path] = process.argv;
const addon = createRequire(import.meta.url)(path) as { readonly [name: string]: Call };
addon.setNumThreads(1);

const f32 = (n: number) => new Float32Array(n);
const plan = new Float64Array(64);

// Arrays of one element, so that what is measured is the call: its arguments, their checks and the way there and back.
const { getNumThreads, maskScale, attention, setNumThreads } = addon;
const [out, x, mask] = [f32(1), f32(1), new Uint8Array([1])];
const [q, k, v, added, kept, result, normalisers] = [f32(1), f32(1), f32(1), f32(1), new Uint8Array(1), f32(1), f32(2)];
const strides = new Float64Array(3);

// A plan begins with the mark of its call, which changes with what is in the plan; the addon says which it expects.
try {
  attention(plan, q, k, v, added, kept, result, normalisers);
} catch (error) {
  const [, mark] = /plan\[0\] must be (\d+)/.exec((error as Error).message) ?? [];
  if (mark === undefined) throw error;
  plan[0] = Number(mark);
}

/** Each call in a loop of its own, or the engine would see one place that calls many functions. */
const loops: { readonly [name: string]: (n: number) => void } = {
  nothing: (n) => {
    for (let i = 0; i < n; i++) getNumThreads();
  },
  'four numbers, four arrays': (n) => {
    for (let i = 0; i < n; i++) maskScale(2, out, 0, x, 0, mask, 0, strides);
  },
  'a plan, seven arrays': (n) => {
    for (let i = 0; i < n; i++) attention(plan, q, k, v, added, kept, result, normalisers);
  },
  'a throw': (n) => {
    for (let i = 0; i < n; i++) {
      try {
        setNumThreads(0.5);
      } catch {
        // What is measured is how it gets here.
      }
    }
  },
};

const rounds = 1500;
const times: { [name: string]: number[] } = {};
for (const [name, loop] of Object.entries(loops)) {
  const calls = name === 'a throw' ? 4 : 100;
  loop(calls * 100);
  times[name] = Array.from({ length: rounds }, () => {
    const start = process.hrtime.bigint();
    loop(calls);
    return Number(process.hrtime.bigint() - start) / calls;
  });
}
console.log(JSON.stringify(times));

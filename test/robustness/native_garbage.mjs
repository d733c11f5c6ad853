// Calls every function of the addon with nothing, with wrong kinds, and with damaged versions of calls it accepts:
// node native_garbage.mjs PATH_TO_ADDON [CALLS_PER_FUNCTION] [SEED]
//
// The signature of a function is learned from its own error messages ("argument 'x' must be a number, got nothing").
// Only TypeError and RangeError may come out, and no call may write outside the arrays it was given: every array lies
// between guards. Prints one JSON line: how many calls, how many were accepted, and what went wrong.
import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';

const [path, callsPerFunction = '300', seed = '1'] = process.argv.slice(2);
const addon = createRequire(import.meta.url)(path);

// A small generator (mulberry32), so that a failure can be repeated.
let state = Number(seed) >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

const kinds = [Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array];
const allKinds = [...kinds, Int8Array, Int16Array, Uint8ClampedArray, Uint32Array, BigInt64Array, BigUint64Array];
const guard = 64;
let guarded = [];

/** A typed array between two guards of 64 bytes, which `checkGuards` compares after the call. */
function array(Kind, length, value = () => 0, shared = false) {
  const bytes = length * Kind.BYTES_PER_ELEMENT;
  const buffer = shared ? new SharedArrayBuffer(bytes + 2 * guard) : new ArrayBuffer(bytes + 2 * guard);
  new Uint8Array(buffer).fill(0xa5);
  const view = new Kind(buffer, guard, length);
  const big = Kind === BigInt64Array || Kind === BigUint64Array;
  for (let i = 0; i < length; i++) view[i] = big ? BigInt(Math.trunc(value(i))) : value(i);
  guarded.push({ buffer, bytes });
  return view;
}

function guardsHold() {
  return guarded.every(({ buffer, bytes }) => {
    if (buffer.byteLength === 0) return true;
    const all = new Uint8Array(buffer);
    return all.subarray(0, guard).every((b) => b === 0xa5) && all.subarray(guard + bytes).every((b) => b === 0xa5);
  });
}

function detached(Kind) {
  const view = new Kind(8);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

const badNumbers = [
  Number.NaN,
  Infinity,
  -Infinity,
  1.5,
  -1,
  -0,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  1e300,
  5e-324,
];
const smallNumbers = [0, 1, 2, 3, 4, 5, 7, 8];
const foreign = runInNewContext('({ f32: new Float32Array(8), list: [1, 2], object: { valueOf() { return 1; } } })');
const wrongKinds = [
  () => undefined,
  () => null,
  () => true,
  () => 'text',
  () => Symbol('s'),
  () => 7n,
  () => ({}),
  () => [1, 2, 3],
  () => () => 1,
  () => new DataView(new ArrayBuffer(8)),
  () => new ArrayBuffer(8),
  () => new Map(),
  () => foreign.f32,
  () => foreign.list,
  () => foreign.object,
  () => new Proxy(new Float32Array(8), {}),
  () => Object.create(Float32Array.prototype),
  () => ({ valueOf: () => process.exit(99), length: 8 }),
  () => detached(pick(kinds)),
  () => array(pick(allKinds), pick([0, 1, 8, 40])),
];

const problems = [];
let calls = 0;
let accepted = 0;

function show(value) {
  if (ArrayBuffer.isView(value)) return `${value.constructor?.name}(${value.length ?? value.byteLength})`;
  return typeof value === 'object' || typeof value === 'function' ? typeof value : String(value);
}

/** Runs one call; returns its error message, or null where it was accepted. */
function attempt(name, args) {
  calls++;
  let message = null;
  try {
    addon[name](...args);
    accepted++;
  } catch (error) {
    message = String(error?.message);
    if (!(error instanceof TypeError || error instanceof RangeError) || message === '') {
      problems.push(`${name}(${args.map(show).join(', ')}): ${error?.name}: ${message}`);
    }
  }
  if (!guardsHold()) problems.push(`${name}(${args.map(show).join(', ')}): wrote outside its arrays`);
  guarded = [];
  return message;
}

// What a plan must begin with: a hash of what its call takes.
const mark = /plan\[0\] must be (\d+)/;
const complaint = /argument '(\w+)' must be an? (.+?), got (.*)$/;

/** Long enough for small sizes, and bytes for a generator's state. */
const ordinaryLength = (Kind) => (Kind === Uint8Array ? 6000 : 600);

/** The memory of a generator. */
function seeded() {
  const memory = array(Uint8Array, 2528, () => 0);
  addon.generatorSeed(memory, 1, 0);
  return memory;
}

/** What makes a value that the words of an error message ask for. */
function makerFor(name, expected) {
  if (name === 'generator') return seeded;
  if (expected === 'boolean') return () => false;
  if (expected === 'number' || expected.startsWith('integer')) return () => 1;
  const Kind = allKinds.find((kind) => expected.includes(kind.name)) ?? Float32Array;
  return () => array(Kind, ordinaryLength(Kind), (i) => (i < 64 ? 1 : 0));
}

const maxArguments = 24;

/** Arguments that get past the checks of kinds: the function says what it misses, and a symbol tells where. */
function learn(name) {
  const makers = [];
  const args = (probe = -1) =>
    Array.from({ length: maxArguments }, (_, i) => (i === probe ? Symbol('probe') : makers[i]?.()));
  for (let round = 0; round < 60; round++) {
    const told = attempt(name, args()) ?? '';
    const marked = mark.exec(told);
    if (marked !== null) {
      makers[0] = () => array(Float64Array, 600, (i) => (i === 0 ? Number(marked[1]) : i < 64 ? 1 : 0));
      continue;
    }
    const missing = complaint.exec(told);
    if (missing === null) break;
    // Places that are still empty come first: several arguments may go by one name.
    const places = Array.from({ length: maxArguments }, (_, i) => i).sort((i, j) => !!makers[i] - !!makers[j] || i - j);
    const position = places.find((i) => {
      const told = complaint.exec(attempt(name, args(i)) ?? '');
      return told !== null && told[1] === missing[1] && told[3] === 'a symbol';
    });
    if (position === undefined) break;
    makers[position] = makerFor(missing[1], missing[2]);
  }
  return makers;
}

function damaged(maker) {
  const sample = maker?.();
  const roll = random();
  if (roll < 0.12) return pick(wrongKinds)();
  if (typeof sample === 'number') return roll < 0.3 ? pick(badNumbers) : roll < 0.9 ? pick(smallNumbers) : below(700);
  if (typeof sample === 'boolean') return random() < 0.5;
  if (ArrayBuffer.isView(sample)) {
    const Kind = roll < 0.2 ? pick(kinds) : sample.constructor;
    const isPlan = Kind === Float64Array && roll < 0.95;
    const first = random() < 0.95 && sample[0] > 1e4 ? sample[0] : null;
    const value = isPlan
      ? (i) => (i === 0 && first !== null ? first : random() < 0.04 ? pick(badNumbers) : pick(smallNumbers))
      : () => pick([0, 1, 2, 3, 0.5, -1, 1e9]);
    return array(Kind, random() < 0.7 ? ordinaryLength(Kind) : pick([40, 8, 1, 0]), value, random() < 0.1);
  }
  return roll < 0.5 ? undefined : sample;
}

const names = Object.keys(addon);
for (const name of names) {
  // An accepted call may have asked for a thousand threads.
  addon.setNumThreads(2);
  attempt(name, []);
  for (const maker of wrongKinds) attempt(name, Array.from({ length: 12 }, maker));
  attempt(name, new Array(100).fill(1));
  const makers = learn(name);
  const width = Math.max(makers.length, 1);
  for (let call = 0; call < Number(callsPerFunction); call++) {
    // Most damaged calls change a few arguments of one that gets through, so that the checks behind it are reached.
    const changed = random() < 0.5 ? 1 + below(3) : width;
    const chosen = new Set(Array.from({ length: changed }, () => below(width)));
    const args = Array.from({ length: width }, (_, i) =>
      chosen.has(i) || changed === width ? damaged(makers[i]) : makers[i]?.(),
    );
    if (process.env.LUTRA_TRACE) process.stderr.write(`${name}(${args.map(show).join(', ')})\n`);
    attempt(name, args);
  }
}
console.log(JSON.stringify({ functions: names.length, calls, accepted, problems: problems.slice(0, 20) }));

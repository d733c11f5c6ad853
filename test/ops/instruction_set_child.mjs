// Runs every elementwise operation, reduction and sort of the addon named on the command line, under whatever LUTRA_ISA
// and LUTRA_NUM_THREADS say, and prints what was chosen and the results.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const native = createRequire(import.meta.url)(process.argv[2]);

const n = 40_003;
let state = 12345;
function draw(low, high) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return low + ((high - low) * (state >>> 4)) / 2 ** 28;
}

const names = native.elementwiseNames();
const results = {};
/** The first results, a few in between, and a hash of all bits. */
function keep(name, out) {
  const hash = createHash('sha1').update(out).digest('hex');
  const some = Array.from(out.subarray(0, 67));
  for (let i = 0; i < out.length; i += 977) some.push(out[i]);
  results[name] = { hash, some: some.map((x) => (Number.isFinite(x) ? x : String(x))) };
}

for (const Kind of [Float32Array, Float64Array]) {
  const fill = (low, high) => new Kind(n).map(() => draw(low, high));
  const anything = fill(-6, 6);
  const fraction = fill(-0.95, 0.95);
  const positive = fill(0.05, 4);
  const plan = new Float64Array(64);
  plan.set([1, n, 1, 1, 1, 1]);
  for (const [code, name] of names.unary.entries()) {
    const x = /^a(sin|cos)$|^tan$/.test(name) ? fraction : /log|sqrt/.test(name) ? positive : anything;
    const out = new Kind(n);
    native.unary(code, 0.5, 1.5, out, 0, x, 0, plan);
    keep(`${name} ${Kind.name}`, out);
  }
  for (const [code, name] of names.binary.entries()) {
    // Dividing by numbers near each other would show a last-place difference as a whole one.
    if (/^(fmod|remainder|floorDivide)$/.test(name)) continue;
    const b = /^(asin|acos|tan)/.test(name) ? fraction : positive;
    const out = new Kind(n);
    native.binary(code, 0.5, 1.5, 0, out, 0, /pow/.test(name) ? positive : anything, 0, b, 0, plan);
    keep(`${name} ${Kind.name}`, out);
  }
  for (const [outer, middle, inner] of [
    [1, n, 1],
    [13, 3077, 1],
    [1, 400, 100],
    [3, 1000, 13],
  ]) {
    for (let op = 0; op < 11; op++) {
      if (op === 6 && middle > 1000) continue; // a product of thousands of numbers is 0 or infinite
      const out = new Kind(outer * inner);
      const center = new Kind(outer * inner).fill(0.25);
      native.reduce(op, 1.5, middle, out, 0, op === 6 ? fraction : anything, 0, center, 0, outer, middle, inner);
      keep(`reduction ${op} of ${outer} ${middle} ${inner} ${Kind.name}`, out);
    }
    const values = new Kind(outer * inner);
    const indices = new Int32Array(outer * inner);
    native.extremes(true, values, 0, indices, 0, anything, 0, outer, middle, inner);
    keep(`largest of ${outer} ${middle} ${inner} ${Kind.name}`, indices);
  }
  const halves = new Uint16Array(n);
  native.copy(halves, 5, 0, anything, Kind === Float32Array ? 0 : 1, 0, Float64Array.of(1, n, 1, 1));
  keep(`half precision of ${Kind.name}`, halves);
}

process.stdout.write(JSON.stringify({ ...native.cpuInfo(), results }));

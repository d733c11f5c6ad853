// Runs a fuzzer for as long as one likes: node scripts/fuzz.mjs files --count 1000000 --seed 7
// Every fuzzer is a folder of test/robustness/fuzz whose fuzz.mjs exports fuzz(library, options).
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const root = new URL('../', import.meta.url);
const folder = new URL('test/robustness/fuzz/', root);
const kinds = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

function whole(name, value, least) {
  const n = Number(value);
  if (value.trim() !== '' && Number.isSafeInteger(n) && n >= least) return n;
  throw new Error(`--${name} must be an integer of at least ${least}, got ${value}`);
}

function settings() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [kind] = positionals;
  if (positionals.length !== 1 || !kinds.includes(kind)) {
    throw new Error(`usage: npm run fuzz -- ${kinds.join('|')} [--count N] [--seed S]`);
  }
  return { kind, count: whole('count', values.count, 1), seed: whole('seed', values.seed, 0) };
}

/** Says which call does not come back, and ends the process: the thread that makes it can't. */
function watch(kind, seed) {
  const current = new Int32Array(new SharedArrayBuffer(4));
  const source = `
    const { workerData: { current, kind, seed, patience } } = require('node:worker_threads');
    let last = -1;
    setInterval(() => {
      const now = Atomics.load(current, 0);
      if (now !== last) { last = now; return; }
      require('node:fs').writeSync(2, kind + ' ' + now + ' with seed ' + seed + ' did not come back in ' + patience / 1000 + ' s\\n');
      process.kill(process.pid, 'SIGKILL');
    }, patience);`;
  new Worker(source, { eval: true, workerData: { current, kind, seed, patience: 120_000 } }).unref();
  return (number) => Atomics.store(current, 0, number);
}

try {
  const { kind, count, seed } = settings();
  const { fuzz } = await import(new URL(`${kind}/fuzz.mjs`, folder).href);
  const started = performance.now();
  let last = started;
  const onProgress = (done, summary) => {
    if (performance.now() - last < 10_000) return;
    last = performance.now();
    process.stdout.write(`${done} of ${count}: ${summary}\n`);
  };
  const summary = await fuzz(new URL('build/lib/', root), { count, seed, onProgress, onStart: watch(kind, seed) });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(`${kind}: ${count} with seed ${seed} on Node ${process.version} in ${seconds} s: ${summary}\n`);
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}

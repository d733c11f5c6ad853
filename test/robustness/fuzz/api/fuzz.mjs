// Every export, method, constructor and forward, called with anything: a call gives a sound result, of which there may be
// gradients, or throws an error of the library, soon. Any other error says that a check is missing.
import { Random } from '../random.mjs';
import { targetsOf } from './targets.mjs';
import { thrownByUser, Values } from './values.mjs';

/** No call may take longer, in milliseconds: some results have a hundred million elements, and machines are busy. */
const longest = 20_000;
const longestMessage = 2000;

export async function fuzz(built, { count, seed, onProgress, onStart }) {
  const library = await import(new URL('index.js', built).href);
  const distributed = await import(new URL('entries/distributed.js', built).href);
  return fuzzApi({ ...library, distributed }, { count, seed, onProgress, onStart });
}

/**
 * @param library what `lutra` exports, and `distributed`, what `lutra/distributed` does
 * @param options count and seed of the calls; onProgress is called now and then, onStart before each call
 * @returns what happened, in words
 * @throws Error with all that was found, each once, and the number of a call that shows it
 */
export async function fuzzApi(library, { count, seed, onProgress = () => {}, onStart = () => {} }) {
  // Collectives among one process, which needs nobody else.
  if (!library.distributed.isInitialized()) library.distributed.initProcessGroup();
  const fuzzer = new ApiFuzzer(library, seed);
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    for (let i = 0; i < count; i++) {
      onStart(i);
      await fuzzer.call(i);
      if (i % 1000 === 999) onProgress(i + 1, `${fuzzer.summary()}, ${fuzzer.found.size} findings`);
    }
  } finally {
    process.emitWarning = emitWarning;
  }
  if (fuzzer.found.size > 0) {
    const lines = [...fuzzer.found].map(([key, where]) => `${key}\n    ${where}`);
    throw new Error(`${fuzzer.found.size} findings with seed ${seed} (${fuzzer.summary()}):\n${lines.join('\n')}`);
  }
  return fuzzer.summary();
}

class ApiFuzzer {
  constructor(library, seed) {
    this.library = library;
    this.seed = seed;
    this.targets = targetsOf(library);
    /** Names of options of any function: what one does not know, another does. */
    this.optionNames = [...new Set(this.targets.flatMap(({ options }) => options))];
    this.found = new Map();
    this.accepted = 0;
    this.refused = 0;
    this.slowest = 0;
  }

  summary() {
    const { accepted, refused, slowest, targets } = this;
    return `${accepted} accepted, ${refused} refused of ${targets.length} functions, the slowest took ${slowest.toFixed(0)} ms`;
  }

  async call(i) {
    // Every call has a seed of its own: a finding is found again without those before it.
    const random = new Random(Math.imul(this.seed, 0x9e3779b1) + i);
    const target = this.targets[random.below(this.targets.length)];
    const values = new Values(this.library, random, this.optionNames);
    this.library.manualSeed(i);
    const args = argumentsFor(target, values);
    const started = performance.now();
    try {
      const result = target.call(args, values);
      if (typeof result?.then === 'function') await result;
      this.look(result, random);
      this.accepted++;
    } catch (error) {
      this.refused++;
      this.judge(target.name, error, i);
    }
    const took = performance.now() - started;
    this.slowest = Math.max(this.slowest, took);
    if (took > longest) this.found.set(`${target.name}: took ${took.toFixed(0)} ms`, `call ${i}`);
  }

  /** An error is one of the library's classes and short; what the user's own values throw goes through. */
  judge(name, error, i) {
    const message = String(error?.message);
    if (message === thrownByUser || message.endsWith('on a proxy that has been revoked')) return;
    const known = typeof this.library[error?.name] === 'function' && error instanceof this.library[error.name];
    const key = `${name}: ${message.slice(0, 120)}`;
    if (!known && !this.found.has(key)) {
      this.found.set(key, `call ${i}: ${String(error?.stack).split('\n').slice(0, 4).join(' | ').slice(0, 600)}`);
    }
    if (message.length > longestMessage)
      this.found.set(`${name}: a message of ${message.length} characters`, `call ${i}`);
  }

  /** Tensors lie inside their memory, bools are 0 or 1, and gradients can be asked for. */
  look(result, random) {
    const { Tensor } = this.library;
    for (const x of [result].flat(2)) {
      if (!(x instanceof Tensor) || x.isSparse || x.numel > 100_000) continue;
      const list = x.detach().contiguous().data;
      if (list.length !== x.numel) throw new Error(`a result of ${x.numel} elements has ${list.length}`);
      if (x.dtype === 'bool' && list.some((byte) => byte > 1)) throw new Error('a bool that is neither 0 nor 1');
      if (x.requiresGrad && !x.isLeaf && random.below(2) === 0) x.sum().backward();
    }
  }
}

function argumentsFor({ parameters, options }, values) {
  const { random } = values;
  values.optionNames = options;
  const most = parameters.length + (random.below(10) === 0 ? 1 : 0);
  const wanted = random.below(3) === 0 ? random.below(most + 1) : most;
  return Array.from({ length: wanted }, (_, k) => (k < parameters.length ? values.named(parameters[k]) : values.any()));
}

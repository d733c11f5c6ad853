// Every export, method, constructor and forward, called with anything: a call gives a sound result or throws an error of
// the library, soon. Errors that JavaScript itself throws on the way say that a check is missing.
import { Random } from '../random.mjs';
import { Values } from './values.mjs';

/** No call on such small values may take longer, in milliseconds; machines that are busy included. */
const longest = 5000;
/** What only files, processes or settings show. */
const left =
  /^(save|load|set(?!Default)|manualSeed|seed|Generator|withPrintOptions|gradcheck|gradgradcheck|memoryInfo|useMemory)/i;
/** Messages of JavaScript engines for mistakes of the code itself. */
const engines =
  /is not a function|Cannot (read|set|convert|mix|destructure|assign|redefine)|is not iterable|undefined \(|Invalid (array|typed array|string) length|call stack|is not a constructor|Class constructor|is not defined|read only property|BigInt|must be called|invoked without|Invalid time|Symbol value|circular/;

export async function fuzz(built, { count, seed, onProgress }) {
  const library = await import(new URL('index.js', built).href);
  return fuzzApi(library, { count, seed, onProgress });
}

/** What can be called: names and how. */
function* targets(library) {
  const rooms = {
    '': library,
    'nn.': library.nn,
    'nn.functional.': library.nn.functional,
    'nn.init.': library.nn.init,
    'optim.': library.optim,
  };
  for (const [room, exports] of Object.entries(rooms)) {
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value !== 'function' || left.test(name)) continue;
      if (!/^class\b/.test(Function.prototype.toString.call(value))) {
        yield { name: `${room}${name}`, parameters: parametersOf(value), call: (args) => value(...args) };
      } else if (!(value.prototype instanceof Error) && name !== 'Tensor') {
        yield {
          name: `new ${room}${name}`,
          parameters: parametersOf(value),
          call: (args, values) => useInstance(new value(...args), values),
        };
      }
    }
  }
  for (const name of Object.getOwnPropertyNames(library.Tensor.prototype)) {
    const { value } = Object.getOwnPropertyDescriptor(library.Tensor.prototype, name);
    if (typeof value !== 'function' || name === 'constructor') continue;
    yield {
      name: `tensor.${name}`,
      parameters: parametersOf(value),
      call: (args, values) => values.tensor()[name](...args),
    };
  }
}

/** The names of a function's parameters as its source has them; a constructor's of a class. */
function parametersOf(f) {
  const source = Function.prototype.toString.call(f);
  const from = /^class\b/.test(source) ? source.indexOf('constructor(') : source.indexOf('(');
  if (from < 0) return [];
  const list = source.slice(source.indexOf('(', from) + 1).split(')')[0];
  return list.split(',').flatMap((part) => {
    const name = /^\s*(?:\.\.\.)?(\w+)/.exec(part)?.[1];
    return name === undefined || name === 'surplus' ? [] : [name];
  });
}

/** A module that could be made is also run. */
function useInstance(made, values) {
  if (typeof made.forward !== 'function') return made;
  return made.forward(...parametersOf(made.forward).map((name) => values.named(name)));
}

export function fuzzApi(library, { count, seed, onProgress = () => {} }) {
  const list = [...targets(library)];
  const found = new Map();
  let [accepted, refused, slowest] = [0, 0, 0];
  const summary = () =>
    `${accepted} accepted, ${refused} refused of ${list.length} functions, the slowest took ${slowest.toFixed(0)} ms`;
  const warn = process.emitWarning;
  process.emitWarning = () => {};
  try {
    for (let i = 0; i < count; i++) {
      const random = new Random(Math.imul(seed, 0x9e3779b1) + i);
      const target = list[random.below(list.length)];
      const values = new Values(library, random);
      const { parameters } = target;
      const most = parameters.length + (random.below(10) === 0 ? 1 : 0);
      const wanted = random.below(3) === 0 ? random.below(most + 1) : most;
      const args = Array.from({ length: wanted }, (_, k) =>
        k < parameters.length ? values.named(parameters[k]) : values.any(),
      );
      const started = performance.now();
      try {
        const result = target.call(args, values);
        if (typeof result?.then === 'function') result.then(undefined, () => {});
        checkResult(library, result);
        accepted++;
      } catch (error) {
        refused++;
        const typed = error instanceof TypeError || error instanceof RangeError || /^(lutra|Lutra)/.test(error?.name);
        const message = String(error?.message);
        const plain = error?.constructor === TypeError || error?.constructor === RangeError;
        if (!typed || (plain && engines.test(message))) {
          const key = `${target.name}: ${message.slice(0, 120)}`;
          if (!found.has(key)) found.set(key, `call ${i}: ${error?.stack?.split('\n').slice(0, 4).join(' | ')}`);
        }
        if (message.length > 2000) found.set(`${target.name}: a message of ${message.length} characters`, `call ${i}`);
      }
      const took = performance.now() - started;
      slowest = Math.max(slowest, took);
      if (took > longest) found.set(`${target.name}: took ${took.toFixed(0)} ms`, `call ${i}`);
      if (i % 1000 === 999) onProgress(i + 1, `${summary()}, ${found.size} findings`);
    }
  } finally {
    process.emitWarning = warn;
  }
  if (found.size > 0) {
    const lines = [...found].map(([key, where]) => `${key}\n    ${where}`);
    throw new Error(`${found.size} findings with seed ${seed} (${summary()}):\n${lines.join('\n')}`);
  }
  return summary();
}

/** Tensors lie inside their memory, and bools are 0 or 1. */
function checkResult(library, result) {
  const tensors = [result].flat(2).filter((x) => x instanceof library.Tensor && !x.isSparse);
  for (const x of tensors) {
    if (x.numel > 100_000) continue;
    const list = x.detach().contiguous().data;
    if (list.length !== x.numel) throw new Error(`a result of ${x.numel} elements has ${list.length}`);
    if (x.dtype === 'bool' && list.some((byte) => byte > 1)) throw new Error('a bool that is neither 0 nor 1');
  }
}

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { initProcessGroup } from '../../lib/entries/distributed.js';
import * as lutra from '../../lib/index.js';
import { hiddenMembers } from './hidden_members.mjs';
import { argumentsFor, instances } from './unknown_options.js';

const { Tensor } = lutra;

// biome-ignore lint/suspicious/noExplicitAny: everything is called, with whatever it does not take.
type Anything = any;

/** Something a user can call: `call` runs it with the arguments given, on an object where it is a method. */
interface Callable {
  readonly path: string;
  readonly variadic: boolean;
  /** The method itself, to be called on an object; null for what is no method. */
  readonly on: Anything;
  readonly call: (args: readonly unknown[]) => unknown;
}

const isClass = (value: unknown): boolean =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

/** JavaScript itself calls these, with arguments that nobody wrote. */
const calledByLanguage = ['constructor', 'toJSON', 'toString', 'valueOf', 'then'];

const hidden = hiddenMembers();

/** What `lutra/NAME` exports, for each of them. */
const entries = new URL('../../lib/entries/', import.meta.url);
const doors = new Map<string, object>();
for (const file of readdirSync(entries)) {
  doors.set(file.replace(/\.ts$/, ''), await import(new URL(file, entries).pathname));
}
// Collectives look at their options where there is a group; that of one process needs nobody.
initProcessGroup();

/** The methods that a class (or its prototype) has itself, by name. */
function methodsOf(owner: object, Class: Anything): [string, Anything][] {
  return Object.entries(Object.getOwnPropertyDescriptors(owner))
    .filter(([name, { value }]) => typeof value === 'function' && !isClass(value) && !calledByLanguage.includes(name))
    .filter(([name]) => !hidden.has(`${Class.name}.${name}`))
    .map(([name, { value }]) => [name, value]);
}

/** Every function, method, static method and constructor that the package exports, each once. */
function everyCallable(): Callable[] {
  const found: Callable[] = [];
  const seen = new Set<unknown>([Function.prototype, Object.prototype, Error.prototype, RangeError.prototype]);
  const visitClass = (path: string, Class: Anything): void => {
    if (seen.has(Class)) return;
    seen.add(Class);
    if (Class.prototype instanceof Error) return;
    if (!hidden.has(`${Class.name}.constructor`)) {
      const call = (args: readonly unknown[]) => Reflect.construct(Class, args);
      found.push({ path: `new ${path}`, variadic: isVariadic(Class), on: null, call });
    }
    for (const [name, fn] of methodsOf(Class, Class)) {
      const call = (args: readonly unknown[]) => Reflect.apply(fn, Class, args);
      found.push({ path: `${path}.${name}`, variadic: isVariadic(fn), on: null, call });
    }
    for (let owner = Class.prototype; owner !== null && !seen.has(owner); owner = Object.getPrototypeOf(owner)) {
      seen.add(owner);
      const instance = Object.create(Class.prototype);
      for (const [name, fn] of methodsOf(owner, owner.constructor)) {
        const call = (args: readonly unknown[]) => Reflect.apply(fn, instance, args);
        found.push({ path: `${path}.prototype.${name}`, variadic: isVariadic(fn), on: fn, call });
      }
    }
  };
  const visit = (path: string, owner: object): void => {
    if (seen.has(owner)) return;
    seen.add(owner);
    for (const [name, value] of Object.entries(owner)) {
      const at: string = path === '' ? name : `${path}.${name}`;
      if (isClass(value)) visitClass(at, value);
      else if (typeof value === 'function') {
        if (!seen.has(value))
          found.push({ path: at, variadic: isVariadic(value), on: null, call: (args) => value(...args) });
        seen.add(value);
      } else if (typeof value === 'object' && value !== null) visit(at, value);
    }
  };
  visitClass('Tensor', Tensor);
  visit('', lutra);
  visitClass('plots.Figure', lutra.plots.histogram([1, 2]).constructor);
  for (const [name, door] of doors) visit(name, door);
  return found;
}

/** Whether a function or class takes any number of arguments: sizes, dimensions, indices, layers. */
function isVariadic(callee: Anything): boolean {
  const source = Function.prototype.toString.call(callee);
  const parameters = /^class\b/.test(source)
    ? source.match(/^\s*constructor\(.*?\)/m)?.[0]
    : source.match(/^.*?\)/s)?.[0];
  return /\.\.\.(?!surplus\b)/.test(parameters ?? '');
}

/** Its constructor is protected. */
const notForUsers = 'new nn.QuantizedEmbedding';

/** What it throws, at once, in its promise, or when the first value is asked for. */
async function errorOf(run: () => unknown): Promise<Error | null> {
  try {
    const result = (await run()) as Anything;
    if (typeof result?.next === 'function') result.next();
    return null;
  } catch (error) {
    return error as Error;
  }
}

const surplus =
  /: takes (?:no arguments|one argument|(\d+) arguments)(?: \((.*?)\))?, got (\d+); the first too many is/;

/** How many arguments it says it takes when it gets twenty, and their names. */
async function parametersOf({ path, call }: Pick<Callable, 'path' | 'call'>): Promise<string[]> {
  const error = await errorOf(() => call(Array.from({ length: 20 })));
  const match = surplus.exec(String(error?.message));
  if (match === null) throw new Error(`${path} takes twenty arguments: ${error?.message ?? 'and returns'}`);
  expect(error, path).toBeInstanceOf(lutra.ArgumentError);
  return match[2] === undefined ? [] : match[2].split(', ');
}

const callables = everyCallable();
const countable = callables.filter(({ path, variadic }) => !variadic && path !== notForUsers);

describe('one argument too many', () => {
  it('finds what the package exports', () => {
    const paths = callables.map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(650);
    const some = ['add', 'new nn.LSTM', 'nn.LSTM.prototype.forward', 'Tensor.prototype.sum', 'nn.init.normal_'];
    some.push('pca', 'plots.Figure.prototype.toSvg', 'distributed.allReduce', 'new distributed.ShardedEmbedding');
    some.push('tasks.trainRun', 'tasks.TrainedRun.prototype.predict');
    for (const path of some) expect(paths).toContain(path);
  });

  it('is counted by every exported function, method, constructor and forward', async () => {
    const silent: string[] = [];
    for (const { path, call } of countable) {
      const error = await errorOf(() => call(Array.from({ length: 20 })));
      if (!surplus.test(String(error?.message))) silent.push(`${path}: ${error}`);
    }
    expect(silent).toEqual([]);
  });

  it('is refused by each of them', async () => {
    for (const callable of countable) {
      const names = await parametersOf(callable);
      const error = await errorOf(() => callable.call([...names, undefined]));
      expect(surplus.exec(String(error?.message))?.[3], callable.path).toBe(String(names.length + 1));
    }
  });

  it('is named when it is an options object where none is taken', async () => {
    for (const callable of countable) {
      const names = await parametersOf(callable);
      const error = await errorOf(() => callable.call([...names, { noSuchOption: 1 }]));
      expect(error, callable.path).toBeInstanceOf(lutra.OptionError);
      expect(error?.message, callable.path).toContain("'noSuchOption'");
    }
  });

  it('is said to come from map where it does', async () => {
    const error = await errorOf(() => [lutra.tensor(1)].map(lutra.exp as Anything));
    expect(error?.message).toMatch(/exp: takes one argument \(input\), got 3; .* write \(x\) => exp\(x\)$/);
  });
});

describe('an option that does not exist', () => {
  it('is refused by everything that takes options, with its name', async () => {
    const silent: string[] = [];
    for (const { path, call, on } of countable) {
      const names = await parametersOf({ path, call });
      const at = names.indexOf('options');
      if (at < 0) continue;
      const owners = on === null ? [null] : (instances[path.replace(/\.prototype\..*/, '')]?.() ?? [null]);
      let last: Error | null = null;
      let found = false;
      for (const owner of owners) {
        for (const given of argumentsFor(names.slice(0, at))) {
          const [behind] = argumentsFor(names.slice(at + 1));
          const args = [...given, { noSuchOption: 1 }, ...behind];
          last = await errorOf(() => (owner === null || on === null ? call(args) : Reflect.apply(on, owner, args)));
          found = last instanceof lutra.OptionError && last.message.includes("'noSuchOption'");
          if (found || last === null) break;
        }
        if (found) break;
      }
      if (!found) silent.push(`${path}(${names}): ${last?.message ?? 'is taken'}`);
    }
    expect(silent).toEqual([]);
  });
});

// What of the library can be called, and what its parameters and options are called: both as its source has them.
import { hiddenMembers } from '../../hidden_members.mjs';

/** What only files, processes or settings show, or what trains for minutes. */
const left =
  /^(save|load|write|read|map$|fromMapped$|set(?!Default)|manualSeed|seed|getRngState|withPrintOptions|gradcheck|gradgradcheck|memoryInfo|useMemory|train$|fit$|view$|continueTokens|initProcessGroup|destroyProcessGroup|toPng$)|(Logger|Writer|Trainer|Corpus|PretrainedTokenizer)$/i;

/** Classes that users don't construct: errors are, by throwing. */
const made = /^(Tensor|LRScheduler|Optimizer|QuantizedEmbedding)$/;

const hidden = hiddenMembers();

const isClass = (value) => typeof value === 'function' && /^class\b/.test(sourceOf(value));
const sourceOf = (f) => Function.prototype.toString.call(f);

/** The names of a function's parameters; a constructor's of a class, which may be the one that it extends. */
export function parametersOf(f) {
  const source = sourceOf(f);
  const from = isClass(f) ? source.search(/^\s*constructor\(/m) : source.indexOf('(');
  if (from < 0) {
    const parent = Object.getPrototypeOf(f);
    return isClass(f) && isClass(parent) ? parametersOf(parent) : [];
  }
  const list = source.slice(source.indexOf('(', from) + 1).split(')')[0];
  return list.split(',').flatMap((part) => {
    const name = /^\s*(?:\.\.\.)?(\w+)/.exec(part)?.[1];
    return name === undefined || name === 'surplus' ? [] : [name];
  });
}

/** The names of options that a function's source lists for its check. */
function optionsOf(f) {
  const lists = sourceOf(f).matchAll(/\[((?:\s*(['"])\w+\2,?)+\s*)\]/g);
  return [...lists].flatMap(([, list]) => [...list.matchAll(/\w+/g)].map(([name]) => name));
}

/** Methods that an object has of its own class and of those that it extends, by name. */
function methodsOf(Class) {
  const found = new Map();
  for (
    let owner = Class.prototype;
    owner !== Object.prototype && owner !== null;
    owner = Object.getPrototypeOf(owner)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value !== 'function' || name === 'constructor' || left.test(name) || found.has(name)) continue;
      if (hidden.has(`${owner.constructor.name}.${name}`)) continue;
      found.set(name, value);
    }
  }
  return [...found];
}

/** Every function, constructor, static method and method: its name, parameters, options, and how it is called. */
export function targetsOf(library) {
  const { nn, optim, autograd } = library;
  const rooms = { '': library, 'nn.': nn, 'nn.functional.': nn.functional, 'nn.init.': nn.init };
  Object.assign(rooms, { 'nn.utils.': nn.utils, 'nn.utils.rnn.': nn.utils.rnn, 'optim.': optim });
  Object.assign(rooms, { 'optim.lrScheduler.': optim.lrScheduler, 'autograd.': autograd, 'metrics.': library.metrics });
  Object.assign(rooms, { 'plots.': library.plots, 'distributed.': library.distributed });
  const targets = [];
  const add = (name, f, call, options = optionsOf(f)) =>
    targets.push({ name, parameters: parametersOf(f), options, call });
  const seen = new Set();
  for (const [room, exports] of Object.entries(rooms)) {
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value !== 'function' || left.test(name) || seen.has(value)) continue;
      seen.add(value);
      if (!isClass(value)) add(`${room}${name}`, value, (args) => value(...args));
      else if (!(value.prototype instanceof Error) && !made.test(name)) addClass(`${room}${name}`, value, add);
    }
  }
  for (const [name, value] of methodsOf(library.Tensor)) {
    const twin = typeof library[name] === 'function' ? library[name] : value;
    const options = [...new Set([...optionsOf(value), ...optionsOf(twin)])];
    add(`tensor.${name}`, value, (args, values) => values.tensor()[name](...args), options);
  }
  const Figure = library.plots.histogram([1, 2]).constructor;
  for (const [name, value] of methodsOf(Figure)) {
    const call = (args, { random }) => library.plots.histogram([1, 2, random.below(5)])[name](...args);
    add(`plots.Figure.${name}`, value, call);
  }
  for (const name of ['grad', 'requiresGrad', 'data']) {
    const call = (args, values) => {
      const x = values.tensor();
      x[name] = args[0];
      return x[name];
    };
    targets.push({ name: `tensor.${name} =`, parameters: ['x'], options: [], call });
  }
  return targets;
}

function addClass(name, Class, add) {
  const methods = methodsOf(Class);
  const use = (args, values) => {
    const made = new Class(...args);
    // A module is run as often as anything else is done with it.
    if (typeof made.forward === 'function' && values.random.below(2) === 0) return callMethod(made, 'forward', values);
    if (methods.length === 0) return made;
    const [method] = values.random.pick(methods);
    return callMethod(made, method, values);
  };
  add(`new ${name}`, Class, use);
  for (const [method, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Class))) {
    if (typeof value !== 'function' || left.test(method) || hidden.has(`${Class.name}.${method}`)) continue;
    add(`${name}.${method}`, value, (args) => Class[method](...args));
  }
}

function callMethod(object, name, values) {
  const method = object[name];
  const { random } = values;
  const parameters = parametersOf(method);
  const count = random.below(4) === 0 ? random.below(parameters.length + 1) : parameters.length;
  values.optionNames = optionsOf(method);
  return object[name](...parameters.slice(0, count).map((parameter) => values.named(parameter)));
}

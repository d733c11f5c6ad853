import { copyOf } from '../calls/copy.js';
import { ArgumentError, describe, StateDictError } from '../errors.js';
import { contiguousStrides, formatShape, sameShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/** What `stateDict()` gives: PyTorch's structure, with PyTorch's names. */
export interface OptimizerStateDict {
  /** By the number of the parameter, counted through all groups. */
  state: { [parameter: string]: { [name: string]: Tensor | number } };
  /** The groups' options (`weight_decay`, …) and the numbers of their parameters. */
  param_groups: ({ params: number[] } & { [option: string]: unknown })[];
}

type Groups = readonly ({ params: Tensor[] } & { [option: string]: unknown })[];
type States = Map<Tensor, { [name: string]: Tensor | number }>;

/** Options of PyTorch's that say how to compute, not what. */
const foreign = new Set(['foreach', 'fused', 'capturable', 'differentiable', 'decoupledWeightDecay']);

/** Parts of the library's optimizers' states that are tensors. */
const tensorNames = new Set([
  'momentum_buffer',
  'exp_avg',
  'exp_avg_sq',
  'max_exp_avg_sq',
  'sum',
  'square_avg',
  'grad_avg',
]);

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function exportState(groups: Groups, states: States, stepAsTensor: boolean): OptimizerStateDict {
  const state: OptimizerStateDict['state'] = {};
  let number = 0;
  const param_groups = groups.map(({ params, ...options }) => {
    const numbers = params.map((parameter) => {
      const own = states.get(parameter);
      if (own !== undefined) {
        state[number] = { ...own };
        if (stepAsTensor && typeof own.step === 'number') {
          state[number].step = Tensor.wrap(Float32Array.of(own.step), [], 'float32');
        }
      }
      return number++;
    });
    const named = Object.entries(options).map(([key, value]) => [
      snakeCase(key),
      Array.isArray(value) ? value.slice() : value,
    ]);
    return { ...Object.fromEntries(named), params: numbers };
  });
  return { state, param_groups };
}

function lastingCopy(source: Tensor, parameter: Tensor): Tensor {
  const storage = Storage.lasting(parameter.dtype, parameter.numel);
  storage.array.set(copyOf(source, parameter.dtype).data);
  return new Tensor(storage, parameter.shape, contiguousStrides(parameter.shape), 0);
}

/** One parameter's state as it will be kept; what does not fit goes to `unfit`. */
function readState(given: unknown, parameter: Tensor, needed: readonly string[], where: string, unfit: string[]) {
  const own: { [name: string]: Tensor | number } = {};
  if (typeof given !== 'object' || given === null) {
    unfit.push(`${where}: must be an object, got ${describe(given)}`);
    return own;
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue; // PyTorch's SGD has null for a momentum that has not begun
    if (name === 'step') {
      const step = value instanceof Tensor && value.numel === 1 ? value.item() : value;
      if (typeof step === 'number' && Number.isInteger(step) && step >= 0) own.step = step;
      else unfit.push(`${where}.step: must be an integer of at least 0, got ${describe(step)}`);
    } else if (typeof value === 'number' && !tensorNames.has(name)) {
      own[name] = value;
    } else if (!(value instanceof Tensor)) {
      unfit.push(`${where}.${name}: must be a Tensor, got ${describe(value)}`);
    } else if (value.isSparse || !sameShape(value.shape, parameter.shape)) {
      const got = value.isSparse ? 'a row-sparse tensor' : `shape ${formatShape(value.shape)}`;
      unfit.push(`${where}.${name}: must have its parameter's shape ${formatShape(parameter.shape)}, got ${got}`);
    } else {
      own[name] = lastingCopy(value, parameter);
    }
  }
  for (const name of needed) {
    if (((given as { [name: string]: unknown })[name] ?? null) === null) unfit.push(`${where}.${name}: is missing`);
  }
  return own;
}

/** What differs between the optimizers. */
export interface StateRules {
  name: string;
  /** What a state must hold, if a parameter has one. */
  needed: readonly string[];
  /** Throws where a group's options are out of range. */
  checkGroup(options: object): void;
}

/** A group's options as they will be set; what does not fit goes to `unfit`. */
function readOptions(given: object, group: object, rules: StateRules, where: string, unfit: string[]) {
  const options: { [option: string]: unknown } = {};
  for (const [key, value] of Object.entries(given)) {
    const option = camelCase(key);
    if (key === 'params' || foreign.has(option)) continue;
    options[option] = Array.isArray(value) ? value.slice() : value;
  }
  try {
    rules.checkGroup({ ...group, ...options });
  } catch (error) {
    unfit.push(`${where}: ${(error as Error).message.replace(/^\w+: /, '')}`);
  }
  return options;
}

export function importState(rules: StateRules, dict: OptimizerStateDict, groups: Groups, states: States): void {
  const op = `${rules.name}.loadStateDict`;
  const isObject = (value: unknown) => typeof value === 'object' && value !== null;
  if (!isObject(dict) || !Array.isArray(dict.param_groups) || !isObject(dict.state)) {
    throw new ArgumentError(`${op}: must be an object with state and param_groups, got ${describe(dict)}`);
  }
  const unfit: string[] = [];
  if (dict.param_groups.length !== groups.length) {
    unfit.push(`param_groups: the optimizer has ${groups.length}, got ${dict.param_groups.length}`);
  }
  const parameters = new Map<string, Tensor>();
  const options = groups.map((group, i) => {
    const given = dict.param_groups[i];
    const { params } = group;
    const numbers = given?.params;
    if (!Array.isArray(numbers) || numbers.length !== params.length) {
      const got = Array.isArray(numbers) ? String(numbers.length) : describe(numbers);
      unfit.push(`param_groups[${i}].params: the group has ${params.length} parameters, got ${got}`);
      return {};
    }
    for (const [k, number] of numbers.entries()) parameters.set(String(number), params[k]);
    return readOptions(given, group, rules, `param_groups[${i}]`, unfit);
  });
  const loaded: States = new Map();
  if (unfit.length === 0) {
    for (const [number, own] of Object.entries(dict.state)) {
      const parameter = parameters.get(number);
      if (parameter === undefined) unfit.push(`state[${number}]: there is no such parameter`);
      else loaded.set(parameter, readState(own, parameter, rules.needed, `state[${number}]`, unfit));
    }
  }
  if (unfit.length > 0) {
    throw new StateDictError(`${op}: the state dict does not fit:\n  ${unfit.join('\n  ')}`);
  }
  states.clear();
  for (const [parameter, own] of loaded) states.set(parameter, own);
  for (const [i, group] of groups.entries()) Object.assign(group, options[i]);
}

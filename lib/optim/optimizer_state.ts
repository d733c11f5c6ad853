import { ArgumentError, describe, StateDictError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
import { count, lastingCopy, numberFrom, type StateLayout, type StateValue } from './state_entries.js';

/** What `stateDict()` gives: PyTorch's structure, with PyTorch's names. */
export interface OptimizerStateDict {
  /** By the number of the parameter, counted through all groups. */
  state: { [parameter: string]: { [name: string]: StateValue } };
  /** The groups' options (`weight_decay`, …) and the numbers of their parameters. */
  param_groups: ({ params: number[] } & { [option: string]: unknown })[];
}

type Groups = readonly ({ params: Tensor[] } & { [option: string]: unknown })[];
type States = Map<Tensor, { [name: string]: StateValue }>;

/** What differs between the optimizers. */
export interface StateRules {
  name: string;
  /** What a parameter's state holds; null for an optimizer that does not say. */
  layout: StateLayout | null;
  /** The names of the options. */
  options: readonly string[];
  /** Options of PyTorch's of which an optimizer knows one value only. */
  fixed: { readonly [option: string]: unknown };
  /** Throws where a group's options are out of range. */
  checkGroup(options: object): void;
}

/** Options of PyTorch's that say how to compute, not what. */
const foreign = new Set(['foreach', 'fused', 'capturable', 'differentiable']);

/** Options of all of PyTorch's optimizers: a state dict that has others than its reader's is another optimizer's. */
const optionsOfSome = new Set(
  `lr weightDecay maximize momentum dampening nesterov betas eps amsgrad decoupledWeightDecay lrDecay
  initialAccumulatorValue alpha centered rho momentumDecay lambd t0 etas stepSizes beta2Decay d nsCoefficients nsSteps
  adjustLrFn maxIter maxEval toleranceGrad toleranceChange historySize lineSearchFn`.split(/\s+/),
);

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** One parameter's state as a dict holds it. */
function writeState(own: { [name: string]: StateValue }, layout: StateLayout | null, copied: boolean) {
  const entries = Object.entries(own).map(([name, value]) => {
    if (layout !== null) return [name, layout[name].write(value, copied)];
    if (name === 'step' && typeof value === 'number') return [name, count.write(value, copied)];
    return [name, copied && value instanceof Tensor ? lastingCopy(value) : value];
  });
  return Object.fromEntries(entries) as { [name: string]: StateValue };
}

/** @param copied whether tensors are copied rather than shared. */
export function exportState(
  groups: Groups,
  states: States,
  layout: StateLayout | null,
  copied: boolean,
): OptimizerStateDict {
  const state: OptimizerStateDict['state'] = {};
  let number = 0;
  const param_groups = groups.map(({ params, ...options }) => {
    const numbers = params.map((parameter) => {
      const own = states.get(parameter);
      if (own !== undefined) state[number] = writeState(own, layout, copied);
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

/** A value of a state whose optimizer does not say what it holds. */
function readAny(name: string, value: unknown): StateValue {
  if (name === 'step') return count.read(value, null as never);
  return value instanceof Tensor ? lastingCopy(value) : (value as StateValue);
}

/** One parameter's state as it will be kept; what does not fit goes to `unfit`. */
function readState(given: unknown, parameter: Tensor, rules: StateRules, where: string, unfit: string[]) {
  const own: { [name: string]: StateValue } = {};
  if (typeof given !== 'object' || given === null) {
    unfit.push(`${where}: must be an object, got ${describe(given)}`);
    return own;
  }
  const { layout, name: optimizer } = rules;
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue; // PyTorch's SGD has null for a momentum that has not begun
    if (layout !== null && !Object.hasOwn(layout, name)) {
      unfit.push(`${where}.${name}: is no part of the state of ${optimizer}`);
      continue;
    }
    try {
      const read = layout === null ? readAny(name, value) : layout[name].read(value, parameter);
      if (read !== null) own[name] = read;
    } catch (error) {
      unfit.push(`${where}.${name}: ${(error as Error).message}`);
    }
  }
  for (const [name, entry] of Object.entries(layout ?? {})) {
    const value = (given as { [name: string]: unknown })[name] ?? null;
    if (value === null && !entry.optional) unfit.push(`${where}.${name}: is missing`);
  }
  return own;
}

/** A group's options as they will be set; what does not fit goes to `unfit`. */
function readOptions(given: object, group: Groups[number], rules: StateRules, where: string, unfit: string[]) {
  const options: { [option: string]: unknown } = {};
  for (const [key, value] of Object.entries(given)) {
    const option = camelCase(key);
    if (key === 'params' || foreign.has(option)) continue;
    if (Object.hasOwn(rules.fixed, option)) {
      const ours = rules.fixed[option];
      if (value !== ours) unfit.push(`${where}.${key}: is ${describe(value)}, for ${rules.name} always ${ours}`);
    } else if (optionsOfSome.has(option) && !rules.options.includes(option) && !Object.hasOwn(group, option)) {
      unfit.push(`${where}.${key}: is no option of ${rules.name}`);
    } else if (option === 'paramNames') {
      const names = Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : null;
      if (names?.length === group.params.length) options[option] = names.slice();
      else unfit.push(`${where}.${key}: must hold a name for each of the ${group.params.length} parameters`);
    } else {
      options[option] = Array.isArray(value) ? value.slice() : option === 'lr' ? numberFrom(value) : value;
    }
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
  const unfitOptions: string[] = [];
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
    return readOptions(given, group, rules, `param_groups[${i}]`, unfitOptions);
  });
  const loaded: States = new Map();
  if (unfit.length === 0) {
    for (const [number, own] of Object.entries(dict.state)) {
      const parameter = parameters.get(number);
      if (parameter === undefined) unfit.push(`state[${number}]: there is no such parameter`);
      else loaded.set(parameter, readState(own, parameter, rules, `state[${number}]`, unfit));
    }
  }
  unfit.push(...unfitOptions);
  if (unfit.length > 0) {
    throw new StateDictError(`${op}: the state dict does not fit:\n  ${unfit.join('\n  ')}`);
  }
  states.clear();
  for (const [parameter, own] of loaded) states.set(parameter, own);
  for (const [i, group] of groups.entries()) Object.assign(group, options[i]);
}

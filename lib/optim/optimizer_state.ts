import { ArgumentError, describe, StateDictError } from '../errors.js';
import { copyOf } from '../kernels/copy.js';
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
function readState(given: object, parameter: Tensor, where: string, unfit: string[]) {
  const own: { [name: string]: Tensor | number } = {};
  for (const [name, value] of Object.entries(given)) {
    if (value instanceof Tensor && name === 'step' && value.numel === 1) {
      own.step = value.item();
    } else if (value instanceof Tensor) {
      if (value.isSparse || !sameShape(value.shape, parameter.shape)) {
        const got = value.isSparse ? 'a row-sparse tensor' : `shape ${formatShape(value.shape)}`;
        unfit.push(`${where}.${name}: must have its parameter's shape ${formatShape(parameter.shape)}, got ${got}`);
      } else {
        own[name] = lastingCopy(value, parameter);
      }
    } else if (typeof value === 'number') {
      own[name] = value;
    } else if (value !== null) {
      unfit.push(`${where}.${name}: must be a Tensor or a number, got ${describe(value)}`);
    }
  }
  return own;
}

export function importState(name: string, dict: OptimizerStateDict, groups: Groups, states: States): void {
  if (
    typeof dict !== 'object' ||
    dict === null ||
    !Array.isArray(dict.param_groups) ||
    typeof dict.state !== 'object'
  ) {
    throw new ArgumentError(
      `${name}.loadStateDict: must be an object with state and param_groups, got ${describe(dict)}`,
    );
  }
  const unfit: string[] = [];
  if (dict.param_groups.length !== groups.length) {
    unfit.push(`param_groups: the optimizer has ${groups.length}, got ${dict.param_groups.length}`);
  }
  const parameters = new Map<string, Tensor>();
  for (const [i, { params }] of groups.entries()) {
    const numbers = dict.param_groups[i]?.params;
    if (!Array.isArray(numbers) || numbers.length !== params.length) {
      const got = Array.isArray(numbers) ? String(numbers.length) : describe(numbers);
      unfit.push(`param_groups[${i}].params: the group has ${params.length} parameters, got ${got}`);
      continue;
    }
    for (const [k, number] of numbers.entries()) parameters.set(String(number), params[k]);
  }
  const loaded: States = new Map();
  if (unfit.length === 0) {
    for (const [number, own] of Object.entries(dict.state)) {
      const parameter = parameters.get(number);
      if (parameter === undefined) unfit.push(`state[${number}]: there is no such parameter`);
      else loaded.set(parameter, readState(own, parameter, `state[${number}]`, unfit));
    }
  }
  if (unfit.length > 0) {
    throw new StateDictError(`${name}.loadStateDict: the state dict does not fit:\n  ${unfit.join('\n  ')}`);
  }
  states.clear();
  for (const [parameter, own] of loaded) states.set(parameter, own);
  for (const [i, group] of groups.entries()) {
    for (const [key, value] of Object.entries(dict.param_groups[i])) {
      const option = camelCase(key);
      if (key === 'params' || foreign.has(option)) continue;
      group[option] = Array.isArray(value) ? value.slice() : value;
    }
  }
}

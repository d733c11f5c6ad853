import type { Tensor } from '../../lib/index.js';
import { type ArrayFixture, toTensor } from './read.js';

/** Seed of the weights that PyTorch's side multiplied output k with, less k. */
const WEIGHT_SEED = 9000;

type Methods = Record<string, (...args: unknown[]) => Tensor>;

/** Calls a method by the name that a fixture gives. */
export function callMethod(receiver: Tensor, name: string, args: unknown[]): unknown {
  return (receiver as unknown as Methods)[name](...args);
}

/** The leaves of a case's inputs, and what the op sees of each. */
export function makeInputs(inputs: ArrayFixture[]): { leaves: Tensor[]; values: Tensor[] } {
  const leaves = inputs.map((input) => toTensor(input));
  return { leaves, values: applyViews(inputs, leaves) };
}

/** What the op sees of each leaf. */
export function applyViews(inputs: ArrayFixture[], leaves: readonly Tensor[]): Tensor[] {
  return leaves.map((leaf, i) =>
    (inputs[i].view ?? []).reduce((value, [method, ...args]) => callMethod(value, method, args) as Tensor, leaf),
  );
}

/** A fixture's arguments: "$0" is input 0, "Infinity" the number, at any depth. */
export function resolve(nest: unknown, inputs: Tensor[]): unknown {
  if (typeof nest === 'string') {
    if (/^\$\d+$/.test(nest)) return inputs[Number(nest.slice(1))];
    return /^-?Infinity$/.test(nest) ? Number(nest) : nest;
  }
  if (Array.isArray(nest)) return nest.map((item) => resolve(item, inputs));
  if (nest !== null && typeof nest === 'object') {
    return Object.fromEntries(Object.entries(nest).map(([key, item]) => [key, resolve(item, inputs)]));
  }
  return nest;
}

/** Σ outputₖ · wₖ with the weights that PyTorch's side used. */
export function weightedSum(outputs: [k: number, output: Tensor][]): Tensor {
  return outputs
    .map(([k, output]) => {
      const lcg = { seed: WEIGHT_SEED + k, scale: 1, shift: 0 };
      return output.mul(toTensor({ shape: output.shape.slice(), dtype: 'float32', lcg })).sum();
    })
    .reduce((total, term) => total.add(term));
}

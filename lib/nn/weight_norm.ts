import { ArgumentError, describe, ValueError } from '../errors.js';
import { div, mul } from '../ops/arithmetic.js';
import { norm } from '../ops/statistics.js';
import { wrapDim } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { guardMembersOf, Module } from './module.js';
import { Parameter } from './parameter.js';

/** Of each module the parameters that are made of a direction and a length, with the dimension that keeps its own. */
const normed = new WeakMap<Module, Map<string, number | null>>();

const membersOf = (module: Module) => module as unknown as Record<string, unknown>;

/** The length of each slice of `dim`, in its own shape, or of the whole tensor. */
function lengths(v: Tensor, dim: number | null): Tensor {
  if (dim === null) return norm(v);
  const others = v.shape.map((_, d) => d).filter((d) => d !== dim);
  return others.length === 0 ? v.abs() : norm(v, 2, others, { keepdim: true });
}

function weightOf(module: Module, name: string, dim: number | null): Tensor {
  const { [`${name}_v`]: v, [`${name}_g`]: g } = membersOf(module) as Record<string, Tensor>;
  return mul(v, div(g, lengths(v, dim)));
}

/** Puts a weight that is computed whenever it is read in the place of the parameter. */
function install(module: Module, name: string, dim: number | null): void {
  Object.defineProperty(module, name, {
    get: () => weightOf(module, name, dim),
    set: () => {
      const parts = `${name}_g and ${name}_v`;
      throw new ArgumentError(`${module.typeName()}.${name}: is made of ${parts} by weightNorm; set those`);
    },
    enumerable: false,
    configurable: true,
  });
  if (!normed.has(module)) normed.set(module, new Map());
  normed.get(module)!.set(name, dim);
}

function checkModule(op: string, module: unknown, name: unknown): Module {
  if (!(module instanceof Module)) throw new ArgumentError(`${op}: module must be a Module, got ${describe(module)}`);
  if (typeof name !== 'string') throw new ArgumentError(`${op}: name must be a string, got ${describe(name)}`);
  return module;
}

/**
 * Splits a parameter into direction and length: weight = g · v / ‖v‖, with a length for each slice of `dim`, as
 * `torch.nn.utils.weight_norm` (Salimans & Kingma 2016, arXiv:1602.07868). In the parameter's place stand `NAME_g` and
 * `NAME_v`, which are trained and saved under those names; the weight is computed from them whenever it is read. Make the
 * optimizer afterwards.
 *
 * @param name the parameter's name. Default 'weight'.
 * @param dim the dimension whose slices have a length each; null or, as in PyTorch, -1: one length for all. Default 0.
 * @returns the module.
 * @throws ValueError when the module has no such parameter; ArgumentError, ShapeError
 *
 * @example
 * const layer = nn.utils.weightNorm(new nn.Conv1d(64, 64, 3));
 */
export function weightNorm<M extends Module>(module: M, name = 'weight', dim: number | null = 0): M {
  checkModule('weightNorm', module, name);
  const weight = new Map(module.ownParameters()).get(name);
  if (weight === undefined) {
    const has = module.ownParameters().map(([each]) => each);
    const what = normed.get(module)?.has(name)
      ? `'${name}' is made of a direction and a length already`
      : `has no parameter ${describe(name)}; it has ${has.join(', ') || 'none'}`;
    throw new ValueError(`weightNorm: ${module.typeName()} ${what}`);
  }
  const d = dim === null || dim === -1 ? null : wrapDim('weightNorm', dim, weight.ndim);
  const g = lengths(weight.detach(), d).clone();
  delete membersOf(module)[name];
  module.registerParameter(`${name}_g`, new Parameter(g, { requiresGrad: weight.requiresGrad }));
  module.registerParameter(`${name}_v`, new Parameter(weight.detach(), { requiresGrad: weight.requiresGrad }));
  install(module, name, d);
  guardMembersOf(module);
  return module;
}

/**
 * Undoes `weightNorm`: the weight as it is now becomes a parameter again.
 * @returns the module.
 * @throws ValueError when `weightNorm` was not applied to that name.
 */
export function removeWeightNorm<M extends Module>(module: M, name = 'weight'): M {
  checkModule('removeWeightNorm', module, name);
  const dims = normed.get(module);
  const dim = dims?.get(name);
  if (dims === undefined || dim === undefined) {
    throw new ValueError(`removeWeightNorm: ${module.typeName()}'s ${describe(name)} has no weightNorm`);
  }
  const { requiresGrad } = membersOf(module)[`${name}_v`] as Tensor;
  const weight = weightOf(module, name, dim).detach();
  for (const part of [name, `${name}_g`, `${name}_v`]) delete membersOf(module)[part];
  dims.delete(name);
  module.registerParameter(name, new Parameter(weight, { requiresGrad }));
  guardMembersOf(module);
  return module;
}

/** Gives a copy of a module, which has its parameters, the weights that are made of them. */
export function copyWeightNorms(from: Module, to: Module): void {
  for (const [name, dim] of normed.get(from) ?? []) install(to, name, dim);
}

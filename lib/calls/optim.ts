/** One native call each: optimizer updates, and what gradient clipping needs. */
import { native } from '../addon/native.js';
import { numelOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { callAdafactor, callUpdateParameter } from './planned/optim.js';
import type { RowList } from './row_list.js';

/** Codes of native/binding/optim.cc. */
const ruleCodes = {
  sgd: 0,
  adam: 1,
  sparseAdam: 2,
  adagrad: 3,
  rmsprop: 4,
  nadam: 5,
  radam: 6,
  adamax: 7,
  adadelta: 8,
  asgd: 9,
  rprop: 10,
} as const;

/** One step of an optimizer's rule, with its numbers. */
export type UpdateRule =
  | SgdRule
  | AdamRule
  | AdagradRule
  | RmspropRule
  | NadamRule
  | RadamRule
  | AdamaxRule
  | AdadeltaRule
  | AsgdRule
  | RpropRule;

export interface SgdRule {
  readonly name: 'sgd';
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly maximize: boolean;
  /** Whether the momentum's buffer is yet to be filled. */
  readonly first: boolean;
}

export interface AdamRule {
  readonly name: 'adam' | 'sparseAdam';
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Counts from 1. */
  readonly step: number;
  /** Whether weights decay by themselves rather than through the gradient. */
  readonly decoupled: boolean;
  readonly maximize: boolean;
}

export interface AdagradRule {
  readonly name: 'adagrad';
  readonly lr: number;
  readonly lrDecay: number;
  readonly weightDecay: number;
  readonly eps: number;
  /** Counts from 1. */
  readonly step: number;
  readonly maximize: boolean;
}

export interface RmspropRule {
  readonly name: 'rmsprop';
  readonly lr: number;
  readonly alpha: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly maximize: boolean;
}

export interface NadamRule {
  readonly name: 'nadam';
  /** How much of the gradient, and of its running mean, the step has. */
  readonly gradientRate: number;
  readonly averageRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Decoupled: what weights are multiplied by; else the L2 penalty. */
  readonly decay: number;
  /** Counts from 1. */
  readonly step: number;
  readonly decoupled: boolean;
  readonly maximize: boolean;
}

export interface RadamRule extends Omit<AdamRule, 'name'> {
  readonly name: 'radam';
}

export interface AdamaxRule extends Omit<AdamRule, 'name' | 'decoupled'> {
  readonly name: 'adamax';
}

export interface AdadeltaRule {
  readonly name: 'adadelta';
  readonly lr: number;
  readonly rho: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
}

export interface AsgdRule {
  readonly name: 'asgd';
  /** This step's rate. */
  readonly eta: number;
  readonly lambd: number;
  /** How much of the way the average goes to the weights; 1: it becomes them. */
  readonly mu: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
}

export interface RpropRule {
  readonly name: 'rprop';
  /** What a step is multiplied by where the gradient's sign turns, and where it stays. */
  readonly etaMinus: number;
  readonly etaPlus: number;
  /** The smallest and the largest step. */
  readonly stepMin: number;
  readonly stepMax: number;
  readonly maximize: boolean;
}

/** What an update changes: a parameter, and up to three states of its size. All contiguous. */
export interface UpdateTarget {
  readonly parameter: Tensor;
  readonly state0: Tensor | null;
  readonly state1: Tensor | null;
  readonly state2: Tensor | null;
}

/** The rows that a gradient names: row indices[k] of the parameter has row k of the list, duplicates added up. */
export interface NamedRows {
  /** int32, contiguous. */
  readonly indices: Tensor;
  /** With a contiguous base. */
  readonly rowList: RowList;
}

/** Updates every number of a parameter, from a contiguous gradient. */
export function updateParameter(rule: UpdateRule, target: UpdateTarget, gradient: Tensor): void {
  callUpdateParameter({
    rule,
    code: ruleCodes[rule.name],
    count: target.parameter.numel,
    rows: 1,
    dim: 1,
    everyRow: false,
    valueRows: 0,
    weight: target.parameter,
    state0: target.state0,
    state1: target.state1,
    state2: target.state2,
    values: gradient,
    indices: null,
    source: null,
    scale: null,
  });
}

/**
 * Updates the rows that are named, each once; with `everyRow` all others too, as by a gradient of zero. Returns the
 * position of the first index that is no row, or -1; then nothing was written.
 */
export function updateRows(rule: UpdateRule, target: UpdateTarget, rows: NamedRows, everyRow: boolean): number {
  const { indices, rowList } = rows;
  const { shape } = target.parameter;
  return callUpdateParameter({
    rule,
    code: ruleCodes[rule.name],
    count: indices.numel,
    rows: shape[0],
    dim: numelOf(shape.slice(1)),
    everyRow,
    valueRows: rowList.base.shape[0],
    weight: target.parameter,
    state0: target.state0,
    state1: target.state1,
    state2: target.state2,
    values: rowList.base,
    indices,
    source: rowList.source,
    scale: rowList.scale,
  });
}

/** One step of Adafactor, with its numbers. */
export interface AdafactorStep {
  readonly lr: number;
  /** How far the mean squares go to those of this gradient. */
  readonly share: number;
  /** Counts from 1. */
  readonly step: number;
  readonly eps1: number;
  readonly eps2: number;
  readonly d: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
}

/**
 * Updates a parameter and the mean squares of its gradients: of a matrix's rows and, as `means`, its columns, or without
 * rows all those of a vector. All contiguous.
 */
export function adafactor(
  step: AdafactorStep,
  weight: Tensor,
  rowMeans: Tensor | null,
  means: Tensor,
  gradient: Tensor,
): void {
  const { shape } = weight;
  const sizes =
    rowMeans === null
      ? { matrices: 1, rows: 1, columns: weight.numel }
      : { matrices: numelOf(shape.slice(0, -2)), rows: shape[shape.length - 2], columns: shape[shape.length - 1] };
  callAdafactor({ ...sizes, ...step, weight, rowMeans, means, gradient });
}

/** Σ |x|^p of a contiguous tensor, or the largest |x| for p = Infinity. */
export function sumOfPowers(x: Tensor, p: number): number {
  return native.sumOfPowers(x.numel, x.offset, p, x.storage.array);
}

/** Multiplies every number of a contiguous tensor by a factor. */
export function scaleInPlace(x: Tensor, factor: number): void {
  native.scaleInPlace(x.numel, x.offset, factor, x.storage.array);
}

/** Cuts every number of a contiguous tensor to [-limit, limit]. */
export function clampInPlace(x: Tensor, limit: number): void {
  native.clampInPlace(x.numel, x.offset, limit, x.storage.array);
}

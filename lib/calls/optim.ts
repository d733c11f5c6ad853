/** One native call each: optimizer updates, and what gradient clipping needs. */
import { native } from '../addon/native.js';
import { numelOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';
import type { RowList, RowListPlan } from './row_list.js';

/** Codes of native/binding/optim.cc. */
const ruleCodes = { sgd: 0, adam: 1, sparseAdam: 2, adagrad: 3, rmsprop: 4 } as const;

/** One step of an optimizer's rule, with its numbers. */
export type UpdateRule = SgdRule | AdamRule | AdagradRule | RmspropRule;

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
  readonly betas: readonly [number, number];
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

/** Where a rule's own numbers start in the plan. */
const optionsAt = 10;
const everyRowAt = 20;
const listAt: RowListPlan = { valueRows: 21, valueOffset: 8, sourceOffset: 22, scaleOffset: 23 };

function setRule(rule: UpdateRule): void {
  plan[0] = ruleCodes[rule.name];
  plan[optionsAt] = rule.lr;
  switch (rule.name) {
    case 'sgd':
      plan[optionsAt + 1] = rule.momentum;
      plan[optionsAt + 2] = rule.dampening;
      plan[optionsAt + 3] = rule.weightDecay;
      plan[optionsAt + 4] = rule.nesterov ? 1 : 0;
      plan[optionsAt + 5] = rule.maximize ? 1 : 0;
      plan[optionsAt + 6] = rule.first ? 1 : 0;
      break;
    case 'adagrad':
      plan[optionsAt + 1] = rule.lrDecay;
      plan[optionsAt + 2] = rule.weightDecay;
      plan[optionsAt + 3] = rule.eps;
      plan[optionsAt + 4] = rule.step;
      plan[optionsAt + 5] = rule.maximize ? 1 : 0;
      break;
    case 'rmsprop':
      plan[optionsAt + 1] = rule.alpha;
      plan[optionsAt + 2] = rule.eps;
      plan[optionsAt + 3] = rule.weightDecay;
      plan[optionsAt + 4] = rule.momentum;
      plan[optionsAt + 5] = rule.maximize ? 1 : 0;
      break;
    default:
      plan[optionsAt + 1] = rule.betas[0];
      plan[optionsAt + 2] = rule.betas[1];
      plan[optionsAt + 3] = rule.eps;
      plan[optionsAt + 4] = rule.weightDecay;
      plan[optionsAt + 5] = rule.step;
      plan[optionsAt + 6] = rule.decoupled ? 1 : 0;
      plan[optionsAt + 7] = rule.maximize ? 1 : 0;
  }
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
  setRule(rule);
  plan[1] = target.parameter.numel;
  plan[2] = 1;
  plan[3] = 1;
  plan[9] = 0;
  plan[everyRowAt] = 0;
  plan[8] = gradient.offset;
  update(target, gradient, null, null, null);
}

/**
 * Updates the rows that are named, each once; with `everyRow` all others too, as by a gradient of zero. Returns the
 * position of the first index that is no row, or -1; then nothing was written.
 */
export function updateRows(rule: UpdateRule, target: UpdateTarget, rows: NamedRows, everyRow: boolean): number {
  const { indices, rowList } = rows;
  const { shape } = target.parameter;
  setRule(rule);
  plan[1] = indices.numel;
  plan[2] = shape[0];
  plan[3] = numelOf(shape.slice(1));
  plan[9] = indices.offset;
  plan[everyRowAt] = everyRow ? 1 : 0;
  rowList.plan(listAt);
  return update(target, rowList.base, indices, rowList.source, rowList.scale);
}

function update(
  { parameter, state0, state1, state2 }: UpdateTarget,
  values: Tensor,
  indices: Tensor | null,
  source: Tensor | null,
  scale: Tensor | null,
): number {
  plan[4] = parameter.offset;
  plan[5] = state0 === null ? 0 : state0.offset;
  plan[6] = state1 === null ? 0 : state1.offset;
  plan[7] = state2 === null ? 0 : state2.offset;
  return native.updateParameter(
    plan,
    parameter.storage.array,
    state0 === null ? null : state0.storage.array,
    state1 === null ? null : state1.storage.array,
    state2 === null ? null : state2.storage.array,
    values.storage.array,
    indices === null ? null : indices.storage.array,
    source === null ? null : source.storage.array,
    scale === null ? null : scale.storage.array,
  );
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

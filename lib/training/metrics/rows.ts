import { ArgumentError, describe, IndexError, ShapeError, ValueError } from '../../errors.js';
import { argmax } from '../../ops/extremes.js';
import { dtypes, isFloating } from '../../tensor/dtype.js';
import { formatShape, sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { unpacked } from '../step.js';
import type { MetricBatch } from './metric.js';

/** Numbers one after the other, from an offset on. */
export interface Values {
  readonly array: ArrayLike<number>;
  readonly offset: number;
}

/** Scores of classes, row by row, and the class that each row should have. */
export interface ClassRows {
  readonly kind: 'classes';
  readonly rows: number;
  readonly classes: number;
  /** [rows, classes] */
  readonly scores: Tensor;
  /** [rows] */
  readonly targets: Values;
}

/** Scores of labels that are there or not, and whether they should: binary where there is one label. */
export interface LabelRows {
  readonly kind: 'labels';
  readonly rows: number;
  readonly labels: number;
  /** [rows, labels] */
  readonly scores: Tensor;
  /** [rows, labels] */
  readonly targets: Values;
}

/** Classes that the model decided on itself. */
export interface DecidedRows {
  readonly kind: 'decided';
  readonly rows: number;
  readonly predicted: Values;
  readonly targets: Values;
}

/** @throws ArgumentError unless it is an object */
export function checkBatch(op: string, batch: unknown): void {
  if (typeof batch === 'object' && batch !== null) return;
  throw new ArgumentError(
    `${op}.update: batch must be an object with output, target, loss and weight, got ${describe(batch)}`,
  );
}

/**
 * What a batch says, by the shapes of its tensors: scores [N, C] (or [N, C, …], or […, C]) and class numbers [N] (or
 * [N, …], […]); scores and zeros and ones of one shape, [N] (or [N, 1]) or [N, labels]; or class numbers of one shape.
 * @throws ArgumentError, ShapeError
 */
export function readRows(op: string, batch: MetricBatch): ClassRows | LabelRows | DecidedRows {
  checkBatch(op, batch);
  const output = tensorOf(op, 'output', batch.output);
  const target = tensorOf(op, 'target', batch.target);
  const n = output.ndim;
  if (n === target.ndim + 1 && !isFloating(target.dtype)) {
    const without = (dim: number) => output.shape.filter((_, i) => i !== dim);
    if (n > 1 && sameShape(without(1), target.shape)) {
      const order = [0, ...output.shape.keys()].slice(1).filter((dim) => dim !== 1);
      return classRows(n === 2 ? output : output.permute(...order, 1), target);
    }
    if (sameShape(without(n - 1), target.shape)) return classRows(output, target);
  }
  const isColumn = n === target.ndim + 1 && output.shape[n - 1] === 1;
  if (!isColumn && !sameShape(output.shape, target.shape)) {
    throw new ShapeError(
      `${op}: output of shape ${formatShape(output.shape)} and target of shape ${formatShape(target.shape)} don't belong together; scores need a target without their class dimension, or one of their shape`,
    );
  }
  if (!isFloating(output.dtype)) {
    return { kind: 'decided', rows: target.numel, predicted: valuesOf(output), targets: valuesOf(target) };
  }
  const labels = !isColumn && n === 2 ? output.shape[1] : 1;
  const rows = labels === 0 ? 0 : output.numel / labels;
  const scores = computable(output).reshape(rows, labels);
  return { kind: 'labels', rows, labels, scores, targets: valuesOf(target) };
}

function classRows(output: Tensor, target: Tensor): ClassRows {
  const classes = output.shape[output.ndim - 1];
  const scores = computable(output).contiguous().reshape(target.numel, classes);
  return { kind: 'classes', rows: target.numel, classes, scores, targets: valuesOf(target) };
}

function tensorOf(op: string, name: string, value: unknown): Tensor {
  const found = unpacked(value);
  if (found instanceof Tensor) return found.detach();
  throw new ArgumentError(`${op}: ${name} must be a Tensor, got ${describe(found)}`);
}

function computable(tensor: Tensor): Tensor {
  return dtypes[tensor.dtype].computes ? tensor : tensor.to('float32');
}

export function valuesOf(tensor: Tensor): Values {
  const { storage, offset } = computable(tensor).contiguous();
  return { array: storage.array, offset };
}

/** The class with the highest score of each row. */
export function decided(rows: ClassRows): Values {
  return valuesOf(argmax(rows.scores, 1) as Tensor);
}

/** @throws IndexError for a target that is no class */
export function checkClass(op: string, target: number, classes: number): void {
  if (target >= 0 && target < classes) return;
  throw new IndexError(`${op}: target ${target} is outside the ${classes} classes`, target, classes);
}

/**
 * The place of one score among its row's, from 1: after those that are higher, and after equal ones that come before. A
 * score that is no number comes last.
 */
export function rankOf({ array, offset }: Values, start: number, length: number, target: number): number {
  const first = offset + start;
  const own = array[first + target];
  if (Number.isNaN(own)) return length;
  let rank = 1;
  for (let i = 0; i < length; i++) {
    const score = array[first + i];
    if (score > own || (score === own && i < target)) rank++;
  }
  return rank;
}

/** @throws ValueError unless it is an integer of at least 1 */
export function checkK(op: string, name: string, k: unknown): number {
  if (Number.isSafeInteger(k) && (k as number) >= 1) return k as number;
  throw new ValueError(`${op}: ${name} must be an integer of at least 1, got ${describe(k)}`);
}

/** @throws ValueError unless they are a number, and an integer */
export function checkRules(op: string, threshold: unknown, ignoreIndex: unknown): void {
  if (typeof threshold !== 'number' || Number.isNaN(threshold)) {
    throw new ValueError(`${op}: threshold must be a number, got ${describe(threshold)}`);
  }
  if (!Number.isSafeInteger(ignoreIndex)) {
    throw new ValueError(`${op}: ignoreIndex must be an integer, got ${describe(ignoreIndex)}`);
  }
}

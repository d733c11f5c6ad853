import { ArgumentError, describe, ValueError } from '../../errors.js';
import { isIterable } from '../../options.js';

/** @throws ValueError unless `value` is an integer of at least `least`. */
export function checkSteps(op: string, name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new ValueError(`${op}: ${name} must be an integer of at least ${least}, got ${describe(value)}`);
}

/** @throws ValueError unless `value` is a finite number. */
export function checkFinite(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ValueError(`${op}: ${name} must be a finite number, got ${describe(value)}`);
}

/** @throws ValueError unless `value` is a number from 0 to 1. */
export function checkShare(op: string, name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new ValueError(`${op}: ${name} must be a number from 0 to 1, got ${describe(value)}`);
}

/** A number for each group: the same for all, or a list of them. @throws ArgumentError, ValueError. */
export function checkPerGroup(op: string, name: string, value: unknown, groups: number): number[] {
  if (!Array.isArray(value)) return new Array<number>(groups).fill(checkFinite(op, name, value));
  if (value.length !== groups) {
    throw new ArgumentError(
      `${op}: ${name} must be a number or a list of ${groups}, one for each group of parameters, got ${value.length}`,
    );
  }
  return value.map((item, i) => checkFinite(op, `${name}[${i}]`, item));
}

/** Milestones: integers of at least 0 that don't fall. @throws ArgumentError, ValueError. */
export function checkMilestones(op: string, value: unknown): number[] {
  if (!isIterable(value))
    throw new ArgumentError(`${op}: milestones must be a list of step numbers, got ${describe(value)}`);
  return [...value].map((item, i) => checkSteps(op, `milestones[${i}]`, item, 0));
}

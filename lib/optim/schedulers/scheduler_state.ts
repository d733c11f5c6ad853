import { ArgumentError, describe, StateDictError, withArticle } from '../../errors.js';

/** What a scheduler's `stateDict()` gives: plain numbers, strings and lists, by PyTorch's names. */
export interface SchedulerStateDict {
  [name: string]: unknown;
}

/** PyTorch's names that are not ours in snake case. */
const torchNames: { readonly [name: string]: string } = {
  stepCount: '_step_count',
  lastLr: '_last_lr',
  tMax: 'T_max',
  t0: 'T_0',
  tI: 'T_i',
  tMult: 'T_mult',
  tCur: 'T_cur',
  annealStrategy: '_anneal_func_type',
  useBeta1: 'use_beta1',
};

/** What PyTorch's dicts hold beside: how a scheduler runs, and what follows from the rest. */
const foreign = new Set([
  '_get_lr_called_within_step',
  '_is_initial',
  'verbose',
  'mode_worse',
  'default_min_lr',
  '_schedule_phases',
  'lr_lambdas',
]);

/** Whether PyTorch's dicts hold it, and nothing here needs it. */
export function isForeign(key: string): boolean {
  return foreign.has(key);
}

function torchName(name: string): string {
  return torchNames[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function exportSchedulerState(scheduler: object, names: readonly string[]): SchedulerStateDict {
  const fields = scheduler as { [name: string]: unknown };
  return Object.fromEntries(
    names.map((name) => [torchName(name), Array.isArray(fields[name]) ? fields[name].slice() : fields[name]]),
  );
}

/** A value's kind; lists must have as many items as before. */
function kindOf(value: unknown): string {
  return Array.isArray(value) ? `a list of ${value.length}` : typeof value;
}

/** The fields to assign. @throws StateDictError listing everything that does not fit. */
export function checkSchedulerState(
  scheduler: { readonly name: string },
  names: readonly string[],
  given: SchedulerStateDict,
): { [name: string]: unknown } {
  const op = `${scheduler.name}.loadStateDict`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ArgumentError(`${op}: state must be an object, got ${describe(given)}`);
  }
  const fields = scheduler as unknown as { [name: string]: unknown };
  const unfit: string[] = [];
  const found: { [name: string]: unknown } = {};
  for (const name of names) {
    const key = torchName(name);
    const value = given[key];
    if (!Object.hasOwn(given, key)) unfit.push(`${key}: is missing`);
    else if (kindOf(value) !== kindOf(fields[name])) {
      unfit.push(`${key}: must be ${kindOf(fields[name])}, got ${describe(value)}`);
    } else if (Array.isArray(value) && value.some((item) => typeof item !== 'number')) {
      unfit.push(`${key}: must hold numbers`);
    } else found[name] = Array.isArray(value) ? value.slice() : value;
  }
  const known = new Set(names.map(torchName));
  for (const key of Object.keys(given)) {
    if (!known.has(key) && !isForeign(key)) unfit.push(`${key}: is no part of ${withArticle(scheduler.name)}'s state`);
  }
  if (unfit.length > 0) throw new StateDictError(`${op}: the state dict does not fit:\n  ${unfit.join('\n  ')}`);
  return found;
}

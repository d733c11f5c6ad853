import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkBody, refuseLater } from '../scoped.js';
import { MAX_FRACTION_DIGITS } from './format_number.js';

/** How tensors are printed; PyTorch's `set_printoptions` in camelCase. */
export interface PrintOptions {
  /** Digits after the decimal point, 0 to 100; 4 unless set. */
  precision: number;
  /** A tensor of more elements than this is summarised with `...`; 1000 unless set, `Infinity` prints everything. */
  threshold: number;
  /** Items shown at each end of a summarised dimension; 3 unless set. */
  edgeitems: number;
  /** Characters in a line before the rows of the last dimension wrap; 80 unless set. */
  linewidth: number;
  /** Scientific notation: always, never, or (null) where the values ask for it. */
  sciMode: boolean | null;
}

/** A named set of print options. `short`: two digits and edge items; `full`: never summarise. */
export type PrintProfile = 'default' | 'short' | 'full';

const OPTION_NAMES = ['precision', 'threshold', 'edgeitems', 'linewidth', 'sciMode'] as const;

const PROFILES: Record<PrintProfile, Readonly<Omit<PrintOptions, 'sciMode'>>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Number.POSITIVE_INFINITY, edgeitems: 3, linewidth: 80 },
};

let current: Readonly<PrintOptions> = { ...PROFILES.default, sciMode: null };

/**
 * Sets how every tensor is printed from now on, as PyTorch's `set_printoptions`.
 *
 * A profile is applied first, then the single options over it. Options not given keep their value, save for `sciMode`,
 * which a call that doesn't name it sets back to null, as in PyTorch.
 *
 * @throws OptionError for an unknown option; ArgumentError or ValueError for a value that an option can't take.
 *   Nothing is changed then.
 */
export function setPrintOptions(options: Partial<PrintOptions> & { profile?: PrintProfile }): void {
  if (options === undefined) throw new ArgumentError('setPrintOptions: options must be an object, got nothing');
  const { profile, ...given } = checkOptions('setPrintOptions', options, [...OPTION_NAMES, 'profile']);
  if (profile !== undefined && !Object.hasOwn(PROFILES, profile)) {
    throw new ValueError(`setPrintOptions: profile must be 'default', 'short' or 'full', got ${describe(profile)}`);
  }
  const base = { ...current, ...(profile === undefined ? {} : PROFILES[profile]), sciMode: null };
  current = mergePrintOptions('setPrintOptions', base, given);
}

/** The print options in force, as a copy that {@link setPrintOptions} takes back. */
export function getPrintOptions(): PrintOptions {
  return { ...current };
}

/** Runs `body` under other print options and sets the present ones back, also when it throws. */
export function withPrintOptions<T>(options: Partial<PrintOptions> & { profile?: PrintProfile }, body: () => T): T {
  const op = 'withPrintOptions';
  checkBody(op, body);
  const before = current;
  setPrintOptions(options);
  let result: T;
  try {
    result = body();
  } finally {
    current = before;
  }
  refuseLater(op, result, 'make the text within, and wait outside');
  return result;
}

/** `base` with the options that `given` names, each checked. */
export function mergePrintOptions(op: string, base: PrintOptions, given: Partial<PrintOptions>): PrintOptions {
  const merged: PrintOptions = { ...base };
  if (given.precision !== undefined)
    merged.precision = wholeNumber(op, 'precision', given.precision, MAX_FRACTION_DIGITS);
  if (given.threshold !== undefined) merged.threshold = wholeNumberOrInfinity(op, 'threshold', given.threshold);
  if (given.edgeitems !== undefined) merged.edgeitems = wholeNumber(op, 'edgeitems', given.edgeitems);
  if (given.linewidth !== undefined) merged.linewidth = wholeNumberOrInfinity(op, 'linewidth', given.linewidth);
  if (given.sciMode !== undefined) {
    if (given.sciMode !== null && typeof given.sciMode !== 'boolean') {
      throw new ArgumentError(`${op}: sciMode must be true, false or null, got ${describe(given.sciMode)}`);
    }
    merged.sciMode = given.sciMode;
  }
  return merged;
}

function wholeNumberOrInfinity(op: string, name: string, value: unknown): number {
  return value === Number.POSITIVE_INFINITY ? value : wholeNumber(op, name, value);
}

function wholeNumber(op: string, name: string, value: unknown, largest = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number') {
    throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
  }
  if (!Number.isInteger(value) || value < 0 || value > largest) {
    const range = largest === Number.MAX_SAFE_INTEGER ? 'of at least 0' : `from 0 to ${largest}`;
    throw new ValueError(`${op}: ${name} must be an integer ${range}, got ${value}`);
  }
  return value;
}

import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkSignal, type StopSignal } from '../text/corpus/turns.js';

/** What is asked of an `AbortSignal`. */
export interface ViewSignal extends StopSignal {
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface ViewOptions {
  /** Default: a free one. */
  port?: number;
  /** Whether a browser is opened. Default false. */
  open?: boolean;
  /** An AbortSignal that ends the server. */
  signal?: ViewSignal;
  /**
   * A table of labels by which points can be coloured, CSV or TSV (by its name) with names in the first row: one column holds words, or
   * there is a row for each word. Default: a file of the same name beside the vectors, with `.tsv` or `.csv`.
   */
  metadata?: string;
  /** Read only so many rows of a file, its first. Default: all. */
  limit?: number;
  /** Show only so many points, the first; neighbours and search look at all rows. Default 50 000. */
  points?: number;
  /** What makes the address secret: 16 or more letters, digits, `-` and `_`. Default: at random, another one each time. */
  token?: string;
}

/** The options with their defaults, checked. */
export type ViewSettings = Required<Pick<ViewOptions, 'port' | 'open' | 'points'>> &
  Pick<ViewOptions, 'signal' | 'metadata' | 'limit' | 'token'>;

const optionNames = ['port', 'open', 'signal', 'metadata', 'limit', 'points', 'token'];
const usualPoints = 50_000;

/** @throws OptionError, ArgumentError, ValueError */
export function readViewOptions(op: string, options: ViewOptions | undefined): ViewSettings {
  const given = checkOptions(op, options, optionNames);
  const { port = 0, open = false, signal, metadata, limit, points = usualPoints, token } = given;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ValueError(`${op}: port must be a whole number from 0 to 65535, got ${describe(port)}`);
  }
  if (typeof open !== 'boolean') throw new ArgumentError(`${op}: open must be true or false, got ${describe(open)}`);
  checkSignal(op, signal);
  if (metadata !== undefined && (typeof metadata !== 'string' || metadata === '')) {
    throw new ArgumentError(`${op}: metadata must be the path of a file, got ${describe(metadata)}`);
  }
  for (const [name, value] of Object.entries({ limit: limit ?? 1, points })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ValueError(`${op}: ${name} must be a whole number of at least 1, got ${describe(value)}`);
  }
  if (token !== undefined && (typeof token !== 'string' || !/^[\w-]{16,200}$/.test(token))) {
    throw new ValueError(`${op}: token must be 16 to 200 letters, digits, - and _`);
  }
  return { port, open, signal, metadata, limit, points, token };
}

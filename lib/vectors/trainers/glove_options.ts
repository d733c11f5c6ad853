import { checkOptions } from '../../options.js';
import {
  type CooccurrenceOptions,
  type CooccurrenceSettings,
  checkCooccurrenceSettings,
  cooccurrenceDefaults,
} from './cooccurrences.js';
import { checkNumber, checkWhole, readFlag } from './option_checks.js';

/** How GloVe's vectors are trained; names are GloVe's and gensim's in camelCase, defaults GloVe's. */
export interface GloVeOptions extends CooccurrenceOptions {
  /** Numbers of a vector. Default 50. */
  vectorSize?: number;
  /** Times that the pairs are gone through. Default 25. */
  epochs?: number;
  /** Learning rate of AdaGrad. Default 0.05. */
  eta?: number;
  /** Exponent of the weighting function. Default 0.75. */
  alpha?: number;
  /** Pairs of this weight and more count fully. Default 100. */
  xMax?: number;
  /** Components of gradients lie between this and its negative. Default 100. */
  gradClip?: number;
  /** Threads, at most those of the library. Default null: all of them. */
  workers?: number | null;
  /** The same bits in every run, by one thread. Default false: threads share the tables without locks. */
  deterministic?: boolean;
}

export type GloVeSettings = CooccurrenceSettings & {
  readonly [Key in Exclude<keyof GloVeOptions, keyof CooccurrenceOptions>]-?: Exclude<GloVeOptions[Key], undefined>;
};

export const gloveDefaults: GloVeSettings = {
  ...cooccurrenceDefaults,
  vectorSize: 50,
  epochs: 25,
  eta: 0.05,
  alpha: 0.75,
  xMax: 100,
  gradClip: 100,
  workers: null,
  deterministic: false,
};

/** The options with their defaults, checked. @throws OptionError, ValueError or ArgumentError that names the option */
export function readGloVeOptions(op: string, options: GloVeOptions): GloVeSettings {
  const given = checkOptions(op, options, Object.keys(gloveDefaults));
  const settings: Record<string, unknown> = { ...gloveDefaults };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) settings[name] = value;
  checkCooccurrenceSettings(op, settings);
  checkWhole(op, 'vectorSize', settings.vectorSize, 1, 65_536);
  checkWhole(op, 'epochs', settings.epochs, 1, 1_000_000);
  if (settings.workers !== null) checkWhole(op, 'workers', settings.workers, 1, Number.MAX_SAFE_INTEGER);
  checkNumber(op, 'eta', settings.eta, 0, Number.MAX_VALUE);
  checkNumber(op, 'alpha', settings.alpha, 0, Number.MAX_VALUE);
  checkNumber(op, 'xMax', settings.xMax, Number.MIN_VALUE, Number.MAX_VALUE);
  checkNumber(op, 'gradClip', settings.gradClip, Number.MIN_VALUE, Number.MAX_VALUE);
  settings.deterministic = readFlag(op, 'deterministic', settings.deterministic);
  return settings as unknown as GloVeSettings;
}

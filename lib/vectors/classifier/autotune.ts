import { ArgumentError, describe, ValueError } from '../../errors.js';
import type { FastTextModel } from '../fasttext/model_reader.js';
import { type Draw, uniform } from '../trainers/draws.js';
import { checkWhole } from '../trainers/option_checks.js';
import { untold } from '../trainers/train_options.js';
import { checkSignal, type StopSignal } from '../trainers/turns.js';
import { readExamples, trainModel } from './build.js';
import type { Example, LabelledTexts } from './examples.js';
import { measure } from './measure.js';
import type { Meter } from './measures.js';
import { type ClassifierOptions, type ClassifierSettings, readClassifierOptions } from './options.js';
import { quantizeModel } from './quantize.js';

/** One set of options that was tried. */
export interface AutotuneTrial {
  /** From 1. */
  trial: number;
  options: Readonly<ClassifierOptions>;
  /** The metric on `validation`; null where the training failed or ran out of time. */
  score: number | null;
  best: number;
  /** Seconds. */
  timeLeft: number;
}

/** What is searched for, among the options of `ClassifierOptions` that are not given. */
export interface AutotuneOptions extends ClassifierOptions {
  /** Examples by which options are judged. */
  validation: LabelledTexts;
  /**
   * What shall be large: `'f1'` (the default), `'f1:LABEL'`, `'precisionAtRecall:30'`, `'recallAtPrecision:30:LABEL'` (in
   * percent).
   */
  metric?: string;
  /** Labels that are predicted for an example. Default 1. */
  k?: number;
  /** Seconds of the search; the last training comes on top. Default 300. */
  duration?: number;
  /** Bytes that the model may take: it is quantised, and as many features kept as fit. */
  modelSize?: number;
  /** Called after each trial. */
  onTrial?: (trial: AutotuneTrial) => void;
  /** An AbortSignal; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
}

class TimeIsUp extends Error {}

/** A normal number, by Box and Muller. */
function normal(draw: Draw): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

type Step = (value: number, deviation: number, draw: Draw) => number;
const times: Step = (value, deviation, draw) => value * 2 ** (deviation * normal(draw));
const plus: Step = (value, deviation, draw) => value + deviation * normal(draw);

/** What is searched, from where to where, by which steps; their deviation falls from the first to the last. */
const searched: {
  readonly [name: string]: { range: [number, number]; step: Step; deviations: [number, number]; whole: boolean };
} = {
  epochs: { range: [1, 100], step: times, deviations: [2.8, 2.5], whole: true },
  alpha: { range: [0.01, 5], step: times, deviations: [1.9, 1], whole: false },
  vectorSize: { range: [1, 1000], step: times, deviations: [1.4, 0.3], whole: true },
  wordNgrams: { range: [1, 5], step: plus, deviations: [4.3, 2.4], whole: true },
  bucket: { range: [10_000, 10_000_000], step: times, deviations: [2, 1.5], whole: true },
};
const shortestNgrams = [0, 2, 3];

/** The next options to try: a step from the best so far. `share` of the time is over. */
function nextSettings(
  best: ClassifierSettings,
  given: ReadonlySet<string>,
  share: number,
  draw: Draw,
): ClassifierSettings {
  const cooled = Math.min(1, Math.max(0, (share - 0.25) / 0.5));
  const next: Record<string, unknown> = { ...best };
  for (const [name, { range, step, deviations, whole }] of Object.entries(searched)) {
    if (given.has(name)) continue;
    const deviation = deviations[0] + (deviations[1] - deviations[0]) * cooled;
    const value = step(best[name as keyof ClassifierSettings] as number, deviation, draw);
    const within = Math.min(range[1], Math.max(range[0], value));
    next[name] = whole ? Math.round(within) : within;
  }
  if (!given.has('minN') && !given.has('maxN')) {
    const at = Math.max(0, shortestNgrams.indexOf(best.minN));
    const place = Math.round(at + (4 + (1.4 - 4) * cooled) * normal(draw));
    const minN = shortestNgrams[Math.min(shortestNgrams.length - 1, Math.max(0, place))];
    next.minN = minN;
    next.maxN = minN === 0 ? 0 : minN + 3;
  }
  return next as unknown as ClassifierSettings;
}

/** Reads what a metric is of. */
function readMetric(op: string, metric: string, prefix: string) {
  const [, name, percent, label] =
    /^(f1|precisionAtRecall|recallAtPrecision)(?::(\d+(?:\.\d+)?))?(?::(.+))?$/.exec(metric) ?? [];
  const needsPercent = name !== 'f1';
  const wrong =
    name === undefined || (needsPercent ? !(Number(percent) <= 100) : percent !== undefined && label !== undefined);
  if (wrong) {
    throw new ValueError(
      `${op}: metric must be 'f1', 'f1:LABEL', 'precisionAtRecall:30' or 'recallAtPrecision:30', with ':LABEL' at its end or not, got ${describe(metric)}`,
    );
  }
  const of = needsPercent ? label : (label ?? percent);
  return {
    label: of?.startsWith(prefix) ? of.slice(prefix.length) : of,
    score(meter: Meter, names: readonly string[]): number {
      const place = this.label === undefined ? null : names.indexOf(this.label);
      if (place === -1) return 0;
      if (name !== 'f1')
        return meter.bestAt(name === 'precisionAtRecall' ? 'precision' : 'recall', Number(percent) / 100, place);
      const result = meter.result();
      return (place === null ? result.f1 : result.labels[names[place]].f1) ?? 0;
    },
  };
}

/** About how many features' rows fit into so many bytes, as fastText reckons. */
function cutoffFor(bytes: number, model: FastTextModel, dsub: number, qout: boolean): number {
  const { dim } = model.settings;
  const labels = model.dictionary.labels.length;
  const outputBytes = qout ? labels * (Math.ceil(dim / 2) + 1) : labels * dim * 4;
  const entries = [...model.dictionary.words, ...model.dictionary.labels].reduce(
    (sum, word) => sum + word.length + 10,
    0,
  );
  const fixed = 4 * 256 * dim * (qout ? 2 : 1) + 4 * 256 + outputBytes + 200;
  const ofWord = entries / Math.max(1, model.dictionary.words.length + labels);
  // A row's codes, that of its length, and its entry in the dictionary or among the n-grams.
  const ofRow = Math.ceil(dim / dsub) + 1 + Math.max(8, ofWord);
  return Math.max(256, Math.floor((bytes - fixed) / ofRow));
}

export async function autotuneModel(
  op: string,
  examples: LabelledTexts,
  options: AutotuneOptions,
): Promise<{ model: FastTextModel; settings: ClassifierSettings }> {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(`${op}: options must be an object with validation, got ${describe(options)}`);
  }
  const { validation, metric = 'f1', k = 1, duration = 300, modelSize, onTrial, signal, ...how } = options;
  const settings = readClassifierOptions(op, how);
  if (validation === undefined) throw new ArgumentError(`${op}: validation must be given: examples to judge by`);
  if (typeof metric !== 'string') throw new ArgumentError(`${op}: metric must be a string, got ${describe(metric)}`);
  checkWhole(op, 'k', k, 1, Number.MAX_SAFE_INTEGER);
  if (!(typeof duration === 'number' && duration > 0 && duration < Number.POSITIVE_INFINITY)) {
    throw new ValueError(`${op}: duration must be a number of seconds above 0, got ${describe(duration)}`);
  }
  if (modelSize !== undefined) checkWhole(op, 'modelSize', modelSize, 1, Number.MAX_SAFE_INTEGER);
  if (onTrial !== undefined && typeof onTrial !== 'function') {
    throw new ArgumentError(`${op}: onTrial must be a function, got ${describe(onTrial)}`);
  }
  checkSignal(op, signal);
  const wanted = readMetric(op, metric, settings.labelPrefix);
  const prefix = settings.labelPrefix;
  const training = await readExamples(op, examples, prefix, signal);
  const judging = await readExamples(op, validation, prefix, signal);
  const given = new Set(Object.keys(how).filter((name) => how[name as keyof typeof how] !== undefined));
  const judge = async (model: FastTextModel) => {
    const names = model.dictionary.labels.map((label) => label.slice(prefix.length));
    if (wanted.label !== undefined && !names.includes(wanted.label)) {
      throw new ValueError(`${op}: metric: no example has the label '${wanted.label}'`);
    }
    return wanted.score(await measure(op, model, asTexts(judging), prefix, k, 0, names), names);
  };
  const shrink = (model: FastTextModel) => shrinkTo(op, model, prefix, training, modelSize, signal);

  const began = performance.now();
  const draw = uniform(settings.seed);
  let [best, bestScore] = [settings, -1];
  for (let trial = 1; ; trial++) {
    const share = (performance.now() - began) / (1000 * duration);
    // The options that are given come first, however long they take.
    if (trial > 1 && share >= 1) break;
    const tried = trial === 1 ? settings : nextSettings(best, given, share, draw);
    let score: number | null = null;
    try {
      const deadline = {
        throwIfAborted() {
          signal?.throwIfAborted();
          if (trial > 1 && performance.now() - began > 1000 * duration) throw new TimeIsUp();
        },
      };
      const model = await trainModel(op, training, tried, {}, untold(deadline));
      score = await judge(await shrink(model));
      if (!Number.isFinite(score)) score = null;
    } catch (error) {
      // Options may ask for more memory than there is: the search goes on without them.
      if (!(error instanceof TimeIsUp) && !isOutOfMemory(error)) throw error;
    }
    if (score !== null && score > bestScore) [best, bestScore] = [tried, score];
    onTrial?.({
      trial,
      options: tried,
      score,
      best: Math.max(bestScore, 0),
      timeLeft: Math.max(0, duration - (performance.now() - began) / 1000),
    });
  }
  return { model: await shrink(await trainModel(op, training, best, {}, untold(signal))), settings: best };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /array length|allocation|out of memory/i.test(error.message);
}

function asTexts(examples: readonly Example[]): LabelledTexts {
  return examples.map(({ tokens, labels }) => ({ text: tokens, labels }));
}

async function shrinkTo(
  op: string,
  model: FastTextModel,
  prefix: string,
  training: readonly Example[],
  modelSize: number | undefined,
  signal: StopSignal | undefined,
): Promise<FastTextModel> {
  if (modelSize === undefined) return model;
  const qout = model.dictionary.labels.length >= 256;
  const cutoff = cutoffFor(modelSize, model, 2, qout);
  const examples = asTexts(training);
  return quantizeModel(op, model, prefix, { cutoff, retrain: true, examples, qnorm: true, qout, signal });
}

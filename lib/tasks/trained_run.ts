import { ArgumentError, CorpusError, describe, OptionError, ValueError } from '../errors.js';
import type { Module } from '../nn/module.js';
import { checkOptions } from '../options.js';
import type { SettingValues } from '../settings/setting.js';
import { isTaskName, type TaskName, tasks } from '../settings/tasks.js';
import { type DescribedRun, describeRun, trainedModel } from './described_run.js';
import type { PredictionInput, PredictionOf } from './predictions.js';
import type { GenerateSettings, PredictSettings, Trained } from './task.js';

/** Inputs that the model sees at once. */
const batchSize = 64;

/** How `generate` goes on with a text; what is left out is as of `lutra generate`. */
export type GenerateOptions = Partial<Omit<GenerateSettings, 'prompt'>>;

/** A model that was trained by `trainRun` or `lutra train`, with all that it needs to answer. Made by `openRun`. @since 0.1.0 */
export class TrainedRun<Name extends TaskName = TaskName> {
  readonly #described: DescribedRun;
  readonly #trained: Trained;

  /** @internal */
  constructor(described: DescribedRun) {
    this.#described = described;
    this.#trained = trainedModel(described);
  }

  get task(): Name {
    return this.#described.name as Name;
  }

  get folder(): string {
    return this.#described.run.folder;
  }

  /** Every setting in force, as `config.yaml` has it. */
  get settings(): Readonly<SettingValues> {
    return { ...this.#described.values };
  }

  /** The network, in evaluation mode. */
  get model(): Module {
    return this.#trained.model;
  }

  /**
   * What the model says of each input.
   *
   * @param inputs texts; for a tagger sentences or lists of words, for a recommender lists of items
   * @param options `topK`, the answers at most (default 1 of a classifier with one label each, all of several labels, `k` of a recommender, 5
   * of a language model), and `threshold`, the probability that an answer must have (default 0; 0.5 where a text has several labels)
   * @throws ArgumentError naming the input that is no text; OptionError
   */
  predict(inputs: readonly PredictionInput[], options?: PredictSettings): PredictionOf<Name>[] {
    const op = 'TrainedRun.predict';
    const { topK, threshold } = checkOptions(op, options, ['topK', 'threshold']);
    if (topK !== undefined && !(Number.isSafeInteger(topK) && topK >= 1)) {
      throw new ValueError(`${op}: topK must be an integer of at least 1, got ${describe(topK)}`);
    }
    if (threshold !== undefined && !(typeof threshold === 'number' && threshold >= 0 && threshold <= 1)) {
      throw new ValueError(`${op}: threshold must be a number from 0 to 1, got ${describe(threshold)}`);
    }
    if (!Array.isArray(inputs)) throw new ArgumentError(`${op}: inputs must be an array, got ${describe(inputs)}`);
    const read = inputs.map((input, k) => this.#read(`${op}: inputs[${k}]`, input));
    const answers: PredictionOf<Name>[] = [];
    for (let start = 0; start < read.length; start += batchSize) {
      for (const { json } of this.#trained.predict(read.slice(start, start + batchSize), { topK, threshold })) {
        answers.push(json as PredictionOf<Name>);
      }
    }
    return answers;
  }

  #read(what: string, input: unknown): unknown {
    if (typeof input === 'string') return this.#trained.lineInput(input);
    const { name } = this.#described;
    const takesLists = name === 'tagger' || name === 'recommender';
    if (takesLists && Array.isArray(input) && input.every((item) => typeof item === 'string')) return input;
    throw new ArgumentError(`${what} must be a text${takesLists ? ' or a list of texts' : ''}, got ${describe(input)}`);
  }

  /**
   * Goes on with a text, piece by piece; the first piece is the prompt. Of a language model.
   *
   * @param prompt what the text begins with. Default ''
   * @param options `length` (default 100 words or characters), `temperature` (0.8; 0 takes the likeliest), `topK`, `topP` (all), `seed` (1)
   * @throws OptionError where the model is none of language; ArgumentError where it knows nothing of the prompt
   */
  generate(prompt?: string, options?: GenerateOptions): Iterable<string> {
    const op = 'TrainedRun.generate';
    const given = checkOptions(op, options, ['length', 'temperature', 'topK', 'topP', 'seed']);
    const { length = 100, temperature = 0.8, topK = null, topP = null, seed = 1 } = given;
    if (prompt !== undefined && typeof prompt !== 'string') {
      throw new ArgumentError(`${op}: prompt must be a text, got ${describe(prompt)}`);
    }
    const isCount = (value: unknown, least: number) => Number.isSafeInteger(value) && (value as number) >= least;
    if (!isCount(length, 1)) throw new ValueError(`${op}: length must be a positive integer, got ${describe(length)}`);
    if (!isCount(seed, 0)) throw new ValueError(`${op}: seed must be an integer from 0 on, got ${describe(seed)}`);
    if (topK !== null && !isCount(topK, 1)) {
      throw new ValueError(`${op}: topK must be a positive integer, got ${describe(topK)}`);
    }
    if (!(typeof temperature === 'number' && temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) {
      throw new ValueError(`${op}: temperature must be a number from 0 on, got ${describe(temperature)}`);
    }
    if (topP !== null && !(typeof topP === 'number' && topP > 0 && topP <= 1)) {
      throw new ValueError(`${op}: topP must be a number above 0, 1 at most, got ${describe(topP)}`);
    }
    if (this.#trained.generate === undefined) {
      throw new OptionError(`${op}: ${this.folder} is a ${this.task}, which can't generate`);
    }
    return this.#trained.generate({ prompt: prompt ?? '', length, temperature, topK, topP, seed });
  }

  /**
   * The loss and the scores of the task, by name.
   *
   * @param data a file of the kind that the run was trained on. Default: the data that it was validated on
   * @throws CorpusError
   */
  async evaluate(data?: string): Promise<Readonly<Record<string, unknown>>> {
    if (data !== undefined && typeof data !== 'string') {
      throw new ArgumentError(`TrainedRun.evaluate: data must be a path, got ${describe(data)}`);
    }
    const { task, data: own, settings } = this.#described;
    const held = data === undefined ? await task.prepare(own, settings) : await this.#trained.readData(data);
    const { scores } = await this.#trained.evaluate(held);
    return scores;
  }
}

/**
 * Reads a trained run, such as `runs/mails-classifier`, to answer with it: load once, ask often.
 *
 * @param folder that `trainRun` or `lutra train` wrote
 * @param task what it must be, which gives answers their type
 * @throws CorpusError where it is no run, is damaged, or is another task's
 * @since 0.1.0
 *
 * @example
 * const mails = await openRun('runs/mails-classifier', 'classifier');
 * mails.predict(['free money'])[0].labels[0].label; // 'spam'
 */
export async function openRun<Name extends TaskName = TaskName>(
  folder: string,
  task?: Name,
): Promise<TrainedRun<Name>> {
  const op = 'openRun';
  if (typeof folder !== 'string') throw new ArgumentError(`${op}: folder must be a path, got ${describe(folder)}`);
  if (task !== undefined && !isTaskName(task)) {
    throw new ValueError(`${op}: task must be one of ${Object.keys(tasks).join(', ')}, got ${describe(task)}`);
  }
  const described = await describeRun(folder);
  if (task !== undefined && described.name !== task) {
    throw new CorpusError(`${op}: ${folder} is a ${described.name}, not a ${task}`);
  }
  return new TrainedRun<Name>(described);
}

import { statSync } from 'node:fs';
import { CorpusError } from '../../../errors.js';
import { KeyedVectors, type SaveOptions } from '../../../index.js';
import { inspectModel, isSupervisedModel } from './supervised.js';

/** What the commands that ask files of vectors have in common. */
export interface QuerySettings {
  topn: number;
  limit?: number;
  json: boolean;
}

function print(json: boolean, value: unknown, lines: readonly string[]): void {
  console.log(json ? JSON.stringify(value, null, 2) : lines.join('\n'));
}

function load(file: string, { limit }: { limit?: number }): Promise<KeyedVectors> {
  return KeyedVectors.load(file, limit === undefined ? {} : { limit });
}

const shown = (x: number) => x.toFixed(4).padStart(8);

/** `lutra neighbors FILE WORD…` */
export async function neighborsCommand(file: string, words: readonly string[], settings: QuerySettings): Promise<void> {
  const vectors = await load(file, settings);
  const found = words.map((word) => ({ word, neighbors: vectors.mostSimilar(word, { topn: settings.topn }) }));
  const lines = found.flatMap(({ word, neighbors }) => [
    ...(words.length > 1 ? [`${word}:`] : []),
    ...neighbors.map(({ key, similarity }) => `${shown(similarity)}  ${key}`),
  ]);
  print(settings.json, found, lines);
}

/** `lutra analogy FILE A B C`: a is to b as c is to … */
export async function analogyCommand(
  file: string,
  [a, b, c]: readonly [string, string, string],
  settings: QuerySettings,
): Promise<void> {
  const vectors = await load(file, settings);
  const answers = vectors.mostSimilar([b, c], { negative: [a], topn: settings.topn });
  const lines = answers.map(({ key, similarity }) => `${shown(similarity)}  ${key}`);
  print(settings.json, { a, b, c, answers }, [`${a} is to ${b} as ${c} is to`, ...lines]);
}

export interface EvaluateSettings {
  pairs?: string[];
  analogies?: string;
  limit?: number;
  topK?: number;
  json: boolean;
}

/** `lutra evaluate FILE --pairs FILES --analogies FILE` */
export async function evaluateCommand(file: string, settings: EvaluateSettings): Promise<void> {
  const { pairs = [], analogies } = settings;
  const vectors = await load(file, settings);
  const ofPairs = pairs.map((path) => ({ path, ...vectors.evaluateWordPairs(path) }));
  const ofAnalogies = analogies === undefined ? null : await vectors.evaluateWordAnalogies(analogies);
  const percent = (x: number) => `${x.toFixed(1)} %`;
  const lines = ofPairs.map(
    ({ path, spearman, pearson, pairs: count, oovRatio }) =>
      `${path}: Spearman ${spearman.toFixed(4)}, Pearson ${pearson.toFixed(4)} over ${count} pairs, ${percent(oovRatio)} unknown`,
  );
  if (ofAnalogies !== null) {
    const share = (correct: number, total: number) =>
      `${correct} of ${total} right${total > 0 ? `, ${percent((100 * correct) / total)}` : ''}`;
    for (const { section, correct, total } of ofAnalogies.sections) lines.push(`${section}: ${share(correct, total)}`);
    lines.push(
      `all analogies: ${share(ofAnalogies.correct, ofAnalogies.total)}, ${ofAnalogies.skipped} with unknown words`,
    );
  }
  print(settings.json, { pairs: ofPairs, analogies: ofAnalogies }, lines);
}

export interface ConvertSettings extends SaveOptions {
  limit?: number;
  json: boolean;
}

/** `lutra convert IN OUT`: the format of OUT is that of its name, unless it is said. */
export async function convertCommand(from: string, to: string, settings: ConvertSettings): Promise<void> {
  const { format, dtype, json } = settings;
  const vectors = await load(from, settings);
  await vectors.saveInBackground(to, {
    ...(format === undefined ? {} : { format }),
    ...(dtype === undefined ? {} : { dtype }),
  });
  const { size: words, vectorSize } = vectors;
  const about = { file: to, bytes: statSync(to).size, words, vectorSize };
  print(json, about, [`${to}: ${words} words, vectors of ${vectorSize} numbers`]);
}

/** `lutra inspect FILE`: what a file of vectors holds. */
export async function inspectCommand(file: string, settings: { limit?: number; json: boolean }): Promise<void> {
  const vectors = await load(file, settings);
  const { size, vectorSize } = vectors;
  if (size === 0) throw new CorpusError(`${file}: holds no words`);
  let [least, most, sum, zeros] = [Infinity, 0, 0, 0];
  for (const key of vectors.keys) {
    const length = Math.hypot(...vectors.vector(key));
    [least, most, sum] = [Math.min(least, length), Math.max(most, length), sum + length];
    if (length === 0) zeros++;
  }
  const model = isSupervisedModel(file) ? await inspectModel(file) : null;
  const about = {
    file,
    bytes: statSync(file).size,
    words: size,
    vectorSize,
    subwords: vectors.constructor.name === 'FastTextKeyedVectors',
    lengths: { least, mean: sum / size, most, zeros },
    firstWords: vectors.keys.slice(0, 10),
    ...(model === null ? {} : { labels: model.labels }),
  };
  print(settings.json, about, [
    `${file}: ${about.bytes} bytes`,
    `${size} words, vectors of ${vectorSize} numbers${about.subwords ? ', subwords for unknown words' : ''}`,
    `lengths from ${least.toFixed(3)} to ${most.toFixed(3)}, on average ${(sum / size).toFixed(3)}; ${zeros} are zero`,
    `first words: ${about.firstWords.join(' ')}`,
    ...(model?.lines ?? []),
  ]);
}

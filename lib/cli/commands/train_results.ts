import { Generator } from '../../calls/generator.js';
import { endToken, padToken, unknownToken } from '../../language_model/corpus.js';
import { detokenize } from '../../language_model/detokenize.js';
import { generate } from '../../language_model/generate.js';
import type { LanguageModel } from '../../language_model/model.js';
import { rand } from '../../ops/random.js';
import { tokenizeWords } from '../../text/tokenize.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import { nearestNeighbours, tellingWords } from '../../vectors/neighbours.js';
import type { TrainSettings } from './train_options.js';

/** Neighbours shown for a word, and words shown when none are named. */
const neighboursShown = 6;
const wordsShown = 8;

/** A text that the model makes up, for people to read; nothing where none was asked for. */
export function sampleText(model: LanguageModel, vocabulary: Vocabulary, settings: TrainSettings): string[] {
  const { generate: length, temperature, prompt = '', seed } = settings;
  if (length === 0) return [];
  const words = tokenizeWords(prompt).map((word) => inCase(settings, word));
  const start = [...vocabulary.encode([endToken, ...words])];
  const excluded = [padToken, unknownToken].map((token) => vocabulary.lookupIndex(token));
  const generator = new Generator(seed);
  const random = () => rand([1], { generator }).item();
  const ids = generate(model, { prompt: start, length, temperature, excluded, random });
  const from = prompt === '' ? '' : `, from ${JSON.stringify(prompt)}`;
  return [`Generated at temperature ${temperature}${from}:`, wrap(detokenize([...words, ...vocabulary.decode(ids)]))];
}

/** For the words that were named, or some frequent ones, those whose vectors are nearest. */
export function neighbourTable(model: LanguageModel, vocabulary: Vocabulary, settings: TrainSettings): string[] {
  const words = settings.neighbours ?? tellingWords(vocabulary, wordsShown);
  if (words.length === 0) return [];
  const width = Math.max(...words.map((word) => word.length));
  const rows = words.map((word) => {
    const near = nearestNeighbours(model.embedding.weight, vocabulary, inCase(settings, word), neighboursShown);
    const list = near.map(({ word: other, similarity }) => `${other} ${similarity.toFixed(2)}`);
    return `  ${word.padEnd(width)}  ${list.join(', ')}`;
  });
  return ['Nearest neighbours by cosine:', ...rows];
}

/** A word as the vocabulary has it. */
export function inCase({ lowercase }: TrainSettings, word: string): string {
  return lowercase ? word.toLowerCase() : word;
}

function wrap(text: string, width = 100): string {
  const lines: string[] = [];
  let line = ' ';
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > width) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return [...lines, line].join('\n');
}

import { FileFormatError, ValueError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';
import type { LoadedVectors, Selection } from '../formats/table_builder.js';
import { Turns } from '../trainers/turns.js';
import { floatsOf, layOut, meansOf } from './matrix.js';
import type { FastTextModel } from './model_reader.js';

const wordsOfPart = 2048;

/** The vectors of the words at some places of a model's vocabulary: means of the rows of a word and its n-grams. */
export async function meansOfWords(name: string, model: FastTextModel, places: readonly number[]): Promise<Tensor> {
  const { dictionary, input, settings } = model;
  const { dim } = settings;
  const vectors = Tensor.allocate([places.length, dim], 'float32', false);
  const data = floatsOf(vectors);
  const turns = new Turns();
  for (let begin = 0; begin < places.length; begin += wordsOfPart) {
    const part = places.slice(begin, begin + wordsOfPart);
    const { rows, begin: bags } = layOut(part.map((place) => dictionary.rowsOfWord(place)));
    data.set(floatsOf(meansOf(name, input, rows, bags)), begin * dim);
    await turns.next();
  }
  return vectors;
}

/** The words of a model and their vectors, of those that are wanted. */
export async function vectorsOfWords(
  name: string,
  model: FastTextModel,
  { vocabulary, limit }: Selection,
): Promise<LoadedVectors & { readonly keys: readonly string[] }> {
  const { words } = model.dictionary;
  const places: number[] = [];
  const turns = new Turns();
  for (let k = 0; k < Math.min(words.length, limit); k++) {
    if (k % wordsOfPart === 0) await turns.next();
    if (model.dictionary.indexOf(words[k]) !== k) continue;
    if (vocabulary === null || vocabulary.has(words[k])) places.push(k);
  }
  if (places.length === 0 && vocabulary !== null) {
    throw new ValueError(`${name}: holds none of the ${vocabulary.size} words of vocabulary`);
  }
  if (places.length === 0) throw new FileFormatError(`${name}: holds no words`);
  const vectors = await meansOfWords(name, model, places);
  const data = floatsOf(vectors);
  let bad = -1;
  for (let at = 0; at < data.length && bad < 0; at++) {
    if (!Number.isFinite(data[at])) bad = at;
    if (at % 0x100000 === 0) await turns.next();
  }
  if (bad >= 0) {
    const word = words[places[Math.floor(bad / model.settings.dim)]];
    throw new FileFormatError(`${name}: the vector of '${word.slice(0, 40)}' holds ${data[bad]}`);
  }
  return {
    keys: places.length === words.length ? words : places.map((k) => words[k]),
    vectors,
    duplicates: Math.min(words.length, limit) - places.length,
  };
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Generator } from '../../calls/generator.js';
import { loadSafetensors } from '../../io/safetensors/safetensors.js';
import { endToken, padToken, unknownToken } from '../../language_model/corpus.js';
import { detokenize } from '../../language_model/detokenize.js';
import { generate } from '../../language_model/generate.js';
import { LanguageModel } from '../../language_model/model.js';
import type { Module } from '../../nn/module.js';
import type { StateDict } from '../../nn/state_dict.js';
import { rand } from '../../ops/random.js';
import type { Trained, TrainingSettings } from '../../tasks/task.js';
import { taskCode } from '../../tasks/task_code.js';
import { Vocabulary } from '../../text/vocabulary.js';

const length = 60;
const temperature = 0.7;
/** Samples of one run begin alike, so that a reader sees what has changed. */
const seed = 1;

/** A text by the language model that a file of weights holds; null where it holds another model. */
export async function sampleOfWeights(folder: string, path: string): Promise<string | null> {
  if (!path.endsWith('.safetensors')) return null;
  const config = join(folder, 'config.yaml');
  return existsSync(config) ? sampleOfTask(folder, config, path) : sampleOfWords(folder, path);
}

/** By a model of `lutra train lm`, which its configuration describes. */
async function sampleOfTask(folder: string, config: string, path: string): Promise<string | null> {
  const { parse } = await import('yaml');
  const settings = parse(readFileSync(config, 'utf8')) as TrainingSettings & { readonly task?: unknown };
  if (settings.task !== 'lm') return null;
  const { model, generate: pieces } = bound(
    taskCode.lm.open(settings, (file) => readFileSync(join(folder, file), 'utf8')),
  );
  if (pieces === null) return null;
  model.loadStateDict(stateOf(path));
  model.eval();
  return Array.from(pieces({ prompt: '', length, temperature, topK: null, topP: null, seed }))
    .join('')
    .trim();
}

function bound(trained: Trained): { model: Module; generate: NonNullable<Trained['generate']> | null } {
  return { model: trained.model, generate: trained.generate?.bind(trained) ?? null };
}

/** By the word language model of `lutra train TEXT`, whose weights have its sizes. */
function sampleOfWords(folder: string, path: string): string | null {
  const words = join(folder, 'vocabulary.json');
  if (!existsSync(words)) return null;
  const vocabulary = Vocabulary.fromJSON(JSON.parse(readFileSync(words, 'utf8')));
  if (!vocabulary.has(endToken)) return null;
  const state = stateOf(path);
  const model = modelOf(state, vocabulary.size);
  if (model === null) return null;
  model.loadStateDict(state);
  const end = vocabulary.lookupIndex(endToken);
  const generator = new Generator(seed);
  const ids = generate(model, {
    prompt: [end],
    length,
    temperature,
    excluded: [padToken, unknownToken]
      .filter((token) => vocabulary.has(token))
      .map((token) => vocabulary.lookupIndex(token)),
    random: () => rand([1], { generator }).item(),
  });
  return detokenize(vocabulary.decode(ids));
}

/** The weights by their names in the model: in a checkpoint they stand behind `model.`. */
function stateOf(path: string): StateDict {
  const { tensors } = loadSafetensors(path);
  const ofModel = Object.entries(tensors).filter(([name]) => name.startsWith('model.'));
  if (ofModel.length === 0) return tensors;
  return Object.fromEntries(ofModel.map(([name, tensor]) => [name.slice('model.'.length), tensor]));
}

/** A language model of the sizes that weights have; null where they are those of another model. */
function modelOf(state: StateDict, vocabularySize: number): LanguageModel | null {
  const embedding = state['embedding.weight']?.shape;
  const first = state['lstm.weight_ih_l0']?.shape;
  if (embedding?.[0] !== vocabularySize || first === undefined) return null;
  let layers = 1;
  while (state[`lstm.weight_ih_l${layers}`] !== undefined) layers++;
  const model = new LanguageModel({ vocabularySize, embeddingDim: embedding[1], hiddenDim: first[0] / 4, layers });
  const own = model.stateDict();
  const names = Object.keys(own);
  const fits =
    names.length === Object.keys(state).length &&
    names.every((name) => String(state[name]?.shape) === String(own[name].shape));
  return fits ? model : null;
}

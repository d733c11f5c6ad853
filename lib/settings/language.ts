import { networkSettings } from './network.js';
import type { TaskAbout } from './setting.js';
import { trainingSettings } from './training.js';

const own = trainingSettings({ epochs: 1, batchSize: 1, lr: 0.004 }, { many: 'texts' }).map((setting) => {
  if (setting.name === 'epochs') return { ...setting, usual: undefined, usualSaid: 'some 2.2 million tokens in all' };
  if (setting.name === 'batchSize') {
    return {
      ...setting,
      usual: undefined,
      help: 'texts read side by side',
      usualSaid: '4 to 32, by the length of the text',
    };
  }
  if (setting.name === 'validation') return { ...setting, help: 'a text to validate on', usualSaid: "DATA's end" };
  return setting;
});

export const languageSettings: TaskAbout = {
  summary: 'a language model of words or characters, which lutra generate lets speak',
  description:
    'Trains a model that predicts the next word, or character, of a text. DATA is a text, or one column of CSV, TSV or JSON Lines.',
  data: 'a text, packed by gzip or not',
  settings: [
    {
      name: 'textColumn',
      kind: { type: 'text', placeholder: 'name' },
      help: 'the column, or field, of the text, where DATA has some',
      group: 'Data:',
    },
    {
      name: 'format',
      kind: { type: 'choice', of: ['csv', 'tsv', 'jsonl', 'lines'] },
      help: 'how DATA is written',
      usualSaid: "by the file's name",
      group: 'Data:',
    },
    ...own,
    {
      name: 'model',
      kind: { type: 'choice', of: ['lstm', 'gru', 'transformer'] },
      help: 'what reads the text',
      usual: 'lstm',
      group: 'Model:',
    },
    {
      name: 'level',
      kind: { type: 'choice', of: ['word', 'character'] },
      help: 'what a text is read as',
      usual: 'word',
      group: 'Model:',
    },
    {
      name: 'lowercase',
      kind: { type: 'choice', of: ['yes', 'no'] },
      help: 'whether upper and lower case are the same',
      usualSaid: 'yes for words, no for characters',
      group: 'Model:',
    },
    {
      name: 'minFrequency',
      kind: { type: 'integer', least: 1 },
      help: 'tokens that occur less often become <unk>',
      usual: 2,
      group: 'Model:',
    },
    {
      name: 'maxVocabulary',
      kind: { type: 'integer', least: 4 },
      help: 'most tokens in the vocabulary, <pad>, <unk> and <eos> included',
      usual: 10_000,
      group: 'Model:',
    },
    {
      name: 'sequenceLength',
      kind: { type: 'integer', least: 1 },
      help: 'tokens that gradients flow back, and that a transformer sees',
      usual: 64,
      group: 'Model:',
    },
    ...networkSettings(
      { embeddingDim: 128, hiddenDim: 128, heads: 4, dropout: 0.1 },
      {
        embeddingDim: "length of a token's vector; for a transformer the width, a multiple of --heads",
        hiddenDim: "length of an lstm's or gru's state, width of a transformer's feed-forward part",
        layers: 'layers',
      },
    ),
  ],
  examples: [
    'lutra train lm novel.txt',
    'lutra train lm novel.txt --level character --model gru --hidden-dim 256',
    'lutra train lm stories.jsonl --text-column story --model transformer --layers 2',
  ],
};

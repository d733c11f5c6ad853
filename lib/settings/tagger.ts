import { networkSettings } from './network.js';
import type { TaskAbout } from './setting.js';
import { trainingSettings } from './training.js';

export const taggerSettings: TaskAbout = {
  summary: 'a tagger of words, such as parts of speech or names',
  description:
    'Trains a tagger: an LSTM that reads sentences both ways, over words with their beginnings, ends and shapes. DATA is a text of ' +
    'word/tag word/tag …, a sentence a line; CoNLL, a word a line with its columns; or JSON Lines with lists of words and tags.',
  data: 'a file of tagged sentences, or a pattern that several match, packed by gzip or not',
  settings: [
    {
      name: 'format',
      kind: { type: 'choice', of: ['slash', 'conll', 'jsonl'] },
      help: 'how DATA is written',
      usualSaid: "by the file's name, then by its first line",
      group: 'Data:',
    },
    {
      name: 'wordColumn',
      kind: { type: 'text', placeholder: 'name' },
      help: 'the field of the words; of CoNLL the number of the column',
      usualSaid: 'words or tokens; the first',
      group: 'Data:',
    },
    {
      name: 'tagColumn',
      kind: { type: 'text', placeholder: 'name' },
      help: 'the field of the tags; of CoNLL the number of the column',
      usualSaid: 'tags or labels; the last',
      group: 'Data:',
    },
    ...trainingSettings({ epochs: 2, batchSize: 32, lr: 0.005 }, { many: 'sentences' }),
    {
      name: 'minFrequency',
      kind: { type: 'integer', least: 1 },
      help: 'features that occur less often are left out',
      usual: 2,
      group: 'Model:',
    },
    {
      name: 'maxVocabulary',
      kind: { type: 'integer', least: 1 },
      help: 'most features, the frequent ones',
      usual: 100_000,
      group: 'Model:',
    },
    ...networkSettings(
      { embeddingDim: 96, hiddenDim: 96, dropout: 0.25 },
      {
        embeddingDim: "length of a word's vector",
        hiddenDim: "length of the LSTM's state each way",
        layers: 'layers of the LSTM',
      },
    ),
    {
      name: 'wordDropout',
      kind: { type: 'number', least: 0, below: 1 },
      help: 'probability that a word is known by its parts alone in training, as unknown words are',
      usual: 0.05,
      group: 'Model:',
    },
  ],
  examples: [
    "lutra train tagger 'brown/c*' --validation 'held_out/c*'",
    'lutra train tagger train.conll --validation dev.conll --tag-column 4',
  ],
};

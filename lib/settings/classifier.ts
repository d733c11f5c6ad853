import { networkSettings } from './network.js';
import type { TaskAbout } from './setting.js';
import { trainingSettings } from './training.js';

export const classifierSettings: TaskAbout = {
  summary: 'a classifier of texts, with one label or several each',
  description:
    'Trains a classifier of texts. DATA is CSV, TSV, JSON Lines or a text of lines "__label__NAME TEXT"; a label that is a ' +
    'list in JSON, several __label__ of a line, or --label-separator make it one of several labels.',
  data: 'a file of texts and labels, packed by gzip or not',
  settings: [
    {
      name: 'textColumn',
      kind: { type: 'text', placeholder: 'name' },
      help: 'the column, or field, of the text',
      usualSaid: 'guessed, and said',
      group: 'Data:',
    },
    {
      name: 'labelColumn',
      kind: { type: 'text', placeholder: 'name' },
      help: 'the column, or field, of the label',
      usualSaid: 'guessed, and said',
      group: 'Data:',
    },
    {
      name: 'format',
      kind: { type: 'choice', of: ['csv', 'tsv', 'jsonl', 'fasttext'] },
      help: 'how DATA is written',
      usualSaid: "by the file's name, then by its first line",
      group: 'Data:',
    },
    {
      name: 'header',
      kind: { type: 'flag' },
      help: 'the first row holds no names; columns are called 1, 2, …',
      usual: true,
      group: 'Data:',
    },
    {
      name: 'labelSeparator',
      kind: { type: 'text', placeholder: 'text' },
      help: 'what parts several labels in their column',
      usualSaid: 'one label a text',
      group: 'Data:',
    },
    ...trainingSettings({ epochs: 10, batchSize: 32, lr: 0.005 }, { many: 'texts' }),
    {
      name: 'model',
      kind: { type: 'choice', of: ['bag', 'lstm', 'gru', 'transformer'] },
      help: 'bag: the mean of the vectors of words, whose order does not count; lstm and gru read both ways',
      usual: 'bag',
      group: 'Model:',
    },
    {
      name: 'level',
      kind: { type: 'choice', of: ['word', 'subword', 'character'] },
      help: 'what a text is read as; subword: pieces of words, learnt by byte-pair encoding',
      usual: 'word',
      group: 'Model:',
    },
    {
      name: 'lowercase',
      kind: { type: 'flag' },
      help: 'tell upper from lower case',
      usual: true,
      group: 'Model:',
    },
    {
      name: 'minFrequency',
      kind: { type: 'integer', least: 1 },
      help: 'words that occur in fewer texts, or pieces that occur more seldom, are left out',
      usual: 2,
      group: 'Model:',
    },
    {
      name: 'maxVocabulary',
      kind: { type: 'integer', least: 3 },
      help: 'most entries of the vocabulary',
      usualSaid: '50000; subwords: 8000',
      group: 'Model:',
    },
    {
      name: 'maxLength',
      kind: { type: 'integer', least: 1 },
      help: 'words of a text that are read',
      usualSaid: '2000 for bag, 256 for others; subwords twice, characters 4 times that',
      group: 'Model:',
    },
    ...networkSettings(
      { embeddingDim: 64, hiddenDim: 64, heads: 4, dropout: 0.2 },
      {
        embeddingDim: "length of a word's vector; for a transformer the width, a multiple of --heads",
        hiddenDim: "length of an lstm's or gru's state each way, width of a transformer's feed-forward part",
        layers: 'layers of lstm, gru or transformer',
      },
    ),
  ],
  examples: [
    'lutra train classifier mails.csv --text-column body --label-column kind',
    'lutra train classifier reviews.jsonl --model lstm --validation held_out.jsonl',
    'lutra train classifier topics.txt --model transformer --level character --epochs 20',
  ],
};

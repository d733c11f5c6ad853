import { networkSettings } from './network.js';
import type { TaskAbout } from './setting.js';
import { trainingSettings } from './training.js';

export const recommenderSettings: TaskAbout = {
  summary: 'a recommender: from the items of a session to the next one',
  description:
    'Trains a recommender of the next item. DATA is a session a line, items parted by white space; JSON Lines with a list of ' +
    'items; or CSV and TSV with a row for each item of a session, in the order in which they came. Popularity and what followed ' +
    'the last item elsewhere are measured beside it.',
  data: 'a file of sessions, packed by gzip or not',
  settings: [
    {
      name: 'format',
      kind: { type: 'choice', of: ['lines', 'csv', 'tsv', 'jsonl'] },
      help: 'how DATA is written',
      usualSaid: "by the file's name, then by its first line",
      group: 'Data:',
    },
    {
      name: 'sessionColumn',
      kind: { type: 'text', placeholder: 'name' },
      help: 'the column that says which session a row is of',
      usualSaid: 'guessed, and said',
      group: 'Data:',
    },
    {
      name: 'itemColumn',
      kind: { type: 'text', placeholder: 'name' },
      help: 'the column of the item, or the field of the items',
      usualSaid: 'guessed, and said',
      group: 'Data:',
    },
    ...trainingSettings({ epochs: 10, batchSize: 64, lr: 0.004 }, { many: 'sessions' }),
    {
      name: 'model',
      kind: { type: 'choice', of: ['gru', 'transformer'] },
      help: 'what reads a session',
      usual: 'gru',
      group: 'Model:',
    },
    {
      name: 'loss',
      kind: { type: 'choice', of: ['auto', 'full', 'sampled'] },
      help: 'softmax over all items, or over sampled ones; auto: sampled above 20,000 items',
      usual: 'auto',
      group: 'Model:',
    },
    {
      name: 'negatives',
      kind: { type: 'integer', least: 1 },
      help: 'items sampled a step',
      usual: 500,
      group: 'Model:',
    },
    {
      name: 'minFrequency',
      kind: { type: 'integer', least: 1 },
      help: 'items that occur less often are unknown',
      usual: 2,
      group: 'Model:',
    },
    {
      name: 'maxLength',
      kind: { type: 'integer', least: 1 },
      help: 'items of a session that are read, the last ones',
      usual: 50,
      group: 'Model:',
    },
    ...networkSettings(
      { embeddingDim: 64, heads: 2, dropout: 0.1 },
      {
        embeddingDim: "length of an item's vector and of the state; for a transformer a multiple of --heads",
        layers: 'layers',
      },
    ),
    {
      name: 'k',
      kind: { type: 'integer', least: 1 },
      help: 'how many recommendations are judged, and given',
      usual: 10,
      group: 'Model:',
    },
  ],
  examples: [
    'lutra train recommender clicks.csv --session-column visitor --item-column page',
    'lutra train recommender playlists.jsonl --model transformer --layers 2',
  ],
};

import { DataLoader } from '../../data/data_loader.js';
import { Tensor } from '../../tensor/tensor.js';
import type { ClassifierSettings } from './settings.js';

/** Texts of a batch in the form that the model reads, and what they should be called. */
export interface TextBatch {
  /** int32: of a bag all words one after the other; else [texts, longest], filled up with 0. */
  readonly ids: Tensor;
  /** int32 [texts]: where the words of each begin; of a bag. */
  readonly offsets: Tensor | null;
  /** int32 [texts]; of a recurrent model. */
  readonly lengths: Tensor | null;
  /** bool [texts, longest]: true where there is no word; of a transformer. */
  readonly hidden: Tensor | null;
  /** float32 [texts, longest, 1]: 1 / the text's length where there is a word, else 0; of a transformer. */
  readonly counted: Tensor | null;
  /** int32 [texts], or float32 [texts, labels] where several labels are allowed; null where it isn't known. */
  readonly target: Tensor | null;
  readonly texts: number;
}

/** A text as ids of words, and its labels' ids. */
export interface EncodedText {
  readonly ids: Int32Array;
  readonly labels: readonly number[];
}

/** How targets are written; null for texts whose labels aren't known. */
export type TargetForm = { readonly labels: number; readonly several: boolean } | null;

export function textBatch(
  texts: readonly EncodedText[],
  model: ClassifierSettings['model'],
  form: TargetForm,
): TextBatch {
  const target = form === null ? null : targets(texts, form);
  const n = texts.length;
  const nothing = { offsets: null, lengths: null, hidden: null, counted: null };
  if (model === 'bag') {
    const offsets = new Int32Array(n);
    for (let i = 1; i < n; i++) offsets[i] = offsets[i - 1] + texts[i - 1].ids.length;
    const ids = new Int32Array(n === 0 ? 0 : offsets[n - 1] + texts[n - 1].ids.length);
    for (const [i, text] of texts.entries()) ids.set(text.ids, offsets[i]);
    return { ...nothing, ids: ints(ids, [ids.length]), offsets: ints(offsets, [n]), target, texts: n };
  }
  const longest = texts.reduce((most, { ids }) => Math.max(most, ids.length), 1);
  const ids = new Int32Array(n * longest);
  for (const [i, text] of texts.entries()) ids.set(text.ids, i * longest);
  const padded = ints(ids, [n, longest]);
  if (model !== 'transformer') {
    const lengths = Int32Array.from(texts, (text) => text.ids.length);
    return { ...nothing, ids: padded, lengths: ints(lengths, [n]), target, texts: n };
  }
  const hidden = new Uint8Array(n * longest);
  const counted = new Float32Array(n * longest);
  for (const [i, text] of texts.entries()) {
    hidden.fill(1, i * longest + text.ids.length, (i + 1) * longest);
    counted.fill(1 / text.ids.length, i * longest, i * longest + text.ids.length);
  }
  return {
    ...nothing,
    ids: padded,
    hidden: Tensor.wrap(hidden, [n, longest], 'bool'),
    counted: Tensor.wrap(counted, [n, longest, 1], 'float32'),
    target,
    texts: n,
  };
}

function ints(values: Int32Array, shape: number[]): Tensor {
  return Tensor.wrap(values, shape, 'int32');
}

function targets(texts: readonly EncodedText[], { labels, several }: NonNullable<TargetForm>): Tensor {
  if (!several)
    return ints(
      Int32Array.from(texts, (text) => text.labels[0]),
      [texts.length],
    );
  const table = new Float32Array(texts.length * labels);
  for (const [i, text] of texts.entries()) for (const label of text.labels) table[i * labels + label] = 1;
  return Tensor.wrap(table, [texts.length, labels], 'float32');
}

/** Batches of texts, in a new order each pass where there is a seed. */
export function textLoader(
  texts: readonly EncodedText[],
  settings: Pick<ClassifierSettings, 'model' | 'batchSize'>,
  form: TargetForm,
  seed: number | null,
): DataLoader<EncodedText, TextBatch> {
  return new DataLoader<EncodedText, TextBatch>(texts, {
    batchSize: settings.batchSize,
    collate: (samples) => textBatch(samples, settings.model, form),
    ...(seed === null ? {} : { shuffle: true, seed }),
  });
}

import { setImmediate } from 'node:timers/promises';
import { nearestCentroids } from '../../calls/classifier.js';
import { strideOfRows } from '../../calls/word2vec.js';
import { ArgumentError, describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { Tensor } from '../../tensor/tensor.js';
import { sortedInTurns } from '../../text/corpus/sorted.js';
import { endOfLine, FastTextDictionary } from '../fasttext/dictionary.js';
import { centroidsOfPart, floatsOf, type QuantizedMatrix, type Quantizer } from '../fasttext/matrix.js';
import type { FastTextModel } from '../fasttext/model_reader.js';
import { type Draw, uniform } from '../trainers/draws.js';
import { packRows } from '../trainers/first_rows.js';
import { checkNumber, checkWhole } from '../trainers/option_checks.js';
import { untold } from '../trainers/train_options.js';
import { checkSignal, type StopSignal, Turns } from '../trainers/turns.js';
import { encodeExamples, readExamples } from './build.js';
import type { LabelledTexts } from './examples.js';
import { FeatureRows } from './features.js';
import { trainClassifier } from './training.js';

export interface QuantizeOptions {
  /** Features that are kept, those with the longest vectors; 0, the default, for all. */
  cutoff?: number;
  /** Trains once more with the features that are kept. Needs `examples`. Default false. */
  retrain?: boolean;
  /** What `retrain` trains on. */
  examples?: LabelledTexts;
  /** Of `retrain`. Default 5. */
  epochs?: number;
  /** Learning rate of `retrain` at its start. Default 0.1. */
  alpha?: number;
  /** The lengths of rows are quantised apart. Default false. */
  qnorm?: boolean;
  /** The labels' rows are quantised too: for 256 labels and more. Default false. */
  qout?: boolean;
  /** Numbers of a part of a row, each of which becomes a byte. Default 2. */
  dsub?: number;
  /** Where random numbers start. Default 1. */
  seed?: number;
  /** An AbortSignal; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
}

const names = ['cutoff', 'retrain', 'examples', 'epochs', 'alpha', 'qnorm', 'qout', 'dsub', 'seed', 'signal'];
const rounds = 25;
const mostPoints = 65_536;
/** Half of what parts two centroids that were one. */
const apart = 1e-7;

/** A model whose tables take a byte for each part of a row. */
export async function quantizeModel(
  op: string,
  model: FastTextModel,
  prefix: string,
  options?: QuantizeOptions,
): Promise<FastTextModel> {
  const {
    cutoff = 0,
    retrain = false,
    examples,
    epochs = 5,
    alpha = 0.1,
    qnorm = false,
    qout = false,
    dsub = 2,
    seed = 1,
    signal,
  } = checkOptions(op, options, names);
  const { dim } = model.settings;
  checkWhole(op, 'cutoff', cutoff, 0, Number.MAX_SAFE_INTEGER);
  checkWhole(op, 'epochs', epochs, 1, 1_000_000);
  checkWhole(op, 'dsub', dsub, 1, dim);
  checkWhole(op, 'seed', seed, 0, 2 ** 31);
  checkNumber(op, 'alpha', alpha, 0, Number.MAX_VALUE);
  for (const [name, flag] of Object.entries({ retrain, qnorm, qout })) {
    if (typeof flag !== 'boolean')
      throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(flag)}`);
  }
  checkSignal(op, signal);
  if (retrain && examples === undefined) throw new ArgumentError(`${op}: retrain needs examples to train on`);
  if (!(model.input instanceof Tensor)) throw new ValueError(`${op}: the model is quantised already`);
  let kept = await keepRows(model, cutoff, signal);
  if (retrain) kept = await trainAgain(op, kept, prefix, examples!, { epochs, alpha, seed }, signal);
  const draw = uniform(seed);
  const output = qout ? await quantizeTable(op, 'labels', kept.output as Tensor, 2, qnorm, draw, signal) : kept.output;
  const input = await quantizeTable(op, 'features', kept.input as Tensor, dsub, qnorm, draw, signal);
  return { ...kept, input, output };
}

/** The model with those of its features only that have the longest vectors, and rows for those alone. */
async function keepRows(model: FastTextModel, cutoff: number, signal: StopSignal | undefined): Promise<FastTextModel> {
  const { dictionary } = model;
  const input = model.input as Tensor;
  const [rows, dim] = input.shape;
  const data = floatsOf(input);
  const words = dictionary.words.length;
  const { bucketRows, range } = dictionary;
  if (bucketRows === null && (cutoff === 0 || cutoff >= rows)) return model;
  const turns = new Turns(signal);
  const buckets = new Map<number, number>();
  const bucketOfRow = new Int32Array(rows).fill(-1);
  for (let b = 0; b < range.bucket; b++) {
    const row = dictionary.rowOf(b);
    // The row of zeros is that of all n-grams that no example had.
    if (row >= 0 && !(bucketRows instanceof Int32Array && row === rows - 1)) bucketOfRow[row] = b;
    if (b % 65_536 === 0) await turns.next();
  }
  const norms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < dim; j++) norms[row] += data[row * dim + j] ** 2;
    if (row % 4096 === 4095) await turns.next();
  }
  const end = dictionary.indexOf(endOfLine);
  if (end !== undefined) norms[end] = Number.POSITIVE_INFINITY;
  let order: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (row < words || bucketOfRow[row] >= 0) order.push(row);
    if (row % 65_536 === 0) await turns.next();
  }
  if (cutoff > 0 && cutoff < order.length) {
    order = (await sortedInTurns(order, (a, b) => norms[b] - norms[a], turns)).slice(0, cutoff);
  }
  const keptWords = await sortedInTurns(
    order.filter((row) => row < words),
    (a, b) => a - b,
    turns,
  );
  const keptNgrams = order.filter((row) => row >= words);
  for (const [k, row] of keptNgrams.entries()) {
    buckets.set(bucketOfRow[row], keptWords.length + k);
    if (k % 4096 === 0) await turns.next();
  }
  const table = new Float32Array(order.length * dim);
  for (let k = 0; k < order.length; k++) {
    const row = k < keptWords.length ? keptWords[k] : keptNgrams[k - keptWords.length];
    table.set(data.subarray(row * dim, (row + 1) * dim), k * dim);
    if (k % 4096 === 0) await turns.next();
  }
  const raw = new Map<number, Uint8Array>();
  for (const [k, word] of keptWords.entries()) if (dictionary.raw.has(word)) raw.set(k, dictionary.raw.get(word)!);
  for (const place of dictionary.raw.keys()) {
    if (place >= words) raw.set(place - words + keptWords.length, dictionary.raw.get(place)!);
  }
  return {
    ...model,
    input: Tensor.wrap(table, [order.length, dim], 'float32'),
    dictionary: new FastTextDictionary({
      words: keptWords.map((row) => dictionary.words[row]),
      counts: keptWords.map((row) => dictionary.counts[row]),
      labels: dictionary.labels,
      labelCounts: dictionary.labelCounts,
      tokens: dictionary.tokens,
      range,
      bucketRows: buckets,
      raw,
    }),
  };
}

async function trainAgain(
  op: string,
  model: FastTextModel,
  prefix: string,
  examples: LabelledTexts,
  how: { epochs: number; alpha: number; seed: number },
  signal: StopSignal | undefined,
): Promise<FastTextModel> {
  const { dictionary, settings } = model;
  const read = await readExamples(op, examples, prefix, signal);
  const features = new FeatureRows(dictionary, settings.wordNgrams);
  const encoded = await encodeExamples(read, dictionary, features, signal);
  if (encoded.count === 0) throw new ValueError(`${op}: no example has a label of the model`);
  const { dim } = settings;
  const stride = strideOfRows(dim);
  const padded = async (table: Tensor) => {
    const turns = new Turns(signal);
    const rows = table.shape[0];
    const out = new Float32Array(rows * stride);
    const data = floatsOf(table);
    for (let row = 0; row < rows; row++) {
      out.set(data.subarray(row * dim, (row + 1) * dim), row * stride);
      if (row % 4096 === 0) await turns.next();
    }
    return { table: out, rows };
  };
  const [input, output] = [await padded(model.input as Tensor), await padded(model.output as Tensor)];
  await trainClassifier(
    {
      ...how,
      vectorSize: dim,
      minAlpha: 0,
      loss: settings.loss,
      negative: settings.negative,
      workers: null,
      deterministic: false,
    },
    { input: input.table, inputRows: input.rows, output: output.table, outputRows: output.rows },
    { examples: encoded, heldOut: null, labelCounts: dictionary.labelCounts, names: [] },
    {},
    { op, settings: {}, control: untold(signal) },
  );
  const packed = async ({ table, rows }: { table: Float32Array; rows: number }) =>
    Tensor.wrap(await packRows(table, rows, dim, stride), [rows, dim], 'float32');
  return { ...model, input: await packed(input), output: await packed(output) };
}

async function quantizeTable(
  op: string,
  what: string,
  table: Tensor,
  partDim: number,
  qnorm: boolean,
  draw: Draw,
  signal: StopSignal | undefined,
): Promise<QuantizedMatrix> {
  const [rows, dim] = table.shape;
  if (rows < centroidsOfPart) {
    throw new ValueError(
      `${op}: a table must have at least ${centroidsOfPart} rows to be quantised, that of ${what} has ${rows}`,
    );
  }
  const turns = new Turns(signal);
  let data = floatsOf(table);
  let norms: QuantizedMatrix['norms'] = null;
  if (qnorm) {
    const given = data;
    const lengths = new Float32Array(rows);
    data = new Float32Array(given.length);
    for (let row = 0; row < rows; row++) {
      data.set(given.subarray(row * dim, (row + 1) * dim), row * dim);
      if (row % 4096 === 0) await turns.next();
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += data[row * dim + j] ** 2;
      lengths[row] = Math.sqrt(sum);
      if (sum > 0) for (let j = 0; j < dim; j++) data[row * dim + j] /= lengths[row];
    }
    const { codes, quantizer } = await quantizeRows(lengths, rows, 1, 1, draw, signal);
    norms = { codes, centroids: quantizer.centroids };
  }
  const { codes, quantizer } = await quantizeRows(data, rows, dim, Math.min(partDim, dim), draw, signal);
  return { rows, dim, codes, quantizer, norms };
}

async function quantizeRows(
  data: Float32Array,
  rows: number,
  dim: number,
  partDim: number,
  draw: Draw,
  signal: StopSignal | undefined,
): Promise<{ codes: Uint8Array; quantizer: Quantizer }> {
  const parts = Math.ceil(dim / partDim);
  const centroids = new Float32Array(dim * centroidsOfPart);
  const codes = new Uint8Array(rows * parts);
  for (let part = 0; part < parts; part++) {
    const begin = part * partDim;
    const length = Math.min(partDim, dim - begin);
    const chosen = centroids.subarray(begin * centroidsOfPart, (begin + length) * centroidsOfPart);
    const sample = await shuffled(rows, Math.min(rows, mostPoints), draw, signal);
    await kMeans(gather(data, sample, dim, begin, length), sample.length, length, chosen, draw, signal);
    for (let from = 0; from < rows; from += mostPoints) {
      const count = Math.min(mostPoints, rows - from);
      const places = Int32Array.from({ length: count }, (_, k) => from + k);
      const of = new Uint8Array(count);
      nearestCentroids(of, gather(data, places, dim, begin, length), chosen, count, length);
      for (let k = 0; k < count; k++) codes[(from + k) * parts + part] = of[k];
      await setImmediate();
    }
  }
  return { codes, quantizer: { dim, partDim, centroids } };
}

/** Some of the numbers below n, in random order. */
async function shuffled(n: number, count: number, draw: Draw, signal: StopSignal | undefined): Promise<Int32Array> {
  const all = new Int32Array(n);
  const turns = new Turns(signal);
  for (let k = 0; k < n; k++) {
    all[k] = k;
    if (k % 0x100000 === 0) await turns.next();
  }
  for (let k = 0; k < count; k++) {
    const other = k + Math.floor(draw() * (n - k));
    [all[k], all[other]] = [all[other], all[k]];
  }
  return all.subarray(0, count);
}

function gather(data: Float32Array, rows: Int32Array, dim: number, begin: number, length: number): Float32Array {
  const points = new Float32Array(rows.length * length);
  for (const [k, row] of rows.entries()) {
    for (let j = 0; j < length; j++) points[k * length + j] = data[row * dim + begin + j];
  }
  return points;
}

/** Lloyd's algorithm from points at random; an empty centroid takes half of a full one, as fastText has it. */
async function kMeans(
  points: Float32Array,
  count: number,
  dim: number,
  centroids: Float32Array,
  draw: Draw,
  signal: StopSignal | undefined,
): Promise<void> {
  centroids.set(points.subarray(0, centroidsOfPart * dim));
  const codes = new Uint8Array(count);
  const sums = new Float64Array(centroids.length);
  const sizes = new Float64Array(centroidsOfPart);
  for (let round = 0; round < rounds; round++) {
    nearestCentroids(codes, points, centroids, count, dim);
    sums.fill(0);
    sizes.fill(0);
    for (let i = 0; i < count; i++) {
      sizes[codes[i]]++;
      for (let j = 0; j < dim; j++) sums[codes[i] * dim + j] += points[i * dim + j];
    }
    for (let c = 0; c < centroidsOfPart; c++) {
      for (let j = 0; j < dim; j++) centroids[c * dim + j] = sizes[c] > 0 ? sums[c * dim + j] / sizes[c] : 0;
    }
    for (let c = 0; c < centroidsOfPart; c++) if (sizes[c] === 0) split(c, centroids, sizes, count, dim, draw);
    await setImmediate();
    signal?.throwIfAborted();
  }
}

function split(empty: number, centroids: Float32Array, sizes: Float64Array, count: number, dim: number, draw: Draw) {
  let full = 0;
  // With as many points as centroids, and equal ones among them, the draw has nothing to go by: the fullest is taken.
  if (count > centroidsOfPart) {
    while (draw() * (count - centroidsOfPart) >= sizes[full] - 1) full = (full + 1) % centroidsOfPart;
  } else {
    full = sizes.indexOf(Math.max(...sizes));
  }
  for (let j = 0; j < dim; j++) {
    const sign = (j % 2) * 2 - 1;
    centroids[empty * dim + j] = centroids[full * dim + j] + sign * apart;
    centroids[full * dim + j] -= sign * apart;
  }
  sizes[empty] = Math.floor(sizes[full] / 2);
  sizes[full] -= sizes[empty];
}

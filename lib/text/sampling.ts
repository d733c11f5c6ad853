import { noGrad } from '../autograd/mode.js';
import { Generator } from '../calls/generator.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { contiguous } from '../ops/copy.js';
import { argmax } from '../ops/extremes.js';
import { multinomial } from '../ops/random.js';
import { softmax } from '../ops/softmax.js';
import { checkOptions } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';

export interface SamplingFilter {
  /** Below 1 favours the likely, above 1 the unlikely. Default 1. */
  temperature?: number;
  /** Choose among the k likeliest only (and what is as likely as the last of them). Default null or Infinity: among all. */
  topK?: number | null;
  /** Choose among the likeliest that together reach this probability, at least one. Default null: among all. */
  topP?: number | null;
}

export interface SamplingOptions extends SamplingFilter {
  /** 0 takes the likeliest and draws nothing. */
  temperature?: number;
  /** Where the random numbers come from. Default: the library's generator. */
  generator?: Generator;
}

export interface ContinueOptions extends SamplingOptions {
  /** How many tokens to add at most. */
  maxNewTokens: number;
  /** How many of the last tokens the model is shown. Default null: all. */
  contextLength?: number | null;
  /** Stop after this token. Default null: never. */
  stopToken?: number | null;
}

const filterNames = ['temperature', 'topK', 'topP'] as const;
const samplingNames = [...filterNames, 'generator'] as const;

function checkFilter(op: string, filter: SamplingFilter, zeroAllowed: boolean): void {
  const { temperature = 1, topK = null, topP = null } = filter;
  const isEnough = (value: number) => value > 0 || (zeroAllowed && value === 0);
  if (typeof temperature !== 'number' || !Number.isFinite(temperature) || !isEnough(temperature)) {
    const bound = zeroAllowed ? 'of at least' : 'above';
    throw new ValueError(`${op}: temperature must be a number ${bound} 0, got ${describe(temperature)}`);
  }
  const isCount = (value: unknown) => Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
  if (topK !== null && !(isCount(topK) && topK >= 1)) {
    throw new ValueError(`${op}: topK must be a positive integer, Infinity or null, got ${describe(topK)}`);
  }
  if (topP !== null && !(typeof topP === 'number' && topP > 0 && topP <= 1)) {
    throw new ValueError(`${op}: topP must be above 0 and at most 1, or null, got ${describe(topP)}`);
  }
}

function checkLogits(op: string, logits: unknown): Tensor {
  const t = checkFloat(op, 'logits', logits);
  if ((t.ndim !== 1 && t.ndim !== 2) || t.shape[t.ndim - 1] === 0) {
    throw new ShapeError(
      `${op}: logits must have shape [vocabulary] or [batch, vocabulary], got ${formatShape(t.shape)}`,
    );
  }
  return t;
}

/** Sets to -Infinity what is less likely than the k-th of a row. */
function keepLikeliest(row: Float64Array, k: number): void {
  if (k >= row.length) return;
  const threshold = row.slice().sort()[row.length - k];
  for (let i = 0; i < row.length; i++) if (row[i] < threshold) row[i] = Number.NEGATIVE_INFINITY;
}

/** e^(logit - largest); where the largest is Infinity, all of the probability is with those that are. */
function weightOf(logit: number, largest: number): number {
  return logit === largest ? 1 : Math.exp(logit - largest);
}

/** Sets to -Infinity what isn't needed to reach probability p, starting from the likeliest. */
function keepNucleus(row: Float64Array, p: number): void {
  const order = Array.from(row, (_, i) => i).sort((a, b) => (row[a] === row[b] ? a - b : row[b] - row[a]));
  const largest = row[order[0]];
  const weights = row.map((logit) => weightOf(logit, largest));
  const goal = p * weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  for (const [place, i] of order.entries()) {
    if (place > 0 && reached >= goal) row[i] = Number.NEGATIVE_INFINITY;
    reached += weights[i];
  }
}

/** What a row of logits is, where it gives no probabilities; else null. */
function faultOf(row: Float64Array, infinityAllowed: boolean): { fault: string; token: number | null } | null {
  let possible = false;
  for (let i = 0; i < row.length; i++) {
    if (Number.isNaN(row[i])) return { fault: 'NaN', token: i };
    if (row[i] === Number.POSITIVE_INFINITY && !infinityAllowed) return { fault: 'Infinity', token: i };
    if (row[i] !== Number.NEGATIVE_INFINITY) possible = true;
  }
  return possible ? null : { fault: '-Infinity for every token', token: null };
}

const refusals =
  'logits must be finite, or -Infinity for tokens that are never drawn (Infinity is for topK and topP only)';

/**
 * A row divided by the temperature. Where that is more than the dtype holds, the largest that is finite is subtracted
 * first: the probabilities are the same.
 */
function divide(row: Float64Array, temperature: number, limit: number): void {
  if (temperature === 1) return;
  let largest = Number.NEGATIVE_INFINITY;
  let smallest = Number.POSITIVE_INFINITY;
  for (const logit of row) {
    if (!Number.isFinite(logit)) continue;
    if (logit > largest) largest = logit;
    if (logit < smallest) smallest = logit;
  }
  const fits = Math.max(largest, -smallest) / temperature <= limit;
  const shift = fits ? 0 : largest;
  for (let i = 0; i < row.length; i++) {
    row[i] = Number.isFinite(row[i]) ? (row[i] - shift) / temperature : row[i];
  }
}

/** The filters' work on checked arguments; calls `use` with every row and the place of its first number. */
function eachRow(
  op: string,
  logits: Tensor,
  { temperature = 1, topK = null, topP = null }: SamplingFilter,
  use: (row: Float64Array, start: number) => void,
): void {
  const { storage, offset } = contiguous(logits.detach());
  const { array } = storage;
  const size = logits.shape[logits.ndim - 1];
  const limit = logits.dtype === 'float64' ? Number.MAX_VALUE : 2 ** 128 * (1 - 2 ** -24);
  const row = new Float64Array(size);
  for (let start = 0; start < logits.numel; start += size) {
    for (let i = 0; i < size; i++) row[i] = array[offset + start + i];
    const bad = faultOf(row, topK !== null || topP !== null);
    if (bad !== null) {
      const places = [
        ...(logits.ndim === 2 ? [`row ${start / size}`] : []),
        ...(bad.token === null ? [] : [`token ${bad.token}`]),
      ];
      throw new ValueError(
        `${op}: ${refusals}, got ${bad.fault}${places.length > 0 ? ` at ${places.join(', ')}` : ''}`,
      );
    }
    divide(row, temperature, limit);
    if (topK !== null) keepLikeliest(row, topK);
    if (topP !== null && topP < 1) keepNucleus(row, topP);
    use(row, start);
  }
}

/**
 * Logits divided by the temperature, with -Infinity for tokens that topK, and then topP, leave out.
 * Top-p is nucleus sampling: Holtzman et al. 2020, The curious case of neural text degeneration.
 *
 * Where a quotient is more than the dtype holds (at temperatures down to the smallest), the largest logit of the row is
 * subtracted before dividing, so that it becomes 0. For topK and topP a logit may be Infinity, the likeliest of all:
 * topP needs nothing beside it.
 *
 * @param logits [vocabulary] or [batch, vocabulary]; -Infinity is a token that is never drawn.
 * @returns of logits' shape and dtype, outside the graph.
 * @throws ValueError naming the row and the token for NaN, for Infinity without topK or topP, and where a row has no
 * token to draw; ShapeError, DTypeError
 */
export function filterLogits(logits: Tensor, options?: SamplingFilter): Tensor {
  const op = 'filterLogits';
  const given = checkOptions(op, options, filterNames);
  checkFilter(op, given, false);
  const checked = checkLogits(op, logits);
  const out = Tensor.allocate(checked.shape, checked.dtype, false);
  eachRow(op, checked, given, (row, start) => out.storage.array.set(row, out.offset + start));
  return out;
}

/** Only what is Infinity, where something is, each as likely. */
function settleInfinities(row: Float64Array): void {
  if (!row.includes(Number.POSITIVE_INFINITY)) return;
  for (let i = 0; i < row.length; i++) row[i] = row[i] === Number.POSITIVE_INFINITY ? 0 : Number.NEGATIVE_INFINITY;
}

/**
 * One token for each row of logits, drawn with the probabilities that `filterLogits` leaves; the same token that
 * `torch.multinomial(probabilities, 1)` draws after the same seed.
 *
 * @param logits [vocabulary] or [batch, vocabulary].
 * @returns int32, a number (0-dimensional) or [batch].
 * @throws ValueError as `filterLogits` does; at temperature 0 for NaN and rows without a token only. ShapeError,
 * DTypeError
 */
export function sampleTokens(logits: Tensor, options?: SamplingOptions): Tensor {
  const given = checkOptions('sampleTokens', options, samplingNames);
  checkFilter('sampleTokens', given, true);
  return draw('sampleTokens', logits, given);
}

function draw(op: string, logits: Tensor, given: SamplingOptions): Tensor {
  const scores = checkLogits(op, logits).detach();
  const handle = given.generator ?? undefined;
  if (handle !== undefined && !(handle instanceof Generator)) {
    throw new ArgumentError(`${op}: generator must be a Generator, got ${describe(handle)}`);
  }
  if (given.temperature === 0) {
    eachRow(op, scores, { topK: Number.POSITIVE_INFINITY }, () => {});
    return argmax(scores, -1);
  }
  const filtered = Tensor.allocate(scores.shape, scores.dtype, false);
  eachRow(op, scores, given, (row, start) => {
    settleInfinities(row);
    filtered.storage.array.set(row, filtered.offset + start);
  });
  return multinomial(softmax(filtered, -1), 1, { generator: handle }).squeeze(-1);
}

/**
 * Continues a sequence token by token, without recording.
 *
 * ```ts
 * const added = continueTokens((ids) => model.forward(ids).select(1, -1), vocabulary.encode(prompt), {
 *   maxNewTokens: 100, contextLength: 64, temperature: 0.8, topK: 40,
 * });
 * ```
 *
 * @param next from the tokens so far, int32 [1, length], to the next one's logits: [vocabulary] or [1, vocabulary].
 * @param prompt the tokens to start from, at least one.
 * @returns the tokens that were added; the last is `stopToken` where that ended it.
 * @throws ValueError, ShapeError, ArgumentError
 */
export function continueTokens(
  next: (tokens: Tensor) => Tensor,
  prompt: ArrayLike<number>,
  options: ContinueOptions,
): Int32Array {
  const op = 'continueTokens';
  const given = checkOptions(op, options, [...samplingNames, 'maxNewTokens', 'contextLength', 'stopToken']);
  const { maxNewTokens, contextLength = null, stopToken = null, ...sampling } = given;
  checkFilter(op, sampling, true);
  if (typeof next !== 'function') throw new ArgumentError(`${op}: next must be a function, got ${describe(next)}`);
  for (const [name, value, least] of [
    ['maxNewTokens', maxNewTokens, 0] as const,
    ['contextLength', contextLength ?? 1, 1] as const,
  ]) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new ValueError(`${op}: ${name} must be an integer of at least ${least}, got ${describe(value)}`);
    }
  }
  if (typeof prompt !== 'object' || prompt === null || typeof prompt.length !== 'number') {
    throw new ArgumentError(`${op}: prompt must be a list of tokens, got ${describe(prompt)}`);
  }
  const tokens = Array.from(prompt);
  if (tokens.length === 0) throw new ValueError(`${op}: prompt must hold at least one token`);
  const wrong = tokens.findIndex((token) => !Number.isInteger(token) || token < 0 || token >= 2 ** 31);
  if (wrong >= 0) {
    throw new ValueError(`${op}: prompt must hold the numbers of tokens, got ${describe(tokens[wrong])} at ${wrong}`);
  }
  return noGrad(() => {
    while (tokens.length < prompt.length + maxNewTokens) {
      const shown = Int32Array.from(contextLength === null ? tokens : tokens.slice(-contextLength));
      const logits = next(Tensor.wrap(shown, [1, shown.length], 'int32'));
      const token = draw(op, logits, sampling);
      if (token.numel !== 1) {
        throw new ShapeError(`${op}: next must give the logits of one token, got shape ${formatShape(logits.shape)}`);
      }
      tokens.push(token.item());
      if (tokens[tokens.length - 1] === stopToken) break;
    }
    return Int32Array.from(tokens.slice(prompt.length));
  });
}

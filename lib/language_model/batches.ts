import { ValueError } from '../errors.js';
import { narrow } from '../ops/view.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';

/** Targets that count for nothing: what cross entropy's `ignoreIndex` is by default. */
export const ignoredTarget = -100;

/** Some time steps of a batch of texts: row t holds step t of every text, so that the model reads rows as they lie. */
export interface SequenceBatch {
  /** int32 [steps, texts] */
  input: Tensor;
  /** int32 [steps, texts]: the word that follows each of `input`, or {@link ignoredTarget}. */
  target: Tensor;
  /** How many targets count. */
  tokens: number;
}

export interface TokenBatchesOptions {
  /** Id of the token that stands before the first: the end of a sentence. */
  startId: number;
  /** How many texts are read side by side. */
  batchSize: number;
  /** How many time steps a batch has, and so how far back gradients flow. */
  sequenceLength: number;
  /**
   * What becomes of the tokens left over when the stream is cut into texts of one length: `'drop'` (the default) leaves
   * them out, `'pad'` fills up with targets that don't count, so that every token is predicted exactly once.
   */
  remainder?: 'drop' | 'pad';
}

/**
 * A stream of tokens for truncated backpropagation through time: cut into `batchSize` texts of one length that are read
 * side by side, `sequenceLength` steps at a time. Batch k + 1 goes on where batch k ended, so that a model's state can be
 * carried over. Batches are views of one array.
 */
export class TokenBatches implements Iterable<SequenceBatch> {
  /** How many batches there are. */
  readonly length: number;
  /** How many targets count in all. */
  readonly tokens: number;
  readonly batchSize: number;
  readonly #sequenceLength: number;
  readonly #steps: number;
  readonly #inputs: Tensor;
  readonly #targets: Tensor;

  /** @throws ValueError when there are fewer tokens than texts */
  constructor(ids: Int32Array, options: TokenBatchesOptions) {
    const names = ['startId', 'batchSize', 'sequenceLength', 'remainder'];
    const { startId, batchSize, sequenceLength, remainder = 'drop' } = checkOptions('TokenBatches', options, names);
    const pad = remainder === 'pad';
    const steps = pad ? Math.ceil(ids.length / batchSize) : Math.floor(ids.length / batchSize);
    if (ids.length < batchSize) {
      throw new ValueError(`TokenBatches: ${ids.length} tokens don't make ${batchSize} texts; lower the batch size`);
    }
    this.batchSize = batchSize;
    this.tokens = pad ? ids.length : steps * batchSize;
    this.length = Math.ceil(steps / sequenceLength);
    this.#sequenceLength = sequenceLength;
    this.#steps = steps;
    const inputs = new Int32Array(steps * batchSize);
    const targets = new Int32Array(steps * batchSize);
    for (let text = 0; text < batchSize; text++) {
      for (let step = 0; step < steps; step++) {
        const place = text * steps + step;
        const inside = place < ids.length;
        inputs[step * batchSize + text] = place > 0 && inside ? ids[place - 1] : startId;
        targets[step * batchSize + text] = inside ? ids[place] : ignoredTarget;
      }
    }
    this.#inputs = Tensor.wrap(inputs, [steps, batchSize], 'int32');
    this.#targets = Tensor.wrap(targets, [steps, batchSize], 'int32');
  }

  *[Symbol.iterator](): Iterator<SequenceBatch> {
    for (let start = 0; start < this.#steps; start += this.#sequenceLength) {
      const steps = Math.min(this.#sequenceLength, this.#steps - start);
      yield {
        input: narrow(this.#inputs, 0, start, steps),
        target: narrow(this.#targets, 0, start, steps),
        tokens: this.#countTargets(start * this.batchSize, (start + steps) * this.batchSize),
      };
    }
  }

  #countTargets(begin: number, end: number): number {
    if (this.tokens === this.#targets.numel) return end - begin;
    const targets = this.#targets.storage.array;
    let count = 0;
    for (let i = begin; i < end; i++) if (targets[i] !== ignoredTarget) count++;
    return count;
  }
}

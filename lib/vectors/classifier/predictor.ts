import { noGrad } from '../../autograd/mode.js';
import { matmul } from '../../ops/matmul.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dequantized, floatsOf, layOut, meansOf } from '../fasttext/matrix.js';
import type { FastTextModel } from '../fasttext/model_reader.js';
import { huffmanPaths } from '../trainers/huffman.js';
import { FeatureRows } from './features.js';

/** A label's number and its probability. */
export interface Scored {
  readonly label: number;
  readonly probability: number;
}

const textsOfPart = 256;

/** Finds the labels of texts. */
export class Predictor {
  readonly #features: FeatureRows;
  readonly #output: Tensor;
  readonly #tree: Tree | null;

  constructor(private readonly model: FastTextModel) {
    this.#features = new FeatureRows(model.dictionary, model.settings.wordNgrams);
    this.#output = dequantized(model.output).transpose(0, 1);
    this.#tree = model.settings.loss === 'hs' ? new Tree(model.dictionary.labelCounts) : null;
  }

  /** The vectors of texts, [texts, dim]: the means of the rows of their features. */
  hidden(texts: readonly (readonly string[])[]): { vectors: Tensor; empty: readonly boolean[] } {
    const lists = texts.map((tokens) => this.#features.list(tokens));
    const { rows, begin } = layOut(lists);
    return {
      vectors: meansOf('FastTextClassifier', this.model.input, rows, begin),
      empty: lists.map((list) => list.length === 0),
    };
  }

  /** For each text the `k` most probable labels of at least `threshold`; none for a text without known features. */
  predict(texts: readonly (readonly string[])[], k: number, threshold: number): Scored[][] {
    const found: Scored[][] = [];
    for (let begin = 0; begin < texts.length; begin += textsOfPart) {
      found.push(...this.#predictPart(texts.slice(begin, begin + textsOfPart), k, threshold));
    }
    return found;
  }

  #predictPart(texts: readonly (readonly string[])[], k: number, threshold: number): Scored[][] {
    const { vectors, empty } = this.hidden(texts);
    const scores = floatsOf(noGrad(() => matmul(vectors, this.#output)).contiguous());
    const width = this.#output.shape[1];
    const { loss } = this.model.settings;
    return texts.map((_, t) => {
      if (empty[t]) return [];
      const row = scores.subarray(t * width, (t + 1) * width);
      if (this.#tree !== null) return this.#tree.best(row, k, threshold);
      if (loss === 'softmax') softmax(row);
      else for (let j = 0; j < width; j++) row[j] = 1 / (1 + Math.exp(-row[j]));
      return best(row, k, threshold);
    });
  }
}

function softmax(row: Float32Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < row.length; j++) most = Math.max(most, row[j]);
  let total = 0;
  for (let j = 0; j < row.length; j++) {
    row[j] = Math.exp(row[j] - most);
    total += row[j];
  }
  for (let j = 0; j < row.length; j++) row[j] /= total;
}

/** Puts one more among the best, most probable first; equals in the order in which they come. */
function keep(found: Scored[], k: number, label: number, probability: number): void {
  if (found.length === k && probability <= found[k - 1].probability) return;
  let [low, high] = [0, found.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (found[middle].probability >= probability) low = middle + 1;
    else high = middle;
  }
  found.splice(low, 0, { label, probability });
  if (found.length > k) found.pop();
}

function best(probabilities: Float32Array, k: number, threshold: number): Scored[] {
  if (k >= probabilities.length) {
    return Array.from(probabilities, (probability, label) => ({ label, probability }))
      .filter(({ probability }) => probability >= threshold)
      .sort((a, b) => b.probability - a.probability);
  }
  const found: Scored[] = [];
  for (let j = 0; j < probabilities.length; j++) {
    if (probabilities[j] >= threshold) keep(found, k, j, probabilities[j]);
  }
  return found;
}

/** Huffman's tree over labels, gone through from the root: a branch that can't be among the best is left alone. */
class Tree {
  readonly #children: Int32Array;

  constructor(counts: readonly number[]) {
    // Node n has its children at 2n and 2n + 1: another node, or a label l as -1 - l.
    const { begin, nodes, codes, inner } = huffmanPaths(counts);
    this.#children = new Int32Array(2 * inner);
    for (let label = 0; label < counts.length; label++) {
      for (let k = begin[label]; k < begin[label + 1]; k++) {
        this.#children[2 * nodes[k] + codes[k]] = k + 1 < begin[label + 1] ? nodes[k + 1] : -1 - label;
      }
    }
  }

  best(scores: Float32Array, k: number, threshold: number): Scored[] {
    const found: Scored[] = [];
    const inner = this.#children.length / 2;
    if (inner === 0) return threshold <= 1 ? [{ label: 0, probability: 1 }] : [];
    const waiting = [{ node: inner - 1, probability: 1 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, probability } = next;
      if (probability < threshold || (found.length === k && probability <= found[k - 1].probability)) continue;
      if (node < 0) {
        keep(found, k, -1 - node, probability);
        continue;
      }
      const right = 1 / (1 + Math.exp(-scores[node]));
      const sides = [
        { node: this.#children[2 * node], probability: probability * (1 - right) },
        { node: this.#children[2 * node + 1], probability: probability * right },
      ];
      // The better one is looked at first.
      waiting.push(...(right < 0.5 ? sides.reverse() : sides));
    }
    return found;
  }
}

import { atOnce, type Steps } from './turns.js';

/** Words between two steps. */
const wordsOfStep = 1 << 12;

/** The way from the root to each word: inner nodes and the branches taken there (0 or 1), word after word. */
export interface HuffmanPaths {
  /** Where each word's way begins in the lists, and after the last word where the lists end. */
  readonly begin: Int32Array;
  readonly nodes: Int32Array;
  readonly codes: Uint8Array;
  /** Inner nodes, the root last. */
  readonly inner: number;
}

/**
 * Huffman's tree over words by their counts, which must fall: the more frequent, the shorter the way (Huffman 1952, "A
 * Method for the Construction of Minimum-Redundancy Codes"). Built by merging two sorted queues, leaves and inner nodes.
 */
export function huffmanPaths(counts: readonly number[]): HuffmanPaths {
  return atOnce(huffmanSteps(counts));
}

/** The same in steps. */
export function* huffmanSteps(counts: readonly number[]): Steps<HuffmanPaths> {
  const leaves = counts.length;
  const inner = Math.max(leaves - 1, 0);
  const weight = new Float64Array(leaves + inner);
  weight.set(counts);
  const parent = new Int32Array(leaves + inner).fill(-1);
  const branch = new Uint8Array(leaves + inner);
  let [leaf, node] = [leaves - 1, leaves];
  for (let made = leaves; made < leaves + inner; made++) {
    for (let side = 0; side < 2; side++) {
      const takesLeaf = leaf >= 0 && (node >= made || weight[leaf] < weight[node]);
      const child = takesLeaf ? leaf-- : node++;
      weight[made] += weight[child];
      parent[child] = made;
      branch[child] = side;
    }
    if (made % wordsOfStep === 0) yield;
  }
  const begin = new Int32Array(leaves + 1);
  for (let w = 0; w < leaves; w++) {
    let depth = 0;
    for (let at = w; parent[at] >= 0; at = parent[at]) depth++;
    begin[w + 1] = begin[w] + depth;
    if (w % wordsOfStep === 0) yield;
  }
  const nodes = new Int32Array(begin[leaves]);
  const codes = new Uint8Array(begin[leaves]);
  for (let w = 0; w < leaves; w++) {
    let place = begin[w + 1];
    for (let at = w; parent[at] >= 0; at = parent[at]) {
      place--;
      nodes[place] = parent[at] - leaves;
      codes[place] = branch[at];
    }
    if (w % wordsOfStep === 0) yield;
  }
  return { begin, nodes, codes, inner };
}

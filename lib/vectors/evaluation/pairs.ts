import { readFileSync } from 'node:fs';
import { ArgumentError, describe, FileFormatError, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { VectorTable } from '../vector_table.js';
import { pearson, spearman } from './correlation.js';

export interface PairsOptions {
  /** Compare without case; the first of a word's forms counts. Default true. */
  caseInsensitive?: boolean;
  /** Words among the first so many only. Default 300,000, as gensim has it; null for all. */
  restrictVocab?: number | null;
  /** Pairs with an unknown word count with similarity 0, instead of not at all. Default false. */
  dummy4unknown?: boolean;
}

export interface PairsResult {
  readonly pearson: number;
  readonly spearman: number;
  /** Pairs that were compared. */
  readonly pairs: number;
  /** The share of pairs with a word that isn't there, in percent. */
  readonly oovRatio: number;
}

type Pair = readonly [string, string, number];

function readPairs(op: string, path: string): Pair[] {
  const pairs: Pair[] = [];
  for (const [k, line] of readFileSync(path, 'utf8').split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const parts = line.includes('\t') ? line.split('\t') : line.trim().split(/ +/);
    const score = Number(parts[2]);
    if (parts.length < 3 || parts[2].trim() === '' || !Number.isFinite(score)) {
      throw new FileFormatError(`${op}: ${path}, line ${k + 1}: expected two words and a score, got ${describe(line)}`);
    }
    pairs.push([parts[0].trim(), parts[1].trim(), score]);
  }
  if (pairs.length === 0) throw new FileFormatError(`${op}: ${path} holds no pairs of words`);
  return pairs;
}

/** Finds some words by gensim's rules: among the first so many, without case where asked, the first form of a word. */
export function wordFinder(
  vectors: VectorTable,
  restrictVocab: number | null,
  caseInsensitive: boolean,
  sought: Iterable<string>,
) {
  const formOf = (word: string) => (caseInsensitive ? word.toUpperCase() : word);
  const places = new Map<string, number | undefined>();
  for (const word of sought) places.set(formOf(word), undefined);
  const { keys } = vectors;
  const count = Math.min(restrictVocab ?? vectors.size, vectors.size);
  for (let k = count - 1; k >= 0; k--) {
    const form = formOf(keys[k]);
    if (places.has(form)) places.set(form, k);
  }
  return (word: string) => places.get(formOf(word));
}

export function evaluatePairs(
  op: string,
  vectors: VectorTable,
  given: string | Iterable<Pair>,
  options?: PairsOptions,
): PairsResult {
  const {
    caseInsensitive = true,
    restrictVocab = 300_000,
    dummy4unknown = false,
  } = checkOptions(op, options, ['caseInsensitive', 'restrictVocab', 'dummy4unknown']);
  if (typeof given !== 'string' && typeof (given as Partial<Iterable<Pair>> | null)?.[Symbol.iterator] !== 'function') {
    throw new ArgumentError(`${op}: pairs must be a path or a list of [word, word, score], got ${describe(given)}`);
  }
  const pairs = typeof given === 'string' ? readPairs(op, given) : [...given];
  const sought = new Set<string>();
  for (const [a, b] of pairs) sought.add(a).add(b);
  const find = wordFinder(vectors, restrictVocab, caseInsensitive, sought);
  const [ours, theirs]: [number[], number[]] = [[], []];
  let unknown = 0;
  for (const [a, b, score] of pairs) {
    const [x, y] = [find(a), find(b)];
    if (x === undefined || y === undefined) unknown++;
    if (x !== undefined && y !== undefined) {
      ours.push(vectors.similarity(vectors.keys[x], vectors.keys[y]));
    } else if (dummy4unknown) {
      ours.push(0);
    } else {
      continue;
    }
    theirs.push(score);
  }
  if (ours.length < 2) throw new ValueError(`${op}: of ${pairs.length} pairs only ${ours.length} have both words here`);
  return {
    pearson: pearson(ours, theirs),
    spearman: spearman(ours, theirs),
    pairs: ours.length,
    oovRatio: (100 * unknown) / pairs.length,
  };
}

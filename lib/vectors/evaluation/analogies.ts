import { readFileSync } from 'node:fs';
import { describe, FileFormatError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { checkSignal, type StopSignal } from '../../text/corpus/turns.js';
import type { VectorTable } from '../vector_table.js';
import { wordFinder } from './pairs.js';

export interface AnalogyOptions {
  /** Words among the first so many only. Default 300,000, as gensim has it; null for all. */
  restrictVocab?: number | null;
  /** Compare without case; the first of a word's forms counts. Default true. */
  caseInsensitive?: boolean;
  /** Questions with an unknown word count as wrong, instead of not at all. Default false. */
  dummy4unknown?: boolean;
  /** An AbortSignal; the promise is rejected with its reason. */
  signal?: StopSignal;
}

export interface AnalogySection {
  readonly section: string;
  readonly correct: number;
  readonly total: number;
}

export interface AnalogyResult {
  /** Of all sections, 0 to 1. */
  readonly accuracy: number;
  readonly correct: number;
  readonly total: number;
  /** Questions with a word that isn't there. */
  readonly skipped: number;
  readonly sections: readonly AnalogySection[];
}

/** A question whose words are there. */
interface Question {
  readonly section: { correct: number };
  readonly words: readonly [a: string, b: string, c: string, d: string];
}

/** Questions of the form a is to b as c is to d, under headings `: section`. */
export async function evaluateAnalogies(
  op: string,
  vectors: VectorTable,
  path: string,
  options?: AnalogyOptions,
): Promise<AnalogyResult> {
  const {
    restrictVocab = 300_000,
    caseInsensitive = true,
    dummy4unknown = false,
    signal,
  } = checkOptions(op, options, ['restrictVocab', 'caseInsensitive', 'dummy4unknown', 'signal']);
  checkSignal(op, signal);
  const sections: { section: string; correct: number; total: number }[] = [];
  const read: { readonly section: (typeof sections)[number]; readonly words: string[] }[] = [];
  for (const [k, line] of readFileSync(path, 'utf8').split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    if (line.startsWith(': ')) {
      sections.push({ section: line.slice(2).trim(), correct: 0, total: 0 });
      continue;
    }
    const words = line.trim().split(/\s+/);
    const section = sections.at(-1);
    if (words.length !== 4 || section === undefined) {
      throw new FileFormatError(
        `${op}: ${path}, line ${k + 1}: expected ': section' or four words, got ${describe(line)}`,
      );
    }
    read.push({ section, words });
  }
  if (sections.length === 0) throw new FileFormatError(`${op}: ${path} holds no ': section' of questions`);
  const sought = new Set(read.flatMap(({ words }) => words));
  const find = wordFinder(vectors, restrictVocab, caseInsensitive, sought);
  const questions: Question[] = [];
  let skipped = 0;
  for (const { section, words } of read) {
    const places = words.map(find);
    if (places.some((place) => place === undefined)) {
      skipped++;
      if (dummy4unknown) section.total++;
      continue;
    }
    section.total++;
    const [a, b, c, d] = places.map((place) => vectors.keys[place as number]);
    questions.push({ section, words: [a, b, c, d] });
  }
  const asked = questions.map(({ words: [a, b, c] }) => ({ positive: [b, c], negative: [a] }));
  const answers = await vectors.mostSimilarBatch(asked, {
    topn: 1,
    restrictVocab,
    ...(signal === undefined ? {} : { signal }),
  });
  for (const [k, { section, words }] of questions.entries()) if (answers[k][0]?.key === words[3]) section.correct++;
  const correct = sections.reduce((sum, section) => sum + section.correct, 0);
  const total = sections.reduce((sum, section) => sum + section.total, 0);
  return { accuracy: total === 0 ? 0 : correct / total, correct, total, skipped, sections };
}

import { ArgumentError, CorpusError, describe } from '../../errors.js';
import { endOfLine } from '../fasttext/dictionary.js';
import { type StopSignal, Turns } from '../trainers/turns.js';

/** A text and what it is: a line with labels in it as fastText has them, or both apart. Labels go without their prefix here. */
export type LabelledText =
  | string
  | { readonly text: string | readonly string[]; readonly labels: string | readonly string[] };
export type LabelledTexts = Iterable<LabelledText> | AsyncIterable<LabelledText>;

/** The tokens of a text, the end of its line too, and its labels with their prefix. */
export interface Example {
  readonly tokens: readonly string[];
  readonly labels: readonly string[];
}

/** What parts tokens in fastText's files. */
const separators = /[^ \n\r\t\v\f\0]+/g;

function tokensOf(op: string, text: unknown): readonly string[] {
  if (typeof text === 'string') return text.match(separators) ?? [];
  if (Array.isArray(text) && text.every((token) => typeof token === 'string')) return text;
  throw new ArgumentError(`${op}: a text must be a string or an array of tokens, got ${describe(text)}`);
}

/** The features' tokens of a text: those that are no labels, and the end of the line. */
export function exampleOf(op: string, given: unknown, prefix: string): Example {
  const apart =
    typeof given === 'object' && given !== null && !Array.isArray(given)
      ? (given as { text: unknown; labels: unknown })
      : null;
  const tokens: string[] = [];
  const labels: string[] = [];
  if (apart !== null) {
    const unknown = Object.keys(apart).find((key) => key !== 'text' && key !== 'labels');
    const list = typeof apart.labels === 'string' ? [apart.labels] : apart.labels;
    if (unknown !== undefined || !Array.isArray(list) || !list.every((label) => typeof label === 'string')) {
      throw new ArgumentError(
        `${op}: an example must be a line or { text, labels }, got ${describe(given)}${unknown === undefined ? '' : ` with '${unknown}'`}`,
      );
    }
    for (const label of list) {
      if (!/^[^ \n\r\t\v\f\0]+$/.test(label)) {
        throw new ArgumentError(`${op}: a label must be a string without white space, got ${describe(label)}`);
      }
      labels.push(label.startsWith(prefix) ? label : prefix + label);
    }
  }
  for (const token of tokensOf(op, apart === null ? given : apart.text)) {
    if (token === endOfLine) continue;
    if (token.startsWith(prefix)) labels.push(token);
    else tokens.push(token);
  }
  tokens.push(endOfLine);
  return { tokens, labels };
}

/** Calls `each` with every example. @throws ArgumentError for what is no list of examples; CorpusError for an empty one */
export async function forExamples(
  op: string,
  examples: LabelledTexts,
  prefix: string,
  each: (example: Example) => void,
  signal?: StopSignal,
): Promise<number> {
  const iterable = examples as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined;
  if (
    typeof examples === 'string' ||
    (typeof iterable?.[Symbol.iterator] !== 'function' && typeof iterable?.[Symbol.asyncIterator] !== 'function')
  ) {
    throw new ArgumentError(
      `${op}: examples must be a list of lines or of { text, labels }, got ${describe(examples)}`,
    );
  }
  const turns = new Turns(signal);
  let count = 0;
  for await (const given of examples) {
    if (Array.isArray(given)) {
      throw new ArgumentError(`${op}: example ${count} must be a line or { text, labels }, got ${describe(given)}`);
    }
    each(exampleOf(op, given, prefix));
    if (++count % 16 === 0) await turns.next();
  }
  if (count === 0) throw new CorpusError(`${op}: there are no examples`);
  return count;
}

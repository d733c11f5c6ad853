import { CorpusError, describe } from '../../errors.js';
import { readBlocks } from '../../text/corpus/lines.js';
import { expandPaths } from '../../text/corpus/paths.js';
import { namedColumn } from '../table/columns.js';
import { readTable, readText } from '../table/read_table.js';
import type { TaggerSettings } from './settings.js';

export interface TaggedSentence {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

export interface TaggedSentences {
  readonly sentences: readonly TaggedSentence[];
  readonly format: 'slash' | 'conll' | 'jsonl';
  readonly files: number;
}

type FormSettings = Pick<TaggerSettings, 'format' | 'wordColumn' | 'tagColumn'>;

/**
 * Tagged sentences of a file, or of all files that a pattern matches.
 *
 * `slash`: a sentence a line, each word as `word/tag` (the last slash counts). `conll`: a word a line, its columns parted by
 * white space, an empty line after each sentence; of the columns the first is the word and the last the tag, or those whose
 * numbers (from 1) are named. `jsonl`: records with a list `words` (or `tokens`) and a list `tags`.
 * @throws CorpusError naming file and line
 */
export async function readSentences(path: string, settings: FormSettings): Promise<TaggedSentences> {
  const paths = await expandPaths('reading', [path]);
  const sentences: TaggedSentence[] = [];
  let { format } = settings;
  for (const file of paths) {
    const text = await readText(file);
    format ??= guessFormat(file, text);
    if (format === 'jsonl') sentences.push(...(await readRecords(file, settings)));
    else if (format === 'conll') sentences.push(...readColumns(file, text, settings));
    else sentences.push(...readSlashes(file, text));
  }
  return { sentences, format: format!, files: paths.length };
}

function guessFormat(path: string, text: string): 'slash' | 'conll' | 'jsonl' {
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) return 'jsonl';
  if (/\.(conll|conllu|tsv|bio|iob)(\.gz)?$/i.test(path)) return 'conll';
  const first = text.trimStart().split('\n', 1)[0].trim();
  if (first.startsWith('{')) return 'jsonl';
  const tokens = first.split(/\s+/);
  if (tokens.every((token) => token.lastIndexOf('/') > 0)) return 'slash';
  if (tokens.length >= 2 && tokens.length <= 12) return 'conll';
  throw new CorpusError(
    `${path} holds no tagged words: its first line must be word/tag word/tag …, or one word and its tag; say which by --format`,
  );
}

function readSlashes(path: string, text: string): TaggedSentence[] {
  const sentences: TaggedSentence[] = [];
  for (const [k, line] of text.split('\n').entries()) {
    const tokens = line.match(/\S+/g);
    if (tokens === null) continue;
    const words: string[] = [];
    const tags: string[] = [];
    for (const token of tokens) {
      const slash = token.lastIndexOf('/');
      if (slash <= 0 || slash === token.length - 1) {
        throw new CorpusError(`${path}, line ${k + 1}: ${describe(token)} is no word/tag`);
      }
      words.push(token.slice(0, slash));
      tags.push(token.slice(slash + 1));
    }
    sentences.push({ words, tags });
  }
  return sentences;
}

function readColumns(path: string, text: string, { wordColumn, tagColumn }: FormSettings): TaggedSentence[] {
  const at = (name: string | undefined, option: string) => {
    if (name === undefined) return null;
    const number = Number(name);
    if (Number.isInteger(number) && number >= 1) return number - 1;
    throw new CorpusError(`${option}: columns of ${path} have no names; say the number of one, from 1 on`);
  };
  const wordAt = at(wordColumn, '--word-column');
  const tagAt = at(tagColumn, '--tag-column');
  const sentences: TaggedSentence[] = [];
  let words: string[] = [];
  let tags: string[] = [];
  const end = () => {
    if (words.length > 0) sentences.push({ words, tags });
    [words, tags] = [[], []];
  };
  const isTab = text.includes('\t');
  for (const [k, line] of text.split('\n').entries()) {
    if (line.trim() === '') {
      end();
      continue;
    }
    // Comments of CoNLL-U; a word that begins so has columns after it.
    if (/^#\s/.test(line) || line.startsWith('-DOCSTART-')) continue;
    const columns = isTab ? line.trimEnd().split('\t') : line.trim().split(/\s+/);
    const word = columns[wordAt ?? 0];
    const tag = columns[tagAt ?? columns.length - 1];
    if (columns.length < 2 || !word || !tag) {
      throw new CorpusError(
        `${path}, line ${k + 1}: must have a word and its tag, got ${describe(line.trimEnd())} of ${columns.length} columns`,
      );
    }
    words.push(word);
    tags.push(tag);
  }
  end();
  return sentences;
}

async function readRecords(path: string, { wordColumn, tagColumn }: FormSettings): Promise<TaggedSentence[]> {
  const table = await readTable(path, { format: 'jsonl' });
  const column = (named: string | undefined, usual: readonly string[], option: string) => {
    const name = named ?? usual.find((candidate) => table.columns.includes(candidate)) ?? usual[0];
    return namedColumn(table, name, option).name;
  };
  const wordsName = column(wordColumn, ['words', 'tokens'], '--word-column');
  const tagsName = column(tagColumn, ['tags', 'labels', 'ner_tags', 'pos'], '--tag-column');
  return table.rows.map((row, k) => {
    const words = textsOf(row[wordsName], table.place(k), wordsName);
    const tags = textsOf(row[tagsName], table.place(k), tagsName);
    if (words.length === tags.length) return { words, tags };
    throw new CorpusError(`${table.place(k)}: ${words.length} words have ${tags.length} tags`);
  });
}

function textsOf(value: unknown, place: string, name: string): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) return value;
  throw new CorpusError(`${place}: '${name}' must be a list of texts, got ${describe(value)}`);
}

/** Sentences without tags: a sentence a line, words parted by white space; or the words of JSON Lines. */
export async function readPlainSentences(path: string, settings: FormSettings): Promise<string[][]> {
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) {
    const table = await readTable(path, { format: 'jsonl' });
    const usual = table.columns.includes('tokens') ? 'tokens' : 'words';
    const { name } = namedColumn(table, settings.wordColumn ?? usual, '--word-column');
    return table.rows.map((row, k) => textsOf(row[name], table.place(k), name));
  }
  const sentences: string[][] = [];
  for await (const { lines } of readBlocks('reading', path, true)) {
    for (const line of lines) if (line.trim() !== '') sentences.push(line.trim().split(/\s+/));
  }
  return sentences;
}

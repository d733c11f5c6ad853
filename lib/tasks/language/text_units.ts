import { CorpusError } from '../../errors.js';
import { endToken, padToken, unknownToken } from '../../language_model/corpus.js';
import { detokenizedPieces } from '../../language_model/detokenize.js';
import { placedSentences, readTextFile } from '../../language_model/text_file.js';
import { tokenizeWords } from '../../text/tokenize.js';
import { guessTextColumn, namedColumn } from '../table/columns.js';
import { readTable } from '../table/read_table.js';
import type { LanguageSettings } from './settings.js';

/** The tokens with which every vocabulary begins. */
export const specials = [padToken, unknownToken, endToken];

type UnitSettings = Pick<LanguageSettings, 'level' | 'lowercase'>;

/** A text of a file: all of it, or a column's values, a line each. @throws CorpusError */
export async function readText(
  path: string,
  settings: Pick<LanguageSettings, 'textColumn' | 'format'>,
): Promise<{ text: string; guesses: string[] }> {
  const { textColumn, format } = settings;
  const isTable = format !== undefined || textColumn !== undefined || /\.(csv|tsv|jsonl|ndjson)(\.gz)?$/i.test(path);
  if (!isTable && !/\.gz$/i.test(path) && path !== '-') return { text: readTextFile(path), guesses: [] };
  const table = await readTable(path, isTable ? { format } : { format: 'lines' });
  const column =
    textColumn === undefined ? guessTextColumn(table, []) : namedColumn(table, textColumn, '--text-column');
  const texts = table.rows.map((row, k) => {
    const value = row[column.name];
    if (typeof value === 'string') return value;
    throw new CorpusError(`${table.place(k)}: '${column.name}' must be a text`);
  });
  const isGuess = table.columns.length > 1 && column.guess !== null;
  const guess = `Column of the text: '${column.name}', a guess: ${column.guess}; --text-column names another`;
  return { text: texts.join('\n'), guesses: isGuess ? [guess] : [] };
}

/** Words are lower-cased unless that is refused, characters are as they are unless it is asked for. */
function isLowercase({ level, lowercase }: UnitSettings): boolean {
  return lowercase === undefined ? level === 'word' : lowercase === 'yes';
}

/** The tokens of a text: words, each sentence with its end; or characters. */
export function unitsOf(text: string, settings: UnitSettings): string[] {
  const cased = isLowercase(settings) ? text.toLowerCase() : text;
  if (settings.level === 'character') return Array.from(cased.replaceAll('\r\n', '\n'));
  const tokens: string[] = [];
  for (const { words } of placedSentences(cased)) {
    for (const word of words) tokens.push(word);
    tokens.push(endToken);
  }
  return tokens;
}

/** The tokens of a text that is to be gone on with: a sentence that has not ended. */
export function promptUnits(text: string, settings: UnitSettings): string[] {
  const cased = isLowercase(settings) ? text.toLowerCase() : text;
  return settings.level === 'character' ? Array.from(cased) : tokenizeWords(cased);
}

/** Tokens as a reader expects them, piece by piece. */
export function* textPieces(tokens: Iterable<string>, { level }: UnitSettings): Generator<string> {
  if (level === 'word') yield* detokenizedPieces(tokens);
  else for (const token of tokens) yield token === unknownToken ? '…' : token;
}

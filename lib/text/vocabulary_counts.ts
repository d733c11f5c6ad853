import { FileFormatError } from '../errors.js';

/** A line of word2vec's vocabulary files: a word, a space, and how often it occurs. */
const lineOfCounts = /^(\S+) (\d+)\r?$/;

/** Whether a text is such a file, by its first line. */
export function isCountsFile(text: string): boolean {
  const end = text.indexOf('\n');
  return lineOfCounts.test(end < 0 ? text : text.slice(0, end));
}

/** @throws FileFormatError naming the line that is none, or a word that comes twice */
export function readCountsFile(source: string, text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  for (const [k, line] of lines.entries()) {
    const match = lineOfCounts.exec(line);
    const count = Number(match?.[2]);
    if (match === null || !Number.isSafeInteger(count)) {
      throw new FileFormatError(
        `${source}, line ${k + 1}: expected a word and its count, got ${JSON.stringify(line.slice(0, 40))}`,
      );
    }
    if (counts.has(match[1])) {
      throw new FileFormatError(`${source}, line ${k + 1}: the word ${JSON.stringify(match[1])} comes twice`);
    }
    counts.set(match[1], count);
  }
  return counts;
}

export function writeCountsFile(entries: Iterable<readonly [string, number]>): string {
  const lines: string[] = [];
  for (const [token, count] of entries) lines.push(`${token} ${count}\n`);
  return lines.join('');
}

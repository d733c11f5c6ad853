import { CorpusError, describe } from '../../errors.js';
import { nearest } from '../../options.js';
import type { Documents } from './documents.js';
import { readBlocks } from './lines.js';

/** Which part of a record is the text: a field, or the fields on the way to one that lies deeper. */
export type FieldPath = readonly string[];

/** What `field` of each line's record holds. @throws CorpusError naming file, line and byte */
export async function* readJsonLines(
  op: string,
  path: string,
  strict: boolean,
  field: FieldPath,
  skipsMissing: boolean,
): AsyncGenerator<Documents> {
  for await (const block of readBlocks(op, path, strict)) {
    const items: (string | string[])[] = [];
    const lineOf: number[] = [];
    for (const [k, line] of block.lines.entries()) {
      if (line.trim() === '') continue;
      const value = valueAt(
        parse(line, () => block.place(k)),
        field,
        () => block.place(k),
      );
      if ((value === undefined || value === null) && skipsMissing) continue;
      if (typeof value !== 'string' && !isTokens(value)) {
        throw new CorpusError(
          `${block.place(k)}: field ${describe(field.join('.'))} must be a text or a list of tokens, got ${describe(value)}` +
            (value === null ? "; missing: 'skip' passes over records without it" : ''),
        );
      }
      items.push(value);
      lineOf.push(k);
    }
    yield { items, place: (k) => block.place(lineOf[k]) };
  }

  function valueAt(record: unknown, names: FieldPath, place: () => string): unknown {
    let value = record;
    for (const name of names) {
      if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) {
        value = (value as Record<string, unknown>)[name];
        continue;
      }
      if (skipsMissing) return undefined;
      const there = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      const close = nearest(name, there);
      const hint = close === null ? `it has ${there.slice(0, 8).join(', ') || 'none'}` : `did you mean '${close}'?`;
      throw new CorpusError(
        `${place()}: the record has no field ${describe(name)}; ${hint} (missing: 'skip' passes over records without it)`,
      );
    }
    return value;
  }
}

function parse(line: string, place: () => string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new CorpusError(`${place()}: is no JSON: ${(error as Error).message}`);
  }
}

function isTokens(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((token) => typeof token === 'string');
}

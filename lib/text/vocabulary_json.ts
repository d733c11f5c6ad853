import { describe, FileFormatError } from '../errors.js';

/** What a vocabulary is written as. */
export interface VocabularyJSON {
  format: 'lutra.vocabulary';
  version: 1;
  /** By id. */
  tokens: string[];
  /** How often each token occurred, by id. */
  counts: number[];
  /** Ids of the special tokens. */
  specials: number[];
  /** The id that unknown tokens get, or null where they are an error. */
  defaultIndex: number | null;
}

/**
 * Checks what was read from a file, all of it, before anything is made of it.
 * @param source what the error message starts with
 * @throws FileFormatError naming the field that is wrong
 */
export function readVocabularyJSON(source: string, json: unknown): VocabularyJSON {
  const fail = (what: string): never => {
    throw new FileFormatError(`${source}: ${what}`);
  };
  if (typeof json !== 'object' || json === null) return fail(`expected a vocabulary object, got ${describe(json)}`);
  const { format, version, tokens, counts, specials, defaultIndex } = json as Record<string, unknown>;
  if (format !== 'lutra.vocabulary') fail(`format must be "lutra.vocabulary", got ${describe(format)}`);
  if (version !== 1) fail(`version must be 1, got ${describe(version)}`);
  if (!Array.isArray(tokens)) return fail(`tokens must be an array, got ${describe(tokens)}`);
  const wrong = tokens.findIndex((token) => typeof token !== 'string');
  if (wrong >= 0) fail(`tokens[${wrong}] must be a string, got ${describe(tokens[wrong])}`);
  if (new Set(tokens).size !== tokens.length) fail('tokens must differ, but one comes twice');
  const isId = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < tokens.length;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(counts) || counts.length !== tokens.length || !counts.every(isCount)) {
    return fail(`counts must be ${tokens.length} integers of at least 0, got ${describe(counts)}`);
  }
  if (!Array.isArray(specials) || !specials.every(isId)) {
    return fail(`specials must be ids below ${tokens.length}, got ${describe(specials)}`);
  }
  if (defaultIndex !== null && !isId(defaultIndex)) {
    fail(`defaultIndex must be null or an id below ${tokens.length}, got ${describe(defaultIndex)}`);
  }
  return {
    format: 'lutra.vocabulary',
    version: 1,
    tokens,
    counts,
    specials,
    defaultIndex: defaultIndex as number | null,
  };
}

import { ArgumentError, describe, ValueError } from '../../errors.js';
import { readTokenizer, type Tokenize, type Tokenizer } from './tokenizers.js';

/** Unicode's normal forms, or texts as they are. */
export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD' | 'none';

/** How the texts of a corpus become tokens. */
export interface TextOptions {
  /** Default `'whitespace'`. */
  tokenizer?: Tokenizer;
  /** Lower case, before texts are parted. Default false. */
  lowercase?: boolean;
  /** Unicode normal form, first of all, so that `é` is one letter however it was typed. Default `'none'`. */
  normalize?: NormalForm;
  /**
   * Bytes that are not UTF-8: `'strict'` (the default) refuses them and says where they are, `'replace'` puts U+FFFD in
   * their place.
   */
  encodingErrors?: 'strict' | 'replace';
}

export const textOptionNames = ['tokenizer', 'lowercase', 'normalize', 'encodingErrors'] as const;

const forms: readonly NormalForm[] = ['NFC', 'NFD', 'NFKC', 'NFKD', 'none'];

/** The options, checked and filled in. */
export class TextForm {
  readonly tokenize: Tokenize;
  /** Whether tokens are what white space parts: a corpus like that is counted natively. */
  readonly byWhitespace: boolean;
  readonly lowercase: boolean;
  readonly normalize: NormalForm;
  readonly strict: boolean;

  constructor(op: string, options: TextOptions) {
    const { tokenizer = 'whitespace', lowercase = false, normalize = 'none', encodingErrors = 'strict' } = options;
    if (typeof lowercase !== 'boolean') {
      throw new ArgumentError(`${op}: lowercase must be true or false, got ${describe(lowercase)}`);
    }
    if (!forms.includes(normalize)) {
      throw new ValueError(`${op}: normalize must be '${forms.join("', '")}', got ${describe(normalize)}`);
    }
    if (encodingErrors !== 'strict' && encodingErrors !== 'replace') {
      throw new ValueError(`${op}: encodingErrors must be 'strict' or 'replace', got ${describe(encodingErrors)}`);
    }
    this.tokenize = readTokenizer(op, tokenizer);
    this.byWhitespace = tokenizer === 'whitespace';
    this.lowercase = lowercase;
    this.normalize = normalize;
    this.strict = encodingErrors === 'strict';
  }

  /** A text in its normal form and case. */
  form(text: string): string {
    const normal = this.normalize === 'none' ? text : text.normalize(this.normalize);
    return this.lowercase ? normal.toLowerCase() : normal;
  }

  /** Whether texts and tokens stay as they are. */
  get isPlain(): boolean {
    return this.normalize === 'none' && !this.lowercase;
  }

  tokens(text: string): string[] {
    return this.tokenize(this.form(text));
  }

  /**
   * Whether tokens can be formed one by one after white space has parted a text: the compatible forms can turn a sign into
   * one with white space in it.
   */
  get worksOnTokens(): boolean {
    return this.byWhitespace && this.normalize !== 'NFKC' && this.normalize !== 'NFKD';
  }
}

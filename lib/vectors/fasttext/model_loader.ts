import { ArgumentError, describe, FileFormatError, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { openBytes } from '../formats/bytes.js';
import type { EncodingErrors } from '../formats/words.js';
import { type FastTextModel, looksLikeModel, readModel } from './model_reader.js';

export interface LoadModelOptions {
  /** Words that are not UTF-8: `'strict'` (the default) refuses them, `'replace'` puts U+FFFD and keeps their bytes. */
  encodingErrors?: EncodingErrors;
}

/** Reads a whole model. @throws FileFormatError for a file that is none, or damaged */
export async function loadModel(op: string, path: string, options?: LoadModelOptions): Promise<FastTextModel> {
  const { encodingErrors = 'strict' } = checkOptions(op, options, ['encodingErrors']);
  if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
  if (encodingErrors !== 'strict' && encodingErrors !== 'replace') {
    throw new ValueError(`${op}: encodingErrors must be 'strict' or 'replace', got ${describe(encodingErrors)}`);
  }
  const bytes = await openBytes(op, path);
  if (!looksLikeModel(bytes.head)) throw new FileFormatError(`${bytes.name}: is no model of fastText`);
  return readModel(bytes, path, encodingErrors);
}

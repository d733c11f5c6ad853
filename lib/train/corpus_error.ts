/** A corpus that can't be read or trained on; the message says which, why, and what to do. */
export class CorpusError extends Error {
  override name = 'CorpusError';
}

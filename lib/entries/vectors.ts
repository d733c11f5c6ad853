/**
 * Vectors of words: files of them, questions to them, and what trains them (`Word2Vec`, `FastText`, `GloVe`).
 *
 * @module vectors
 * @since 0.1.0
 */

// Brings the types of a tensor's methods, which other modules add; loads nothing.
export type {} from '../index.js';
export * from '../vectors/index.js';

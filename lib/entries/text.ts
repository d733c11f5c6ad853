/**
 * Texts and numbers: vocabularies, corpora as streams, tokenizers, and drawing the next token.
 *
 * @module text
 * @since 0.1.0
 */

// Brings the types of a tensor's methods, which other modules add; loads nothing.
export type {} from '../index.js';
export * from '../text/index.js';

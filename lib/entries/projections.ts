/**
 * Many dimensions on a plane: `pca`, `tsne`, `umap`, and the nearest neighbours that they rest on.
 *
 * @module projections
 * @since 0.1.0
 */

// Brings the types of a tensor's methods, which other modules add; loads nothing.
export type {} from '../index.js';
export * from '../projections/index.js';

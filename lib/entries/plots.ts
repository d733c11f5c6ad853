/**
 * Pictures: curves of a training, histograms, heat maps, confusion matrices, scatters, as SVG, PNG, or text in a terminal.
 *
 * @module plots
 * @since 0.1.0
 */

// Brings the types of a tensor's methods, which other modules add; loads nothing.
export type {} from '../index.js';
export * from '../plots/index.js';

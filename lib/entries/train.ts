/**
 * Training without writing the loop: `Trainer`, its callbacks, checkpoints, logs and metrics, and `trainInWorker`.
 *
 * @module train
 * @since 0.1.0
 */

// Brings the types of a tensor's methods, which other modules add; loads nothing.
export type {} from '../index.js';
export * from '../training/index.js';

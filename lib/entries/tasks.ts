/**
 * What `lutra train` makes of a file, for programs: `trainRun`, `resumeRun`, and `openRun`, which answers with a trained model.
 *
 * @module tasks
 * @since 0.1.0
 */

// Brings the types of a tensor's methods, which other modules add; loads nothing.
export type {} from '../index.js';
export * from '../tasks/index.js';

/**
 * Training on several machines over MPI: collectives, `DistributedDataParallel`, `DistributedSampler`, tables whose rows lie on all ranks.
 *
 * @module distributed
 * @since 0.1.0
 */

export * from '../distributed/index.js';
// Brings the types of a tensor's methods, which other modules add; loads nothing.
export type {} from '../index.js';

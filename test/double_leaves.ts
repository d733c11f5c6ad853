/** Leaves in double precision: inputs for checks by differences. */
import { randn, type Tensor } from '../lib/index.js';

/** The options of a leaf in double precision. */
export const double = { dtype: 'float64', requiresGrad: true } as const;

/** A leaf of random numbers in double precision. */
export const leaf = (...shape: number[]): Tensor => randn(shape, double);

/** The native functions of one layer of simple recurrent units in one direction. */
import { native } from '../native.js';
import type { RecurrentFunctions } from './recurrent.js';

/** What is applied to the sums, by the code that the kernels know it by. */
export const nonlinearityCode = { tanh: 0, relu: 1 } as const;

export type Nonlinearity = keyof typeof nonlinearityCode;

export const rnnFunctions: RecurrentFunctions = {
  sizes: native.rnnSizes,
  forward: native.rnnForward,
  backward: native.rnnBackward,
};

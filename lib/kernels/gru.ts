/** The native functions of one layer of GRU in one direction. */
import { native } from '../native.js';
import type { RecurrentFunctions } from './recurrent.js';

export const gruFunctions: RecurrentFunctions = {
  sizes: native.gruSizes,
  forward: native.gruForward,
  backward: native.gruBackward,
};

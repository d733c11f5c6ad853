import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** Returns its input; takes and ignores any construction arguments, so that it can stand in for any layer. */
export class Identity extends Module {
  constructor(..._ignored: unknown[]) {
    super();
  }

  forward(input: Tensor): Tensor {
    return input;
  }
}

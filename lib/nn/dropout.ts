import { checkProbability, dropout } from '../ops/dropout.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { formatPythonFloat } from './module_format.js';

/**
 * In training, sets each element to zero with probability `p` (default 0.5) and divides the others by 1 - p; in
 * evaluation, passes its input on. As `torch.nn.Dropout`.
 */
export class Dropout extends Module {
  p: number;

  constructor(p = 0.5) {
    super();
    this.p = checkProbability('Dropout', p);
  }

  forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training);
  }

  override extraRepr(): string {
    return `p=${Number.isInteger(this.p) ? this.p : formatPythonFloat(this.p)}, inplace=False`;
  }
}

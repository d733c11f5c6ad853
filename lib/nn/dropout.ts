import { type InplaceOptions, inplaceOf } from '../ops/activation.js';
import { checkProbability, dropout } from '../ops/dropout.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { formatPython, formatPythonFloat } from './module_format.js';

/**
 * In training, sets each element to zero with probability `p` (default 0.5) and divides the others by 1 - p; in
 * evaluation, passes its input on. As `torch.nn.Dropout`.
 */
export class Dropout extends Module {
  p: number;
  /** Whether the result is written into the input's memory. */
  readonly inplace: boolean;

  constructor(p = 0.5, options?: InplaceOptions) {
    super();
    this.p = checkProbability('Dropout', p);
    this.inplace = inplaceOf('Dropout', options);
  }

  forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training, this.inplace ? { inplace: true } : undefined);
  }

  override extraRepr(): string {
    return `p=${Number.isInteger(this.p) ? this.p : formatPythonFloat(this.p)}, inplace=${formatPython(this.inplace)}`;
  }
}

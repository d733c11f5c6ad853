import { type CtcLossOptions, checkCtcOptions, ctcLoss, ctcOptionNames } from '../ops/ctc_loss.js';
import type { IndexInput } from '../ops/index_argument.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { Loss } from './loss.js';

/** The loss of labels that are not aligned with the steps of an input, as `torch.nn.CTCLoss`. */
export class CTCLoss extends Loss {
  blank: number;
  zeroInfinity: boolean;

  constructor(options?: CtcLossOptions) {
    const given = checkOptions('CTCLoss', options, ctcOptionNames);
    super(given);
    const { blank, zeroInfinity } = checkCtcOptions('CTCLoss', given);
    this.blank = blank;
    this.zeroInfinity = zeroInfinity;
  }

  /** See `functional.ctcLoss`. */
  forward(logProbs: Tensor, targets: IndexInput, inputLengths: IndexInput, targetLengths: IndexInput): Tensor {
    const { blank, reduction, zeroInfinity } = this;
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, reduction, zeroInfinity });
  }
}

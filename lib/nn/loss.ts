import {
  type CrossEntropyOptions,
  checkIgnoreIndex,
  checkLabelSmoothing,
  crossEntropy,
  crossEntropyOptionNames,
  type NllLossOptions,
  nllLoss,
  nllLossOptionNames,
} from '../ops/cross_entropy.js';
import {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  checkBeta,
  checkDelta,
  type HuberOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1Options,
  smoothL1Loss,
} from '../ops/element_loss.js';
import type { IndexInput } from '../ops/index_argument.js';
import { checkKlDivOptions, type KlDivOptions, type KlDivReduction, klDiv, klDivOptionNames } from '../ops/kl_div.js';
import { checkReduction, type Reduction, type ReductionOption } from '../ops/loss_reduction.js';
import { checkOptions } from '../options.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** The base of the losses: how the losses of a batch become one. */
export abstract class Loss extends Module {
  reduction: Reduction;

  constructor(options: ReductionOption) {
    super();
    this.reduction = checkReduction(new.target.name, options.reduction);
  }
}

/** A loss whose elements or classes can be weighted; weights are buffers, as in PyTorch. */
export abstract class WeightedLoss extends Loss {
  declare weight: Tensor | null;

  constructor(options: ReductionOption & { weight?: Tensor | null }) {
    super(options);
    const { weight = null } = options;
    if (weight !== null) checkFloat(new.target.name, 'weight', weight);
    this.registerBuffer('weight', weight);
  }
}

/**
 * Softmax and negative log likelihood of logits in one, as `torch.nn.CrossEntropyLoss`.
 * `forward(input, target)`: input [N, classes] (or [classes], [N, classes, ...]), target class numbers or
 * probabilities; see `functional.crossEntropy`.
 */
export class CrossEntropyLoss extends WeightedLoss {
  ignoreIndex: number;
  labelSmoothing: number;

  constructor(options?: CrossEntropyOptions) {
    const given = checkOptions('CrossEntropyLoss', options, crossEntropyOptionNames);
    super(given);
    this.ignoreIndex = checkIgnoreIndex('CrossEntropyLoss', given.ignoreIndex);
    this.labelSmoothing = checkLabelSmoothing('CrossEntropyLoss', given.labelSmoothing);
  }

  forward(input: Tensor, target: IndexInput): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return crossEntropy(input, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

/** Negative log likelihood of log-probabilities, as `torch.nn.NLLLoss`; see `functional.nllLoss`. */
export class NLLLoss extends WeightedLoss {
  ignoreIndex: number;

  constructor(options?: NllLossOptions) {
    const given = checkOptions('NLLLoss', options, nllLossOptionNames);
    super(given);
    this.ignoreIndex = checkIgnoreIndex('NLLLoss', given.ignoreIndex);
  }

  forward(input: Tensor, target: IndexInput): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(input, target, { weight, ignoreIndex, reduction });
  }
}

/** Binary cross entropy of probabilities, as `torch.nn.BCELoss`; see `functional.binaryCrossEntropy`. */
export class BCELoss extends WeightedLoss {
  constructor(options?: BinaryCrossEntropyOptions) {
    super(checkOptions('BCELoss', options, ['weight', 'reduction']));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return binaryCrossEntropy(input, target, { weight, reduction });
  }
}

/** Binary cross entropy of logits, as `torch.nn.BCEWithLogitsLoss`; see `functional.binaryCrossEntropyWithLogits`. */
export class BCEWithLogitsLoss extends WeightedLoss {
  /** Under the name that it has in PyTorch's state dicts. */
  declare pos_weight: Tensor | null;

  constructor(options?: BinaryCrossEntropyWithLogitsOptions) {
    const given = checkOptions('BCEWithLogitsLoss', options, ['weight', 'reduction', 'posWeight']);
    super(given);
    const { posWeight = null } = given;
    if (posWeight !== null) checkFloat('BCEWithLogitsLoss', 'posWeight', posWeight);
    this.registerBuffer('pos_weight', posWeight);
  }

  get posWeight(): Tensor | null {
    return this.pos_weight;
  }

  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction, posWeight } = this;
    return binaryCrossEntropyWithLogits(input, target, { weight, reduction, posWeight });
  }
}

/** Mean squared error, as `torch.nn.MSELoss`. */
export class MSELoss extends Loss {
  constructor(options?: ReductionOption) {
    super(checkOptions('MSELoss', options, ['reduction']));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/** Mean absolute error, as `torch.nn.L1Loss`. */
export class L1Loss extends Loss {
  constructor(options?: ReductionOption) {
    super(checkOptions('L1Loss', options, ['reduction']));
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, { reduction: this.reduction });
  }
}

/** A parabola near zero and a straight line beyond, as `torch.nn.SmoothL1Loss`. */
export class SmoothL1Loss extends Loss {
  beta: number;

  constructor(options?: SmoothL1Options) {
    const given = checkOptions('SmoothL1Loss', options, ['reduction', 'beta']);
    super(given);
    this.beta = checkBeta('SmoothL1Loss', given.beta ?? 1);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, { reduction: this.reduction, beta: this.beta });
  }
}

/** Huber's loss, as `torch.nn.HuberLoss`. */
export class HuberLoss extends Loss {
  delta: number;

  constructor(options?: HuberOptions) {
    const given = checkOptions('HuberLoss', options, ['reduction', 'delta']);
    super(given);
    this.delta = checkDelta('HuberLoss', given.delta ?? 1);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, { reduction: this.reduction, delta: this.delta });
  }
}

/** The Kullback–Leibler divergence of log-probabilities from a target, as `torch.nn.KLDivLoss`. */
export class KLDivLoss extends Module {
  reduction: KlDivReduction;
  logTarget: boolean;

  constructor(options?: KlDivOptions) {
    super();
    const given = checkKlDivOptions('KLDivLoss', checkOptions('KLDivLoss', options, klDivOptionNames));
    this.reduction = given.reduction;
    this.logTarget = given.logTarget;
  }

  /** See `functional.klDiv`. */
  forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, { reduction: this.reduction, logTarget: this.logTarget });
  }
}

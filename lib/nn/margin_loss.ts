import {
  checkHingePower,
  type MultilabelSoftMarginOptions,
  type MultiMarginOptions,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
} from '../ops/class_margin_loss.js';
import type { IndexInput } from '../ops/index_argument.js';
import type { ReductionOption } from '../ops/loss_reduction.js';
import {
  checkDistanceFunction,
  checkMargin,
  cosineEmbeddingLoss,
  type DistanceFunction,
  type HingeEmbeddingOptions,
  hingeEmbeddingLoss,
  type MarginOptions,
  marginRankingLoss,
  softMarginLoss,
  type TripletMarginOptions,
  type TripletMarginWithDistanceOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from '../ops/margin_loss.js';
import { checkAtLeastZero, checkNormOrder } from '../ops/similarity.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkFlag } from './layer_arguments.js';
import { Loss, WeightedLoss } from './loss.js';

/** Pulls vectors together or apart by their cosine, as `torch.nn.CosineEmbeddingLoss`. */
export class CosineEmbeddingLoss extends Loss {
  margin: number;

  constructor(options?: MarginOptions) {
    const given = checkOptions('CosineEmbeddingLoss', options, ['margin', 'reduction']);
    super(given);
    this.margin = checkMargin('CosineEmbeddingLoss', given.margin ?? 0);
  }

  /** See `functional.cosineEmbeddingLoss`. */
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** Wants an anchor nearer to its positive than to its negative, as `torch.nn.TripletMarginLoss`. */
export class TripletMarginLoss extends Loss {
  margin: number;
  p: number;
  eps: number;
  swap: boolean;

  constructor(options?: TripletMarginOptions) {
    const op = 'TripletMarginLoss';
    const given = checkOptions(op, options, ['margin', 'p', 'eps', 'swap', 'reduction']);
    super(given);
    this.margin = checkMargin(op, given.margin ?? 1, 0);
    this.p = checkNormOrder(op, given.p ?? 2);
    this.eps = checkAtLeastZero(op, 'eps', given.eps ?? 1e-6);
    this.swap = checkFlag(op, 'swap', given.swap ?? false);
  }

  /** See `functional.tripletMarginLoss`. */
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/** Wants the first or the second of two scores larger, as `torch.nn.MarginRankingLoss`. */
export class MarginRankingLoss extends Loss {
  margin: number;

  constructor(options?: MarginOptions) {
    const given = checkOptions('MarginRankingLoss', options, ['margin', 'reduction']);
    super(given);
    this.margin = checkMargin('MarginRankingLoss', given.margin ?? 0);
  }

  /** See `functional.marginRankingLoss`. */
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** The same with a distance of one's own, as `torch.nn.TripletMarginWithDistanceLoss`. */
export class TripletMarginWithDistanceLoss extends Loss {
  distanceFunction: DistanceFunction;
  margin: number;
  swap: boolean;

  constructor(options?: TripletMarginWithDistanceOptions) {
    const op = 'TripletMarginWithDistanceLoss';
    const given = checkOptions(op, options, ['distanceFunction', 'margin', 'swap', 'reduction']);
    super(given);
    this.distanceFunction = checkDistanceFunction(op, given.distanceFunction);
    this.margin = checkMargin(op, given.margin ?? 1, 0);
    this.swap = checkFlag(op, 'swap', given.swap ?? false);
  }

  /** See `functional.tripletMarginWithDistanceLoss`. */
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distanceFunction, margin, swap, reduction } = this;
    return tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin, swap, reduction });
  }
}

/** Wants distances of what is alike small, and of what is unlike above a margin, as `torch.nn.HingeEmbeddingLoss`. */
export class HingeEmbeddingLoss extends Loss {
  margin: number;

  constructor(options?: HingeEmbeddingOptions) {
    const given = checkOptions('HingeEmbeddingLoss', options, ['margin', 'reduction']);
    super(given);
    this.margin = checkMargin('HingeEmbeddingLoss', given.margin ?? 1);
  }

  /** See `functional.hingeEmbeddingLoss`. */
  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** Logistic regression with targets of 1 and -1, as `torch.nn.SoftMarginLoss`. */
export class SoftMarginLoss extends Loss {
  constructor(options?: ReductionOption) {
    super(checkOptions('SoftMarginLoss', options, ['reduction']));
  }

  /** See `functional.softMarginLoss`. */
  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, { reduction: this.reduction });
  }
}

/** Wants the target's score above every other by a margin, as `torch.nn.MultiMarginLoss`. */
export class MultiMarginLoss extends WeightedLoss {
  p: 1 | 2;
  margin: number;

  constructor(options?: MultiMarginOptions) {
    const op = 'MultiMarginLoss';
    const given = checkOptions(op, options, ['p', 'margin', 'weight', 'reduction']);
    super(given);
    this.p = checkHingePower(op, given.p ?? 1);
    this.margin = checkMargin(op, given.margin ?? 1);
  }

  /** See `functional.multiMarginLoss`. */
  forward(input: Tensor, target: IndexInput): Tensor {
    const { p, margin, weight, reduction } = this;
    return multiMarginLoss(input, target, { p, margin, weight, reduction });
  }
}

/** Wants the scores of a sample's classes above those of the others, as `torch.nn.MultiLabelMarginLoss`. */
export class MultiLabelMarginLoss extends Loss {
  constructor(options?: ReductionOption) {
    super(checkOptions('MultiLabelMarginLoss', options, ['reduction']));
  }

  /** See `functional.multilabelMarginLoss`. */
  forward(input: Tensor, target: IndexInput): Tensor {
    return multilabelMarginLoss(input, target, { reduction: this.reduction });
  }
}

/** Binary cross entropy of each class's logit, averaged over classes, as `torch.nn.MultiLabelSoftMarginLoss`. */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  constructor(options?: MultilabelSoftMarginOptions) {
    super(checkOptions('MultiLabelSoftMarginLoss', options, ['weight', 'reduction']));
  }

  /** See `functional.multilabelSoftMarginLoss`. */
  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return multilabelSoftMarginLoss(input, target, { weight, reduction });
  }
}

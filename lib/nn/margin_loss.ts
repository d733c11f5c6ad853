import {
  checkMargin,
  cosineEmbeddingLoss,
  type MarginOptions,
  marginRankingLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
} from '../ops/margin_loss.js';
import { checkAtLeastZero, checkNormOrder } from '../ops/similarity.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkFlag } from './layer_arguments.js';
import { Loss } from './loss.js';

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

import { checkKlDivOptions, type KlDivOptions, type KlDivReduction, klDiv, klDivOptionNames } from '../ops/kl_div.js';
import {
  checkMargin,
  cosineEmbeddingLoss,
  type MarginOptions,
  marginRankingLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
} from '../ops/margin_loss.js';
import {
  type CosineSimilarityOptions,
  checkAtLeastZero,
  checkEps,
  checkNormOrder,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from '../ops/similarity.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkFlag } from './layer_arguments.js';
import { Loss } from './loss.js';
import { Module } from './module.js';

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

/** The cosine of the angle between vectors, as `torch.nn.CosineSimilarity`. */
export class CosineSimilarity extends Module {
  dim: number;
  eps: number;

  constructor(options?: CosineSimilarityOptions) {
    super();
    const { dim = 1, eps = 1e-8 } = checkOptions('CosineSimilarity', options, ['dim', 'eps']);
    this.dim = dim;
    this.eps = checkAtLeastZero('CosineSimilarity', 'eps', eps);
  }

  /** See `functional.cosineSimilarity`. */
  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, { dim: this.dim, eps: this.eps });
  }
}

/** The p-norm of differences along the last dimension, as `torch.nn.PairwiseDistance`. */
export class PairwiseDistance extends Module {
  p: number;
  eps: number;
  keepdim: boolean;

  constructor(options?: PairwiseDistanceOptions) {
    super();
    const { p = 2, eps = 1e-6, keepdim = false } = checkOptions('PairwiseDistance', options, ['p', 'eps', 'keepdim']);
    this.p = checkNormOrder('PairwiseDistance', p);
    this.eps = checkEps('PairwiseDistance', eps);
    this.keepdim = checkFlag('PairwiseDistance', 'keepdim', keepdim);
  }

  /** See `functional.pairwiseDistance`. */
  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, { p: this.p, eps: this.eps, keepdim: this.keepdim });
  }
}

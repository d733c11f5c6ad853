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
import { Module } from './module.js';

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

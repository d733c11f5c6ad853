/** Operations without modules, as PyTorch's `torch.nn.functional`. */
export {
  celu,
  elu,
  type GeluOptions,
  gelu,
  hardtanh,
  leakyRelu,
  logSigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from '../ops/activation.js';
export { type AttentionOptions, scaledDotProductAttention } from '../ops/attention.js';
export { type BatchNormOptions, batchNorm } from '../ops/batch_norm.js';
export { bilinear } from '../ops/bilinear.js';
export {
  type MultilabelSoftMarginOptions,
  type MultiMarginOptions,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  multiMarginLoss,
} from '../ops/class_margin_loss.js';
export { type Conv1dOptions, type Conv1dPadding, conv1d } from '../ops/conv1d.js';
export {
  type CrossEntropyOptions,
  crossEntropy,
  type NllLossOptions,
  nllLoss,
} from '../ops/cross_entropy.js';
export { type CtcLossOptions, ctcLoss } from '../ops/ctc_loss.js';
export { type NormalizeOptions, normalize, type PdistOptions, pdist } from '../ops/distances.js';
export { dropout } from '../ops/dropout.js';
export {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type HuberOptions,
  huberLoss,
  l1Loss,
  mseLoss,
  type SmoothL1Options,
  smoothL1Loss,
  type WeightedLossOptions,
} from '../ops/element_loss.js';
export { type EmbeddingOptions, embedding, oneHot } from '../ops/embedding.js';
export { type BagMode, type EmbeddingBagOptions, embeddingBag } from '../ops/embedding_bag.js';
export { type AlphaDropoutOptions, alphaDropout, dropout1d, featureAlphaDropout } from '../ops/further_dropout.js';
export {
  type GumbelSoftmaxOptions,
  glu,
  gumbelSoftmax,
  prelu,
  type RReluOptions,
  rrelu,
  softmin,
} from '../ops/gated_activation.js';
export { type GroupNormOptions, groupNorm, type InstanceNormOptions, instanceNorm } from '../ops/group_norm.js';
export {
  hardshrink,
  hardsigmoid,
  hardswish,
  softshrink,
  softsign,
  tanhshrink,
  threshold,
} from '../ops/hard_activation.js';
export { type KlDivOptions, type KlDivReduction, klDiv } from '../ops/kl_div.js';
export {
  type GaussianNllOptions,
  gaussianNllLoss,
  type PoissonNllOptions,
  poissonNllLoss,
} from '../ops/likelihood_loss.js';
export { linear } from '../ops/linear.js';
export {
  type LinearCrossEntropyChunks,
  type LinearCrossEntropyOptions,
  linearCrossEntropy,
} from '../ops/linear_cross_entropy.js';
export {
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
export { type LayerNormOptions, layerNorm, type RmsNormOptions, rmsNorm } from '../ops/norm.js';
export { type PadMode, type PadOptions, pad } from '../ops/padding.js';
export {
  type AdaptiveMaxPool1dOptions,
  type AvgPool1dOptions,
  adaptiveAvgPool1d,
  adaptiveMaxPool1d,
  avgPool1d,
  type LPPool1dOptions,
  lpPool1d,
  type MaxPool1dOptions,
  maxPool1d,
} from '../ops/pool1d.js';
export {
  type NegativeSamplingOptions,
  negativeSamplingLoss,
  type SampledSoftmaxOptions,
  sampledSoftmaxLoss,
} from '../ops/sampled_loss.js';
export {
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from '../ops/similarity.js';
export { logSoftmax, softmax } from '../ops/softmax.js';

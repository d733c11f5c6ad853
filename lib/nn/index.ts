/** Modules, as PyTorch's `torch.nn`. */
export {
  CELU,
  ELU,
  GELU,
  LeakyReLU,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  ReLU6,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from './activation.js';
export {
  type AdaptiveLogSoftmaxOptions,
  type AdaptiveLogSoftmaxOutput,
  AdaptiveLogSoftmaxWithLoss,
} from './adaptive_log_softmax.js';
export { BatchNorm1d, type BatchNormModuleOptions } from './batch_norm.js';
export { Bilinear } from './bilinear.js';
export { ClassSampler, type ClassSource, type UnigramOptions } from './class_sampler.js';
export * as utils from './clipping_and_sequences.js';
export { cloneModule } from './clone_module.js';
export { ModuleDict, ModuleList, ParameterList, Sequential } from './containers.js';
export { Conv1d, type Conv1dModuleOptions, type PaddingMode } from './conv1d.js';
export { CTCLoss } from './ctc_loss.js';
export { AlphaDropout, Dropout, Dropout1d, FeatureAlphaDropout } from './dropout.js';
export {
  Embedding,
  type EmbeddingModuleOptions,
  type FromMappedOptions,
  type FromPretrainedOptions,
} from './embedding.js';
export {
  EmbeddingBag,
  type EmbeddingBagForwardOptions,
  type EmbeddingBagFromPretrainedOptions,
  type EmbeddingBagModuleOptions,
} from './embedding_bag.js';
export { Flatten, Unflatten } from './flatten.js';
export * as functional from './functional.js';
export { GLU, PReLU, type PReLUOptions, RReLU, Softmin } from './gated_activation.js';
export { GroupNorm, type GroupNormModuleOptions } from './group_norm.js';
export { GRU, type GRUOptions } from './gru.js';
export { GRUCell } from './gru_cell.js';
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  Softshrink,
  Softsign,
  Tanhshrink,
  Threshold,
} from './hard_activation.js';
export { Identity } from './identity.js';
export * as init from './init.js';
export { InstanceNorm1d, type InstanceNormModuleOptions } from './instance_norm.js';
export { GaussianNLLLoss, PoissonNLLLoss } from './likelihood_loss.js';
export { Linear, type LinearOptions } from './linear.js';
export { LinearCrossEntropyLoss, type LinearCrossEntropyLossOptions } from './linear_cross_entropy.js';
export {
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  SmoothL1Loss,
} from './loss.js';
export { LSTM, type LSTMOptions, type LSTMState } from './lstm.js';
export { LSTMCell, type LSTMCellState } from './lstm_cell.js';
export {
  CosineEmbeddingLoss,
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  SoftMarginLoss,
  TripletMarginLoss,
  TripletMarginWithDistanceLoss,
} from './margin_loss.js';
export { Module, type RecurseOptions } from './module.js';
export {
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardOptions,
  type ForwardPreHook,
  type ForwardPreHookOptions,
  type FullBackwardHook,
  type FullBackwardPreHook,
  type HookGradients,
  type HookOptions,
  RemovableHandle,
} from './module_hooks.js';
export {
  MultiheadAttention,
  type MultiheadAttentionForwardOptions,
  type MultiheadAttentionOptions,
} from './multihead_attention.js';
export { LayerNorm, type LayerNormModuleOptions, RMSNorm, type RMSNormModuleOptions } from './normalization.js';
export {
  CircularPad1d,
  ConstantPad1d,
  type Padding1d,
  ReflectionPad1d,
  ReplicationPad1d,
  ZeroPad1d,
} from './padding_layers.js';
export { Parameter, type ParameterOptions } from './parameter.js';
export { type NamedParameters, ParameterDict } from './parameter_dict.js';
export { AdaptiveAvgPool1d, AdaptiveMaxPool1d, AvgPool1d, LPPool1d, MaxPool1d, type Pooled } from './pooling.js';
export {
  LearnedPositionalEncoding,
  PositionalEncoding,
  type PositionalEncodingOptions,
  sinusoidalEncoding,
} from './positional_encoding.js';
export { QuantizedEmbedding, QuantizedEmbeddingBag, type QuantizedEmbeddingBagOptions } from './quantized_embedding.js';
export type { CellOptions } from './recurrent_cell.js';
export { RNN, type RNNOptions } from './rnn.js';
export { RNNCell, type RNNCellOptions } from './rnn_cell.js';
export {
  NegativeSamplingLoss,
  type NegativeSamplingLossOptions,
  SampledSoftmaxLoss,
  type SampledSoftmaxLossOptions,
} from './sampled_loss.js';
export { CosineSimilarity, PairwiseDistance } from './similarity.js';
export type { LoadOptions, LoadResult, StateDict } from './state_dict.js';
export { Transformer, type TransformerForwardOptions, type TransformerOptions } from './transformer.js';
export {
  type Activation,
  TransformerDecoderLayer,
  type TransformerDecoderLayerForwardOptions,
  TransformerEncoderLayer,
  type TransformerEncoderLayerForwardOptions,
  type TransformerLayerOptions,
} from './transformer_layers.js';
export {
  TransformerDecoder,
  type TransformerDecoderForwardOptions,
  TransformerEncoder,
  type TransformerEncoderForwardOptions,
  type TransformerStackOptions,
} from './transformer_stacks.js';

export type { BackwardOptions, GradOptions } from './autograd/engine.js';
export * as autograd from './autograd/index.js';
export { enableGrad, isGradEnabled, noGrad } from './autograd/mode.js';
export { RowSparse } from './autograd/row_sparse.js';
export { type Collated, type CollateOptions, defaultCollate } from './data/collate.js';
export { DataLoader, type DataLoaderOptions } from './data/data_loader.js';
export { ArrayDataset, type DataSource, type Dataset, Subset, TensorDataset } from './data/dataset.js';
export type { OrderState } from './data/drawn_order.js';
export { IterableDataset, type IterableSource } from './data/iterable_dataset.js';
export { type RandomSplitOptions, randomSplit } from './data/random_split.js';
export {
  BatchSampler,
  type BatchSource,
  RandomSampler,
  type RandomSamplerOptions,
  type Resumable,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  type SubsetRandomSamplerOptions,
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from './data/sampler.js';
export {
  ArgumentError,
  AutogradError,
  CheckpointError,
  CorpusError,
  DistributedError,
  DTypeError,
  FileFormatError,
  GradcheckError,
  IndexError,
  NonFiniteError,
  OptionError,
  ShapeError,
  StateDictError,
  TokenError,
  ValueError,
} from './errors.js';
export type { EntryNames, LoadFileOptions } from './io/entry_names.js';

import './io/mapped/mapped_table.js';

export { loadNpy, type NpyContent, parseNpy, saveNpy, serializeNpy } from './io/numpy/npy.js';
export type { NestedStrings } from './io/numpy/npy_strings.js';
export { loadNpz, parseNpz, type SaveNpzOptions, saveNpz, serializeNpz } from './io/numpy/npz.js';
export {
  loadSafetensors,
  type NamedTensors,
  parseSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
  saveSafetensors,
  serializeSafetensors,
} from './io/safetensors/safetensors.js';
export { loadTorch, parseTorch, type TorchValue } from './io/torch/reader.js';
export { saveTorch, serializeTorch, type TorchSavable } from './io/torch/writer.js';
export * as nn from './nn/index.js';

export { type AlphaOptions, add, div, mul, neg, sub } from './ops/arithmetic.js';
export type { DivOptions } from './ops/rounded_division.js';

import './ops/assign.js';

export type { Operand } from './calls/elementwise.js';
export { Generator, getRngState, initialSeed, manualSeed, seed, setRngState } from './calls/generator.js';
export { type CpuInfo, cpuInfo, getNumThreads, setNumThreads } from './calls/runtime.js';
export * as languageModel from './language_model/index.js';
export { relu, sigmoid, tanh } from './ops/activation.js';
export { addbmm, addmv, addr, baddbmm } from './ops/add_products.js';
export type { TensorIndices } from './ops/advanced_index.js';
export { addcdiv, addcmul, lerp, type ValueOptions } from './ops/blend.js';
export { clamp, clampMax, clampMin, clip, type Limit } from './ops/clamping.js';
export {
  blockDiag,
  broadcastShapes,
  type CombinationsOptions,
  cartesianProd,
  combinations,
  unravelIndex,
  type VanderOptions,
  vander,
} from './ops/combinatorics.js';
export {
  allclose,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  type CloseOptions,
  eq,
  equal,
  ge,
  gt,
  isclose,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  maximum,
  minimum,
  ne,
} from './ops/comparison.js';
export { clone } from './ops/copy.js';
export {
  argwhere,
  type BincountOptions,
  bincount,
  countNonzero,
  type HistcOptions,
  histc,
} from './ops/counting.js';
export { type CovOptions, corrcoef, cov, dist, renorm, stdMean, varMean } from './ops/covariance.js';
export {
  arange,
  asTensor,
  empty,
  emptyLike,
  eye,
  type FromDataOptions,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  type TensorData,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from './ops/creation.js';
export { type CumprodOptions, cummax, cummin, cumprod } from './ops/cumulative.js';
export {
  type DiagEmbedOptions,
  diag,
  diagEmbed,
  diagflat,
  diagonalScatter,
  type SliceScatterOptions,
  selectScatter,
  sliceScatter,
  trace,
} from './ops/diagonals.js';
export {
  cumulativeTrapezoid,
  type DiffOptions,
  diff,
  type TrapezoidOptions,
  trapezoid,
  trapz,
} from './ops/differences.js';
export {
  adjoint,
  atleast1d,
  atleast2d,
  atleast3d,
  moveaxis,
  movedim,
  ravel,
  swapaxes,
  swapdims,
  unfold,
} from './ops/dimensions.js';
export { type CdistComputeMode, type CdistOptions, cdist } from './ops/distances.js';
export { floorDivide, fmod, remainder } from './ops/division.js';
export { einsum } from './ops/einsum.js';
export type { Subscripts } from './ops/einsum_equation.js';
export { type AminmaxOptions, amax, amin, aminmax, type MinAndMax } from './ops/extreme_values.js';
export { argmax, argmin, max, min, type ValuesAndIndices } from './ops/extremes.js';
export { type GradientOptions, gradient } from './ops/gradient.js';
export {
  type AccumulateOptions,
  indexCopy,
  indexFill,
  indexPut,
  maskedScatter,
  put,
} from './ops/index_writing.js';
export { flip, indexAdd, indexSelect, maskedSelect, nonzero } from './ops/indexing.js';
export { cat, chunk, split, stack } from './ops/joining.js';
export { logaddexp, logaddexp2, logcumsumexp, logsumexp } from './ops/log_sums.js';
export { maskedFill, where } from './ops/masking.js';
export { type AddmmOptions, addmm, bmm, dot, matmul, mm, mv } from './ops/matmul.js';
export { nanmean, nansum } from './ops/nan_reductions.js';
export { type LogspaceOptions, logspace } from './ops/new_tensors.js';
export {
  type ContractedDims,
  ger,
  inner,
  kron,
  outer,
  type TensordotOptions,
  tensordot,
  vdot,
} from './ops/outer_products.js';
export {
  atan2,
  bitwiseLeftShift,
  bitwiseRightShift,
  copysign,
  floatPower,
  fmax,
  fmin,
  gcd,
  heaviside,
  hypot,
  lcm,
  ldexp,
  nextafter,
  rsub,
  xlogy,
} from './ops/pair_functions.js';
export {
  abs,
  acos,
  asin,
  atan,
  ceil,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  log2,
  log10,
  reciprocal,
  rsqrt,
  sign,
  sin,
  sinh,
  sqrt,
  tan,
  trunc,
} from './ops/pointwise.js';
export { pow, square } from './ops/power.js';
export {
  type Interpolation,
  kthvalue,
  median,
  mode,
  msort,
  nanmedian,
  nanquantile,
  type QuantileOptions,
  quantile,
} from './ops/quantiles.js';
export {
  bernoulli,
  type DrawOptions,
  type MultinomialOptions,
  multinomial,
  normal,
  type RandomTensorOptions,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  randperm,
} from './ops/random.js';
export { all, any, mean, prod, type SumOptions, sum } from './ops/reduction.js';
export type { Dims, KeepdimOptions } from './ops/reduction_layout.js';
export {
  broadcastTensors,
  broadcastTo,
  type MeshgridOptions,
  meshgrid,
  type RepeatInterleaveOptions,
  repeatInterleave,
  tile,
} from './ops/repetition.js';
export { flatten, reshape, unflatten } from './ops/reshape.js';
export { fliplr, flipud, type Rot90Options, roll, rot90 } from './ops/rolling.js';
export { type RoundOptions, round } from './ops/rounding.js';
export { type CumsumOptions, cumsum } from './ops/running_sums.js';
export type { IndexEntry } from './ops/subscript.js';

import './ops/subscript.js';

export { gather, scatter, scatterAdd } from './ops/scatter.js';
export {
  indexReduce,
  type ScatterReduceOptions,
  type ScatterReduction,
  scatterReduce,
} from './ops/scatter_reduction.js';
export {
  type BucketizeOptions,
  bucketize,
  type IsinOptions,
  isin,
  type SearchsortedOptions,
  searchsorted,
} from './ops/searching.js';
export { type SegmentReduceOptions, type SegmentReduction, segmentReduce } from './ops/segment_reduction.js';
export { logSoftmax, softmax } from './ops/softmax.js';
export { argsort, type SortOptions, sort, type TopkOptions, topk } from './ops/sorting.js';
export {
  acosh,
  asinh,
  atanh,
  deg2rad,
  digamma,
  erfc,
  erfinv,
  exp2,
  frac,
  i0,
  isneginf,
  isposinf,
  isreal,
  lgamma,
  logit,
  type NanToNumOptions,
  nanToNum,
  polygamma,
  positive,
  rad2deg,
  sgn,
  signbit,
  sinc,
} from './ops/special_functions.js';
export {
  absolute,
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctan2,
  arctanh,
  divide,
  fix,
  greater,
  greaterEqual,
  less,
  lessEqual,
  multiply,
  negative,
  notEqual,
  subtract,
  trueDivide,
} from './ops/spellings.js';
export {
  columnStack,
  concat,
  concatenate,
  dsplit,
  dstack,
  hsplit,
  hstack,
  rowStack,
  type Sections,
  tensorSplit,
  vsplit,
  vstack,
} from './ops/stacking.js';
export { norm, std, type VarOptions, variance } from './ops/statistics.js';
export { take, takeAlongDim } from './ops/taking.js';
export { type TriangleIndicesOptions, tril, trilIndices, triu, triuIndices } from './ops/triangles.js';
export {
  type UniqueConsecutiveOptions,
  type UniqueOptions,
  type UniqueResult,
  unique,
  uniqueConsecutive,
} from './ops/unique.js';
export { type CrossOptions, cross, matrixPower, multiDot, type VecdotOptions, vecdot } from './ops/vector_products.js';
export { diagonal, narrow, permute, select, squeeze, t, transpose, unbind, unsqueeze } from './ops/view.js';
export * as optim from './optim/index.js';
export * as plots from './plots/index.js';

import './ops/in_place_forms.js';

export * from './projections/index.js';
export type { DType, TypedArray } from './tensor/dtype.js';
export { getPrintOptions, type PrintOptions, setPrintOptions, withPrintOptions } from './tensor/print.js';
export { type NestedList, Tensor } from './tensor/tensor.js';
export * from './text/index.js';
export * from './training/index.js';
export * from './vectors/index.js';
export * from './view/index.js';

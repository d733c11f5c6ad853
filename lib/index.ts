export type { BackwardOptions, GradOptions } from './autograd/engine.js';
export * as autograd from './autograd/index.js';
export { enableGrad, isGradEnabled, noGrad } from './autograd/mode.js';
export { RowSparse } from './autograd/row_sparse.js';
export * from './errors.js';
export {
  loadSafetensors,
  type NamedTensors,
  parseSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
  saveSafetensors,
  serializeSafetensors,
} from './io/safetensors.js';
export { type CpuInfo, cpuInfo, getNumThreads, setNumThreads } from './native.js';
export type { DType, TypedArray } from './tensor/dtype.js';
export { type PrintOptions, setPrintOptions } from './tensor/print.js';
export { type NestedList, Tensor } from './tensor/tensor.js';

export { type AnomalyOptions, detectAnomaly, isAnomalyEnabled, setDetectAnomaly } from './anomaly.js';
export { backward, grad } from './engine.js';
export { type GradcheckOptions, gradcheck, type TensorNest } from './gradcheck.js';
export { enableGrad, isGradEnabled, noGrad } from './mode.js';
export type { Node } from './node.js';
export { RemovableHandle } from './removable_handle.js';
export { RowSparse } from './row_sparse.js';
export type { PostAccumulateGradHook, TensorHook } from './tensor_hooks.js';

export { type AnomalyOptions, detectAnomaly, isAnomalyEnabled, setDetectAnomaly } from './anomaly.js';
export { backward, grad } from './engine.js';
export { type GradcheckOptions, gradcheck, type TensorNest } from './gradcheck.js';
export { enableGrad, isGradEnabled, noGrad } from './mode.js';
export type { Node } from './node.js';
export { RowSparse } from './row_sparse.js';

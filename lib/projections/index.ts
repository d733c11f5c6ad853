export { type PcaOptions, type PcaResult, pca } from './pca.js';
export type { PointData } from './points.js';

export {
  type NearestNeighbors,
  type NearestNeighborsOptions,
  nearestNeighbors,
  type ProjectionMetric,
} from './neighbors.js';
export { type PcaOptions, type PcaResult, pca } from './pca.js';
export type { PointData } from './points.js';
export { type TrustworthinessOptions, trustworthiness } from './trustworthiness.js';
export { type TsneOptions, tsne } from './tsne.js';
export { type UmapOptions, umap } from './umap.js';
export type { OnProjectionProgress, ProjectionProgress } from './work.js';

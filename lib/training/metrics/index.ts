/** What is measured of a model besides its loss. */
export { Accuracy, type AccuracyOptions } from './accuracy.js';
export { type ClassCountOptions, F1, Precision, Recall } from './class_counts.js';
export type { Metric, MetricBatch, Metrics } from './metric.js';
export { Perplexity } from './perplexity.js';
export { Mrr, Ndcg, type RankingOptions, RecallAtK } from './ranking.js';
export { RocAuc, type RocAucOptions } from './roc_auc.js';

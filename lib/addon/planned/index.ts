// Made by scripts/make_calls.mjs from native/binding/planned.
import type { PlannedAttention } from './attention.js';
import type { PlannedChannelNorm } from './channel_norm.js';
import type { PlannedClassifier } from './classifier.js';
import type { PlannedConvolution } from './convolution.js';
import type { PlannedCooccurrences } from './cooccurrences.js';
import type { PlannedCtc } from './ctc.js';
import type { PlannedEigen } from './eigen.js';
import type { PlannedEmbeddingBag } from './embedding_bag.js';
import type { PlannedGather } from './gather.js';
import type { PlannedGlove } from './glove.js';
import type { PlannedGraph } from './graph.js';
import type { PlannedLinearCrossEntropy } from './linear_cross_entropy.js';
import type { PlannedLosses } from './losses.js';
import type { PlannedLstm } from './lstm.js';
import type { PlannedMarginLosses } from './margin_losses.js';
import type { PlannedMatmul } from './matmul.js';
import type { PlannedNeighbors } from './neighbors.js';
import type { PlannedNorm } from './norm.js';
import type { PlannedOptim } from './optim.js';
import type { PlannedPooling } from './pooling.js';
import type { PlannedRecurrent } from './recurrent.js';
import type { PlannedRunning } from './running.js';
import type { PlannedSimilarity } from './similarity.js';
import type { PlannedSoftmax } from './softmax.js';
import type { PlannedTsne } from './tsne.js';
import type { PlannedUmap } from './umap.js';
import type { PlannedWord2vec } from './word2vec.js';

/** The addon's functions whose numbers travel in the plan. */
export interface PlannedCalls
  extends PlannedAttention,
    PlannedChannelNorm,
    PlannedClassifier,
    PlannedConvolution,
    PlannedCooccurrences,
    PlannedCtc,
    PlannedEigen,
    PlannedEmbeddingBag,
    PlannedGather,
    PlannedGlove,
    PlannedGraph,
    PlannedLinearCrossEntropy,
    PlannedLosses,
    PlannedLstm,
    PlannedMarginLosses,
    PlannedMatmul,
    PlannedNeighbors,
    PlannedNorm,
    PlannedOptim,
    PlannedPooling,
    PlannedRecurrent,
    PlannedRunning,
    PlannedSimilarity,
    PlannedSoftmax,
    PlannedTsne,
    PlannedUmap,
    PlannedWord2vec {}

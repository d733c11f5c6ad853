// Cross entropy of logits, and negative log likelihood of log-probabilities, against class indices. Scores are
// [outer, classes, inner], targets and losses [outer, inner]. T is float or double.
//
// The formulas are torch.nn.functional.cross_entropy's. With y the target of a sample, w the class weights (1 when
// there are none), s the label smoothing and p the softmax of its logits:
//   loss = -(1 - s) w[y] log p[y] - s / classes * sum_c(w[c] log p[c]);   0 when y is the ignored index.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** A loss over samples: where classes lie, and what is left out. */
struct ClassLossShape {
  int64_t outer;
  int64_t classes;
  int64_t inner;
  int64_t ignoreIndex;
  double labelSmoothing;  // cross entropy only
};

/** Sums over the samples that count: of their losses, and of their targets' weights (the divisor of a mean). */
struct ClassLossSums {
  double loss;
  double weight;
};

/** The position of the first target that is neither a class nor ignoreIndex, or -1. */
int64_t findBadTarget(const int32_t* targets, int64_t count, int64_t classes, int64_t ignoreIndex);

/**
 * loss [outer, inner] and what the backward pass needs: normaliser [2, outer, inner] holds each sample's largest logit
 * and the logarithm of sum(exp(logit - largest)). weight is [classes] or null.
 */
LUTRA_KERNEL(crossEntropy, ClassLossSums(T* loss, T* normaliser, const T* logits, const int32_t* targets,
                                         const T* weight, const ClassLossShape& shape));

/**
 * dlogits, all of it. A sample's gradient is scaled by dloss[0] * scale, or by dloss[sample] * scale when perSample.
 */
LUTRA_KERNEL(crossEntropyBackward,
             void(T* dlogits, const T* logits, const T* normaliser, const int32_t* targets, const T* weight,
                  const T* dloss, bool perSample, double scale, const ClassLossShape& shape));

/** loss = -weight[target] * logProbabilities[target] */
LUTRA_KERNEL(negativeLogLikelihood, ClassLossSums(T* loss, const T* logProbabilities, const int32_t* targets,
                                                  const T* weight, const ClassLossShape& shape));

/** dinput, all of it. */
LUTRA_KERNEL(negativeLogLikelihoodBackward, void(T* dinput, const int32_t* targets, const T* weight, const T* dloss,
                                                 bool perSample, double scale, const ClassLossShape& shape));

}  // namespace lutra

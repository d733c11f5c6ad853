// The loss of connectionist temporal classification: the negative logarithm of the probability of all alignments of a
// label sequence to the steps of an input. T is float or double.
//
// A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, "Connectionist Temporal Classification" (2006), sections 4.1
// and 4.2, in log space. With labels l_1 ... l_S, the states are blank, l_1, blank, ..., l_S, blank; alpha[t][s] is the
// logarithm of the probability of all ways to be in state s at step t, beta[t][s] of those from there on; both hold
// step t's own.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

struct CtcShape {
  int64_t steps;    // T
  int64_t batch;    // N
  int64_t classes;  // C
  int64_t longest;  // the most labels that a sample may have
  int32_t blank;

  /** Elements that a row of alpha takes: the states of the longest sample, and two before the first. */
  int64_t row() const { return 2 * longest + 3; }
};

/** Sample n's labels are targets[starts[n]] to targets[starts[n] + targetLengths[n]]. */
struct CtcLabels {
  const int32_t* targets;
  const int32_t* starts;         // [N]
  const int32_t* inputLengths;   // [N], at most T
  const int32_t* targetLengths;  // [N], at most longest
};

/** The place in targets of the first label that is no class or is the blank, or -1. */
int64_t findBadLabel(const CtcLabels& labels, const CtcShape& shape);

/**
 * loss [N], infinite where nothing aligns; for the gradient, alpha [N, T, row()], each step's less the largest of them,
 * and those [N, T], added up: long sequences keep the precision of T that way. logProbs is [T, N, C].
 */
LUTRA_KERNEL(ctcLoss, void(T* loss, T* alpha, double* shifts, const T* logProbs, const CtcLabels& labels,
                           const CtcShape& shape));

/**
 * dlogProbs [T, N, C], all of it: dloss[n] (e^logProbs - P(class at the step | labels)), PyTorch's gradient, which is
 * that of logits whose logSoftmax logProbs are. NaN for a sample that can't be aligned, or 0 with zeroInfinity; 0
 * beyond its steps.
 */
LUTRA_KERNEL(ctcLossBackward,
             void(T* dlogProbs, const T* dloss, const T* loss, const T* alpha, const double* shifts, const T* logProbs,
                  const CtcLabels& labels, bool zeroInfinity, const CtcShape& shape));

}  // namespace lutra

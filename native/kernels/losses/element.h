// Elementwise losses of an input x and a target t, fused with their reduction. T is float or double.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** Formulas of torch.nn.functional. Codes are shared with lib/calls/losses.ts. */
enum class LossKind : int {
  mse = 0,             // (x - t)^2
  l1 = 1,              // |x - t|
  smoothL1 = 2,        // d^2 / (2 beta) where d = |x - t| < beta, else d - beta / 2
  huber = 3,           // d^2 / 2 where d <= delta, else delta (d - delta / 2)
  bce = 4,             // -t log x - (1 - t) log(1 - x), logarithms at least -100
  bceLogits = 5,       // (1 - t) x + (1 + (positive - 1) t) log(1 + e^-x)
  softMargin = 6,      // log(1 + e^(-t x))
  hingeEmbedding = 7,  // x unless t is -1, plus max(0, margin - x) unless t is 1
  // Poisson: e^x - t x of logarithms, x - t log(x + eps) of rates; full: plus t log t - t + log(2 pi t) / 2 where t
  // > 1.
  poissonLog = 8,
  poissonLogFull = 9,
  poisson = 10,
  poissonFull = 11,
  // Gauss: (log v + (x - t)^2 / v) / 2, where v = max(positive, eps); full: plus log(2 pi) / 2.
  gaussian = 12,
  gaussianFull = 13,
  gaussianVariance = 14,  // the same as a function of v: its slope is d/dv, as if nothing had been cut off
};

/** What a loss takes besides x and t. */
template <class T>
struct LossExtras {
  double parameter;   // beta, delta, margin or eps
  const T* weight;    // [n], multiplies each loss, or null
  const T* positive;  // [n], weight of positive targets (bceLogits) or the variances (gaussian), or null
};

/** The position of the first value outside [0, 1] (NaN is outside), or -1. */
LUTRA_KERNEL(findOutsideUnit, int64_t(const T* x, int64_t n));

/** Returns the sum of all n losses; stores them to out unless it is null. Sums of fixed blocks are added in double. */
LUTRA_KERNEL(elementLoss,
             double(LossKind kind, T* out, const T* x, const T* t, int64_t n, const LossExtras<T>& extras));

/** dx = dloss[0] * scale * d(loss)/dx, or with dloss[i] when perElement. */
LUTRA_KERNEL(elementLossBackward, void(LossKind kind, T* dx, const T* x, const T* t, const T* dloss, bool perElement,
                                       double scale, int64_t n, const LossExtras<T>& extras));

}  // namespace lutra

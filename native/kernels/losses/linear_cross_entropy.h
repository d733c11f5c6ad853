// Cross entropy of the logits x · wᵀ + bias against class indices, and the gradients of x, w and bias, without ever
// holding the logits of more than a few rows. Row-major, T is float or double.
//
// The loss is cross_entropy.h's. Rows go by in chunks: a chunk's logits are multiplied out, turned into their gradient
// where they lie (with p the softmax, dlogits = p - 1 at the target), and multiplied once more with w and with x. So a
// gradient takes the three products that it takes with all logits in memory, and no logit is computed twice. The order
// of computation is that of "Liger Kernel: Efficient Triton Kernels for LLM Training" (Hsu et al., 2024), section 3.2.
#pragma once

#include <cstdint>

#include "kernels/losses/cross_entropy.h"

namespace lutra {

struct LinearLossShape {
  int64_t rows;
  int64_t features;
  int64_t classes;
  int64_t chunkRows;  // how many rows' logits are held at a time; at least 1
  int64_t ignoreIndex;
  double labelSmoothing;
};

template <class T>
struct LinearLossOperands {
  const T* x;              // [rows, features]
  const T* w;              // [classes, features]
  const T* bias;           // [classes], or null
  const T* weight;         // of classes, [classes], or null
  const int32_t* targets;  // [rows]
};

/** What the gradients are scaled by: dloss[0], or dloss[row] where it is perRow; 1 without; divided by the divisor of a
 * mean. */
template <class T>
struct LinearLossScale {
  const T* dloss;
  bool perRow;
  bool mean;
};

/** Results and working memory; a null result is not computed. */
template <class T>
struct LinearLossResults {
  T* loss;    // [rows], 0 where a row does not count
  T* dx;      // [rows, features]
  T* dw;      // [classes, features]
  T* dbias;   // [classes]
  T* logits;  // [chunkRows, classes], working memory
};

/** Rows whose target is ignored take no part: neither are their logits computed. */
LUTRA_KERNEL(linearCrossEntropy, ClassLossSums(const LinearLossResults<T>& out, const LinearLossOperands<T>& in,
                                               const LinearLossScale<T>& scale, const LinearLossShape& shape));

}  // namespace lutra

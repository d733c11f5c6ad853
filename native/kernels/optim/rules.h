// Optimizer updates: one pass over memory per parameter, weights, gradient and state together, in PyTorch's order of
// operations (torch/optim/sgd.py, adam.py, adamw.py, adagrad.py, rmsprop.py, _functional.py). T is float or double.
//
// Every update comes in two forms: for a dense gradient of n values, and for one known by its rows, which updates the
// rows of [rows, dim] that it names, each once, with the sum of its values in the order of positions. Neither depends
// on the number of threads. `step` counts from 1.
#pragma once

#include <cstdint>

#include "kernels/optim/row_gradient.h"
#include "simd/kernel.h"

namespace lutra {

struct SgdOptions {
  double lr;
  double momentum;
  double dampening;
  double weightDecay;
  bool nesterov;
  bool maximize;
  bool first;  // the momentum buffer is not there yet: it becomes the gradient, undampened
};

struct AdamOptions {
  double lr;
  double beta1;
  double beta2;
  double eps;
  double weightDecay;
  double step;
  bool decoupled;  // AdamW: weights decay by lr * weightDecay, outside the moments
  bool maximize;
};

struct AdagradOptions {
  double lr;
  double lrDecay;
  double weightDecay;
  double eps;
  double step;
  bool maximize;
};

struct RmspropOptions {
  double lr;
  double alpha;
  double eps;
  double weightDecay;
  double momentum;
  bool maximize;
};

/** buffer: the momentum, [n]; null without momentum. */
LUTRA_KERNEL(sgdDense, void(T* weight, T* buffer, const T* gradient, int64_t n, const SgdOptions& options));
LUTRA_KERNEL(sgdRows, void(T* weight, T* buffer, const RowGradient<T>& gradient, const SgdOptions& options));

/** average, square: the two moments, [n]; largest: AMSGrad's running maximum of square, or null. */
LUTRA_KERNEL(adamDense, void(T* weight, T* average, T* square, T* largest, const T* gradient, int64_t n,
                             const AdamOptions& options));
LUTRA_KERNEL(adamRows, void(T* weight, T* average, T* square, T* largest, const RowGradient<T>& gradient,
                            const AdamOptions& options));

/** SparseAdam: eps is added before the bias correction; weightDecay and decoupled are not looked at. */
LUTRA_KERNEL(sparseAdamRows,
             void(T* weight, T* average, T* square, const RowGradient<T>& gradient, const AdamOptions& options));

/** sum: the accumulated squares, [n]. */
LUTRA_KERNEL(adagradDense, void(T* weight, T* sum, const T* gradient, int64_t n, const AdagradOptions& options));
LUTRA_KERNEL(adagradRows, void(T* weight, T* sum, const RowGradient<T>& gradient, const AdagradOptions& options));

/** square: the mean square, [n]; average: the mean gradient, null unless centered; buffer: null without momentum. */
LUTRA_KERNEL(rmspropDense, void(T* weight, T* square, T* average, T* buffer, const T* gradient, int64_t n,
                                const RmspropOptions& options));
LUTRA_KERNEL(rmspropRows, void(T* weight, T* square, T* average, T* buffer, const RowGradient<T>& gradient,
                               const RmspropOptions& options));

}  // namespace lutra

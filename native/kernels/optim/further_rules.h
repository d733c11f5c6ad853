// More optimizer updates, in PyTorch's order of operations (torch/optim/nadam.py, radam.py, adamax.py, adadelta.py,
// asgd.py, rprop.py): one pass over memory per parameter, each rule with one or two arrays of state. T is float or
// double.
#pragma once

#include <cstdint>

#include "kernels/optim/row_gradient.h"

namespace lutra {

/** States: the two moments. */
struct NadamOptions {
  double gradientRate;  // lr (1 - mu_t) / (1 - mu_1 ... mu_t)
  double averageRate;   // lr mu_{t+1} / (1 - mu_1 ... mu_{t+1})
  double beta1;
  double beta2;
  double eps;
  double decay;  // decoupled: what weights are multiplied by; else the L2 penalty
  double step;   // counts from 1
  bool decoupled;
  bool maximize;
};

/** States: the two moments. */
struct RadamOptions {
  double lr;
  double beta1;
  double beta2;
  double eps;
  double weightDecay;
  double step;     // counts from 1
  bool decoupled;  // weights decay by lr * weightDecay, outside the moments
  bool maximize;
};

/** States: the mean gradient, and the largest gradient, which beta2 makes smaller at each step. */
struct AdamaxOptions {
  double lr;
  double beta1;
  double beta2;
  double eps;
  double weightDecay;
  double step;  // counts from 1
  bool maximize;
};

/** States: the mean square of the gradient, and that of the steps. */
struct AdadeltaOptions {
  double lr;
  double rho;
  double eps;
  double weightDecay;
  bool maximize;
};

/** State: the average of the weights. */
struct AsgdOptions {
  double eta;  // this step's rate
  double lambd;
  double mu;  // how much of the way the average goes to the weights; 1: it becomes them
  double weightDecay;
  bool maximize;
};

/** States: the gradient before, and each weight's step. */
struct RpropOptions {
  double etaMinus;
  double etaPlus;
  double stepMin;
  double stepMax;
  bool maximize;
};

/**
 * Updates weight[n] from gradient[n]. state0, state1: [n], as the options' type says; state1 is not looked at where
 * there is one state.
 */
template <class T, class Options>
void furtherDense(T* weight, T* state0, T* state1, const T* gradient, int64_t n, const Options& options);
/** Updates the rows that the gradient names, or every row. */
template <class T, class Options>
void furtherRows(T* weight, T* state0, T* state1, const RowGradient<T>& gradient, const Options& options);

}  // namespace lutra

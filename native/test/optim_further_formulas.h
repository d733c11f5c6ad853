// The formulas of further_rules.h.
#pragma once

#include "kernels/optim/further_rules.h"
#include "test/optim_formulas.h"

namespace lutra::test {

// The optimizer of a formula and of options that depend on the step.
template <class T, class OptionsAt>
Optimizer<T> further(const char* name, Formula formula, OptionsAt options) {
  return {
      name, formula,
      [=](T* w, T* s0, T* s1, T*, const T* g, int64_t n, int step) { furtherDense(w, s0, s1, g, n, options(step)); },
      [=](T* w, T* s0, T* s1, T*, const RowGradient<T>& g, int step) { furtherRows(w, s0, s1, g, options(step)); }};
}

template <class T>
std::vector<Optimizer<T>> furtherOptimizers() {
  std::vector<Optimizer<T>> all;
  const double lr = 0.02, eps = 1e-2, beta2 = 0.9;
  for (const int form : {0, 1, 2, 3}) {
    const bool decoupled = form & 1, maximize = form & 2;
    const double beta1 = form == 2 ? 0.4 : 0.9, decay = form == 0 ? 0 : 0.1;
    all.push_back(further<T>(
        "nadam",
        [=](Cell& x, double g, int step) {
          if (maximize) g = -g;
          if (decoupled)
            x.w *= 1 - lr * decay;
          else
            g += decay * x.w;
          x.s0 = beta1 * x.s0 + (1 - beta1) * g;
          x.s1 = beta2 * x.s1 + (1 - beta2) * g * g;
          const double root = std::sqrt(x.s1 / (1 - std::pow(beta2, step))) + eps;
          x.w -= (0.03 * step * g + 0.01 * x.s0) / root;
        },
        [=](int step) {
          return NadamOptions{
              0.03 * step, 0.01,    beta1, beta2, eps, decoupled ? 1 - lr * decay : decay, static_cast<double>(step),
              decoupled,   maximize};
        }));
    // With a beta2 of 0.9 the third and later steps are rectified.
    all.push_back(further<T>(
        "radam",
        [=](Cell& x, double g, int step) {
          if (maximize) g = -g;
          if (decoupled)
            x.w *= 1 - lr * decay;
          else
            g += decay * x.w;
          x.s0 = beta1 * x.s0 + (1 - beta1) * g;
          x.s1 = beta2 * x.s1 + (1 - beta2) * g * g;
          const double later = step + 5, correction = 1 - std::pow(beta2, later), longest = 2 / (1 - beta2) - 1;
          const double length = longest - 2 * later * std::pow(beta2, later) / correction;
          const double rate = lr / (1 - std::pow(beta1, later));
          const double rectifier =
              std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
          x.w -= rate * x.s0 * (length > 5 ? rectifier * std::sqrt(correction) / (std::sqrt(x.s1) + eps) : 1);
        },
        [=](int step) {
          return RadamOptions{lr, beta1, beta2, eps, decay, static_cast<double>(step + 5), decoupled, maximize};
        }));
    all.push_back(further<T>(
        "adamax",
        [=](Cell& x, double g, int step) {
          g = (maximize ? -g : g) + decay * x.w;
          x.s0 = beta1 * x.s0 + (1 - beta1) * g;
          x.s1 = std::fmax(beta2 * x.s1, std::fabs(g) + eps);
          x.w -= lr / (1 - std::pow(beta1, step)) * x.s0 / x.s1;
        },
        [=](int step) { return AdamaxOptions{lr, beta1, beta2, eps, decay, static_cast<double>(step), maximize}; }));
    all.push_back(further<T>(
        "adadelta",
        [=](Cell& x, double g, int) {
          g = (maximize ? -g : g) + decay * x.w;
          x.s0 = beta2 * x.s0 + (1 - beta2) * g * g;
          const double delta = std::sqrt(x.s1 + eps) / std::sqrt(x.s0 + eps) * g;
          x.s1 = beta2 * x.s1 + (1 - beta2) * delta * delta;
          x.w -= 0.5 * delta;
        },
        [=](int) {
          return AdadeltaOptions{0.5, beta2, eps, decay, maximize};
        }));
    all.push_back(further<T>(
        "asgd",
        [=](Cell& x, double g, int step) {
          g = (maximize ? -g : g) + decay * x.w;
          x.w = x.w * (1 - 0.3 * lr * step) - lr * step * g;
          const double mu = decoupled ? 1 : 0.7 / step;
          x.s0 += (x.w - x.s0) * mu;
        },
        [=](int step) {
          return AsgdOptions{lr * step, 0.3, decoupled ? 1 : 0.7 / step, decay, maximize};
        }));
  }
  for (const bool maximize : {false, true}) {
    all.push_back(further<T>(
        "rprop",
        [=](Cell& x, double g, int) {
          if (maximize) g = -g;
          const double product = g * x.s0;
          x.s1 = std::fmin(std::fmax(x.s1 * (product > 0 ? 1.25 : product < 0 ? 0.5 : 1), 0.01), 0.1);
          if (product < 0) g = 0;
          x.w -= g > 0 ? x.s1 : g < 0 ? -x.s1 : 0;
          x.s0 = g;
        },
        [=](int) {
          return RpropOptions{0.5, 1.25, 0.01, 0.1, maximize};
        }));
  }
  return all;
}

}  // namespace lutra::test

// The formulas of optimizer updates in double, beside the kernels that they test.
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "kernels/optim/rules.h"

namespace lutra::test {

// One weight with its state, updated as the optimizer's formula says, in double.
struct Cell {
  double w, s0, s1, s2;
};
using Formula = std::function<void(Cell&, double g, int step)>;

// A dense update and its row-sparse form, on four arrays: weights and up to three of state.
template <class T>
struct Optimizer {
  const char* name;
  Formula formula;
  std::function<void(T* w, T* s0, T* s1, T* s2, const T* g, int64_t n, int step)> dense;
  std::function<void(T* w, T* s0, T* s1, T* s2, const RowGradient<T>& g, int step)> rows;
};

template <class T>
std::vector<Optimizer<T>> optimizers() {
  std::vector<Optimizer<T>> all;
  struct SgdCase {
    double momentum, dampening, decay;
    bool nesterov, maximize;
  };
  for (const SgdCase c : {SgdCase{0, 0, 0, false, false}, SgdCase{0, 0, 0.1, false, true},
                          SgdCase{0.9, 0.3, 0.1, false, false}, SgdCase{0.8, 0, 0, true, true}}) {
    const double lr = 0.1;
    const auto options = [=](int step) {
      return SgdOptions{lr, c.momentum, c.dampening, c.decay, c.nesterov, c.maximize, step == 1};
    };
    all.push_back({"sgd",
                   [=](Cell& x, double g, int step) {
                     g = (c.maximize ? -g : g) + c.decay * x.w;
                     if (c.momentum != 0) {
                       x.s0 = step == 1 ? g : c.momentum * x.s0 + (1 - c.dampening) * g;
                       g = c.nesterov ? g + c.momentum * x.s0 : x.s0;
                     }
                     x.w -= lr * g;
                   },
                   [=](T* w, T* s0, T*, T*, const T* g, int64_t n, int step) {
                     sgdDense<T>(w, c.momentum != 0 ? s0 : nullptr, g, n, options(step));
                   },
                   [=](T* w, T* s0, T*, T*, const RowGradient<T>& g, int step) {
                     sgdRows<T>(w, c.momentum != 0 ? s0 : nullptr, g, options(step));
                   }});
  }
  struct AdamCase {
    double beta1, decay;
    bool decoupled, amsgrad, maximize;
  };
  for (const AdamCase c : {AdamCase{0.9, 0, false, false, false}, AdamCase{0.4, 0.1, false, true, false},
                           AdamCase{0.9, 0.1, true, false, true}, AdamCase{0.9, 0.01, true, true, false}}) {
    const double lr = 0.02, beta2 = 0.99, eps = 1e-6;
    const auto options = [=](int step) {
      return AdamOptions{lr, c.beta1, beta2, eps, c.decay, static_cast<double>(step), c.decoupled, c.maximize};
    };
    all.push_back({"adam",
                   [=](Cell& x, double g, int step) {
                     if (c.maximize) g = -g;
                     if (c.decoupled)
                       x.w -= lr * c.decay * x.w;
                     else
                       g += c.decay * x.w;
                     x.s0 = c.beta1 * x.s0 + (1 - c.beta1) * g;
                     x.s1 = beta2 * x.s1 + (1 - beta2) * g * g;
                     x.s2 = std::fmax(x.s2, x.s1);
                     const double mean = x.s0 / (1 - std::pow(c.beta1, step));
                     const double square = (c.amsgrad ? x.s2 : x.s1) / (1 - std::pow(beta2, step));
                     x.w -= lr * mean / (std::sqrt(square) + eps);
                   },
                   [=](T* w, T* s0, T* s1, T* s2, const T* g, int64_t n, int step) {
                     adamDense<T>(w, s0, s1, c.amsgrad ? s2 : nullptr, g, n, options(step));
                   },
                   [=](T* w, T* s0, T* s1, T* s2, const RowGradient<T>& g, int step) {
                     adamRows<T>(w, s0, s1, c.amsgrad ? s2 : nullptr, g, options(step));
                   }});
  }
  {
    const double lr = 0.02, beta1 = 0.9, beta2 = 0.99, eps = 1e-6;
    all.push_back(
        {"sparse adam",
         [=](Cell& x, double g, int step) {
           x.s0 = beta1 * x.s0 + (1 - beta1) * g;
           x.s1 = beta2 * x.s1 + (1 - beta2) * g * g;
           const double rate = lr * std::sqrt(1 - std::pow(beta2, step)) / (1 - std::pow(beta1, step));
           x.w -= rate * x.s0 / (std::sqrt(x.s1) + eps);
         },
         nullptr,
         [=](T* w, T* s0, T* s1, T*, const RowGradient<T>& g, int step) {
           sparseAdamRows<T>(w, s0, s1, g, {lr, beta1, beta2, eps, 0, static_cast<double>(step), false, false});
         }});
  }
  for (const bool maximize : {false, true}) {
    const double lr = 0.1, lrDecay = 0.05, decay = maximize ? 0.1 : 0, eps = 1e-5;
    const auto options = [=](int step) {
      return AdagradOptions{lr, lrDecay, decay, eps, static_cast<double>(step), maximize};
    };
    all.push_back(
        {"adagrad",
         [=](Cell& x, double g, int step) {
           g = (maximize ? -g : g) + decay * x.w;
           x.s0 += g * g;
           x.w -= lr / (1 + (step - 1) * lrDecay) * g / (std::sqrt(x.s0) + eps);
         },
         [=](T* w, T* s0, T*, T*, const T* g, int64_t n, int step) { adagradDense<T>(w, s0, g, n, options(step)); },
         [=](T* w, T* s0, T*, T*, const RowGradient<T>& g, int step) { adagradRows<T>(w, s0, g, options(step)); }});
  }
  for (const int form : {0, 1, 2, 3}) {
    const bool centered = form & 1, momentum = form & 2;
    const double lr = 0.01, alpha = 0.9, eps = 1e-3, decay = momentum ? 0.1 : 0, mu = momentum ? 0.7 : 0;
    const RmspropOptions options{lr, alpha, eps, decay, mu, form == 3};
    all.push_back({"rmsprop",
                   [=](Cell& x, double g, int) {
                     g = (form == 3 ? -g : g) + decay * x.w;
                     x.s0 = alpha * x.s0 + (1 - alpha) * g * g;
                     x.s1 = alpha * x.s1 + (1 - alpha) * g;
                     const double step = g / (std::sqrt(x.s0 - (centered ? x.s1 * x.s1 : 0)) + eps);
                     x.s2 = mu * x.s2 + step;
                     x.w -= lr * (momentum ? x.s2 : step);
                   },
                   [=](T* w, T* s0, T* s1, T* s2, const T* g, int64_t n, int) {
                     rmspropDense<T>(w, s0, centered ? s1 : nullptr, momentum ? s2 : nullptr, g, n, options);
                   },
                   [=](T* w, T* s0, T* s1, T* s2, const RowGradient<T>& g, int) {
                     rmspropRows<T>(w, s0, centered ? s1 : nullptr, momentum ? s2 : nullptr, g, options);
                   }});
  }
  return all;
}

}  // namespace lutra::test

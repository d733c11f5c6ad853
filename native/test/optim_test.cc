// Optimizer updates and clipping against plain loops in double, for dense and row-sparse gradients: every instruction
// set, sizes around the vector width, unaligned starts, guard values, and the same bits for any number of threads.
#include "kernels/optim/rules.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include "kernels/optim/clip.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/random_values.h"

using namespace lutra;
using lutra::test::generator;
using lutra::test::Guarded;
using lutra::test::randomValues;

namespace {

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
                     sgdDense(w, c.momentum != 0 ? s0 : nullptr, g, n, options(step));
                   },
                   [=](T* w, T* s0, T*, T*, const RowGradient<T>& g, int step) {
                     sgdRows(w, c.momentum != 0 ? s0 : nullptr, g, options(step));
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
                     adamDense(w, s0, s1, c.amsgrad ? s2 : nullptr, g, n, options(step));
                   },
                   [=](T* w, T* s0, T* s1, T* s2, const RowGradient<T>& g, int step) {
                     adamRows(w, s0, s1, c.amsgrad ? s2 : nullptr, g, options(step));
                   }});
  }
  {
    const double lr = 0.02, beta1 = 0.9, beta2 = 0.99, eps = 1e-6;
    all.push_back({"sparse adam",
                   [=](Cell& x, double g, int step) {
                     x.s0 = beta1 * x.s0 + (1 - beta1) * g;
                     x.s1 = beta2 * x.s1 + (1 - beta2) * g * g;
                     const double rate = lr * std::sqrt(1 - std::pow(beta2, step)) / (1 - std::pow(beta1, step));
                     x.w -= rate * x.s0 / (std::sqrt(x.s1) + eps);
                   },
                   nullptr,
                   [=](T* w, T* s0, T* s1, T*, const RowGradient<T>& g, int step) {
                     sparseAdamRows(w, s0, s1, g, {lr, beta1, beta2, eps, 0, static_cast<double>(step), false, false});
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
         [=](T* w, T* s0, T*, T*, const T* g, int64_t n, int step) { adagradDense(w, s0, g, n, options(step)); },
         [=](T* w, T* s0, T*, T*, const RowGradient<T>& g, int step) { adagradRows(w, s0, g, options(step)); }});
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
                     rmspropDense(w, s0, centered ? s1 : nullptr, momentum ? s2 : nullptr, g, n, options);
                   },
                   [=](T* w, T* s0, T* s1, T* s2, const RowGradient<T>& g, int) {
                     rmspropRows(w, s0, centered ? s1 : nullptr, momentum ? s2 : nullptr, g, options);
                   }});
  }
  return all;
}

template <class T>
constexpr double kTolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;

// Weights and three arrays of state in guarded memory, and their reference.
template <class T>
struct Parameter {
  Guarded<T> w, s0, s1, s2;
  std::vector<Cell> cells;
  Parameter(int64_t n, int offset) : w(n, offset), s0(n, offset), s1(n, offset), s2(n, offset) {
    const std::vector<T> start = randomValues<T>(n);
    for (int64_t i = 0; i < n; i++) {
      w.data()[i] = start[static_cast<size_t>(i)];
      s0.data()[i] = s1.data()[i] = s2.data()[i] = T(0);
      cells.push_back({static_cast<double>(w[i]), 0, 0, 0});
    }
  }
  bool close() const {
    bool all = true;
    for (int64_t i = 0; i < w.size(); i++) {
      const double expected = cells[static_cast<size_t>(i)].w;
      all &= std::fabs(static_cast<double>(w[i]) - expected) <= kTolerance<T> * (1 + std::fabs(expected));
    }
    return all;
  }
  bool intact() const { return w.intact() && s0.intact() && s1.intact() && s2.intact(); }
};

template <class T>
void testDense(const Optimizer<T>& optimizer, int64_t n, int offset) {
  Parameter<T> p(n, offset);
  for (int step = 1; step <= 3; step++) {
    const std::vector<T> g = randomValues<T>(n);
    optimizer.dense(p.w.data(), p.s0.data(), p.s1.data(), p.s2.data(), g.data(), n, step);
    for (int64_t i = 0; i < n; i++) {
      optimizer.formula(p.cells[static_cast<size_t>(i)], static_cast<double>(g[static_cast<size_t>(i)]), step);
    }
  }
  if (!p.close()) std::fprintf(stderr, "%s, dense, n = %d\n", optimizer.name, static_cast<int>(n));
  CHECK(p.close());
  CHECK(p.intact());
}

template <class T>
void testRows(const Optimizer<T>& optimizer, int64_t rows, int64_t dim, int64_t count, int offset, bool everyRow) {
  Parameter<T> p(rows * dim, offset);
  for (int step = 1; step <= 3; step++) {
    const std::vector<T> values = randomValues<T>(count * dim);
    std::vector<int32_t> indices(static_cast<size_t>(count));
    for (int32_t& index : indices) index = static_cast<int32_t>(generator() % static_cast<unsigned>(rows));
    // In the second step three indices share one row of values, and in the second and third each has its factor.
    std::vector<int32_t> source(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; i++) source[static_cast<size_t>(i)] = static_cast<int32_t>(step == 2 ? i / 3 : i);
    const std::vector<T> scale = randomValues<T>(count);
    const RowList<T> list{values.data(), step == 2 ? source.data() : nullptr, step > 1 ? scale.data() : nullptr};
    optimizer.rows(p.w.data(), p.s0.data(), p.s1.data(), p.s2.data(),
                   {indices.data(), list, count, rows, dim, everyRow}, step);
    std::vector<double> sum(static_cast<size_t>(rows * dim));
    std::vector<bool> touched(static_cast<size_t>(rows));
    for (int64_t i = 0; i < count; i++) {
      touched[static_cast<size_t>(indices[static_cast<size_t>(i)])] = true;
      for (int64_t j = 0; j < dim; j++) {
        const T value = values[static_cast<size_t>(source[static_cast<size_t>(i)] * dim + j)];
        const double factor = step > 1 ? static_cast<double>(scale[static_cast<size_t>(i)]) : 1.0;
        sum[static_cast<size_t>(indices[static_cast<size_t>(i)] * dim + j)] += value * factor;
      }
    }
    for (int64_t i = 0; i < rows * dim; i++) {
      const size_t k = static_cast<size_t>(i);
      if (everyRow || touched[static_cast<size_t>(i / dim)]) optimizer.formula(p.cells[k], sum[k], step);
    }
  }
  if (!p.close()) std::fprintf(stderr, "%s, rows of %d\n", optimizer.name, static_cast<int>(dim));
  CHECK(p.close());
  CHECK(p.intact());
}

template <class T>
void testClip(int64_t n, int offset) {
  const std::vector<T> x = randomValues<T>(n + offset);
  const T* const at = x.data() + offset;
  for (const double p : {2.0, 1.0, 3.0, 0.0, std::numeric_limits<double>::infinity()}) {
    double expected = 0;
    for (int64_t i = 0; i < n; i++) {
      const double magnitude = std::fabs(static_cast<double>(at[i]));
      expected = std::isinf(p) ? std::fmax(expected, magnitude) : expected + std::pow(magnitude, p);
    }
    CHECK(std::fabs(sumOfPowers(at, n, p) - expected) <= 1e-6 * expected);
  }
  Guarded<T> y(n, offset);
  std::copy(at, at + n, y.data());
  scaleInPlace(y.data(), n, 0.25);
  clampInPlace(y.data(), n, 0.3);
  bool same = true;
  for (int64_t i = 0; i < n; i++) {
    const T limit = static_cast<T>(0.3), scaled = at[i] / 4;
    same &= y[i] == (scaled > limit ? limit : scaled < -limit ? -limit : scaled);
  }
  CHECK(same);
  CHECK(y.intact());
}

template <class T>
void testThreads(const Optimizer<T>& optimizer) {
  const int64_t rows = 700, dim = 67, n = rows * dim, count = 900;
  const std::vector<T> start = randomValues<T>(n), g = randomValues<T>(n), values = randomValues<T>(count * dim);
  std::vector<int32_t> indices(count);
  for (int32_t& index : indices) index = static_cast<int32_t>(generator() % rows);
  std::vector<T> first;
  double firstNorm = 0;
  for (const int threads : {1, 2, 8}) {
    setNumThreads(threads);
    std::vector<T> w(start), s0(start.size()), s1(start.size()), s2(start.size());
    if (optimizer.dense) optimizer.dense(w.data(), s0.data(), s1.data(), s2.data(), g.data(), n, 1);
    for (const bool everyRow : {false, true}) {
      const RowGradient<T> byRows{indices.data(), {values.data()}, count, rows, dim, everyRow};
      optimizer.rows(w.data(), s0.data(), s1.data(), s2.data(), byRows, 2);
    }
    const double norm = sumOfPowers(w.data(), n, 2.0);
    if (threads == 1) {
      first = w;
      firstNorm = norm;
    }
    CHECK(std::memcmp(first.data(), w.data(), w.size() * sizeof(T)) == 0);
    CHECK(norm == firstNorm);
  }
  setNumThreads(2);
}

template <class T>
void testAll() {
  const int W = 64 / static_cast<int>(sizeof(T));
  for (const auto& optimizer : optimizers<T>()) {
    int offset = 0;
    for (const int64_t n : {1, 2, W - 1, W, W + 1, 2 * W + 3, 131, 20011}) {
      if (optimizer.dense) testDense(optimizer, n, offset % 16);
      for (const bool everyRow : {false, true}) {
        testRows(optimizer, 23, std::min<int64_t>(n, 1031), 40, offset++ % 16, everyRow);
        testRows(optimizer, 301, std::min<int64_t>(n, 67), 20, offset % 16, everyRow);
      }
    }
    for (offset = 0; offset < 16; offset++) testRows(optimizer, 5, 19, 3, offset, offset % 2 == 1);
    testThreads(optimizer);
  }
  for (int offset = 0; offset < 16; offset++) testClip<T>(offset * 1237, offset);
  const T nan = std::numeric_limits<T>::quiet_NaN();
  std::vector<T> x{1, nan, -5};
  CHECK(std::isnan(sumOfPowers(x.data(), 3, std::numeric_limits<double>::infinity())));
  clampInPlace(x.data(), 3, 2);
  CHECK(x[0] == 1 && std::isnan(x[1]) && x[2] == -2);
}

}  // namespace

int main() {
  generator.seed(11);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!setIsa(isa)) continue;
    std::printf("optimizers on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  return lutra::test::finish("optim_test");
}

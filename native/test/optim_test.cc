// Optimizer updates and clipping against plain loops in double, for dense and row-sparse gradients: every instruction
// set, sizes around the vector width, unaligned starts, guard values, and the same bits for any number of threads.
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/optim/clip.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/optim_formulas.h"
#include "test/optim_further_formulas.h"
#include "test/random_values.h"

using namespace lutra;
using lutra::test::Cell;
using lutra::test::generator;
using lutra::test::Guarded;
using lutra::test::Optimizer;
using lutra::test::randomValues;

namespace {

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
    CASE(p);
    double expected = 0;
    for (int64_t i = 0; i < n; i++) {
      const double magnitude = std::fabs(static_cast<double>(at[i]));
      expected = std::isinf(p) ? std::fmax(expected, magnitude) : expected + std::pow(magnitude, p);
    }
    CHECK(std::fabs(sumOfPowers<T>(at, n, p) - expected) <= 1e-6 * expected);
  }
  Guarded<T> y(n, offset);
  std::copy(at, at + n, y.data());
  scaleInPlace<T>(y.data(), n, 0.25);
  clampInPlace<T>(y.data(), n, 0.3);
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
    CASE(threads);
    setNumThreads(threads);
    std::vector<T> w(start), s0(start.size()), s1(start.size()), s2(start.size());
    if (optimizer.dense) optimizer.dense(w.data(), s0.data(), s1.data(), s2.data(), g.data(), n, 1);
    for (const bool everyRow : {false, true}) {
      CASE(everyRow);
      const RowGradient<T> byRows{indices.data(), {values.data()}, count, rows, dim, everyRow};
      optimizer.rows(w.data(), s0.data(), s1.data(), s2.data(), byRows, 2);
    }
    const double norm = sumOfPowers<T>(w.data(), n, 2.0);
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
void testUpdates(const std::vector<Optimizer<T>>& all) {
  const int W = 64 / static_cast<int>(sizeof(T));
  for (const auto& optimizer : all) {
    int offset = 0;
    for (const int64_t n : {1, 2, W - 1, W, W + 1, 2 * W + 3, 131, 20011}) {
      CASE(n);
      if (optimizer.dense) testDense(optimizer, n, offset % 16);
      for (const bool everyRow : {false, true}) {
        CASE(everyRow);
        testRows(optimizer, 23, std::min<int64_t>(n, 1031), 40, offset++ % 16, everyRow);
        testRows(optimizer, 301, std::min<int64_t>(n, 67), 20, offset % 16, everyRow);
      }
    }
    for (offset = 0; offset < 16; offset++) testRows(optimizer, 5, 19, 3, offset, offset % 2 == 1);
    testThreads(optimizer);
  }
}

template <class T>
void testAll() {
  testUpdates(lutra::test::optimizers<T>());
  for (int offset = 0; offset < 16; offset++) testClip<T>(offset * 1237, offset);
  const T nan = std::numeric_limits<T>::quiet_NaN();
  std::vector<T> x{1, nan, -5};
  CHECK(std::isnan(sumOfPowers<T>(x.data(), 3, std::numeric_limits<double>::infinity())));
  clampInPlace<T>(x.data(), 3, 2);
  CHECK(x[0] == 1 && std::isnan(x[1]) && x[2] == -2);
}

}  // namespace

int main() {
  generator.seed(11);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("optimizers on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  generator.seed(12);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    testUpdates(lutra::test::furtherOptimizers<float>());
    testUpdates(lutra::test::furtherOptimizers<double>());
  }
  return lutra::test::finish("optim_test");
}

// Adafactor against plain loops in double: every instruction set, sizes around the vector width, unaligned starts,
// guard values, and the same bits for any number of threads.
#include "kernels/optim/adafactor.h"

#include <cmath>
#include <cstring>
#include <vector>

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

double rootMeanSquare(const std::vector<double>& x) {
  double total = 0;
  for (const double v : x) total += v * v;
  return std::sqrt(total / static_cast<double>(x.size()));
}

// weight, from the variances of its numbers.
void apply(std::vector<double>& weight, const std::vector<double>& gradient, const std::vector<double>& variance,
           const AdafactorOptions& o) {
  const double alpha = std::fmax(o.eps2, rootMeanSquare(weight)) * std::fmin(o.lr, 1 / std::sqrt(o.step));
  std::vector<double> update(weight.size());
  for (size_t i = 0; i < weight.size(); i++) {
    update[i] = (o.maximize ? -1 : 1) * gradient[i] / std::sqrt(std::fmax(variance[i], o.eps1 * o.eps1));
  }
  const double limit = std::fmax(1, rootMeanSquare(update) / o.d);
  for (size_t i = 0; i < weight.size(); i++) {
    weight[i] = weight[i] * (1 - o.lr * o.weightDecay) - alpha / limit * update[i];
  }
}

template <class T>
constexpr double kTolerance = sizeof(T) == 4 ? 3e-5 : 1e-11;

template <class T>
void compare(const Guarded<T>& actual, const std::vector<double>& expected) {
  bool close = true;
  for (int64_t i = 0; i < actual.size(); i++) {
    const double x = expected[static_cast<size_t>(i)];
    close &= std::fabs(static_cast<double>(actual[i]) - x) <= kTolerance<T> * (1 + std::fabs(x));
  }
  CHECK(close);
  CHECK(actual.intact());
}

template <class T>
void fill(Guarded<T>& target, const std::vector<T>& values) {
  std::copy(values.begin(), values.end(), target.data());
}

AdafactorOptions optionsAt(int step, bool plain) {
  return {plain ? 0.01 : 0.7,
          std::pow(step, plain ? -0.8 : -0.2),
          static_cast<double>(step),
          1e-4,
          1e-3,
          plain ? 1.0 : 1.7,
          plain ? 0.0 : 0.1,
          !plain};
}

template <class T>
void testMatrix(int64_t matrices, int64_t rows, int64_t columns, int offset, bool plain) {
  const int64_t n = matrices * rows * columns;
  Guarded<T> weight(n, offset), rowMeans(matrices * rows, offset), columnMeans(matrices * columns, offset);
  const std::vector<T> start = randomValues<T>(n);
  fill(weight, start);
  fill(rowMeans, std::vector<T>(static_cast<size_t>(matrices * rows)));
  fill(columnMeans, std::vector<T>(static_cast<size_t>(matrices * columns)));
  std::vector<double> w(start.begin(), start.end()), r(static_cast<size_t>(matrices * rows)),
      c(static_cast<size_t>(matrices * columns));
  for (int step = 1; step <= 3; step++) {
    const std::vector<T> gradient = randomValues<T>(n + offset);
    const AdafactorOptions o = optionsAt(step, plain);
    const std::vector<double> g(gradient.begin() + offset, gradient.end());
    adafactorMatrix<T>(weight.data(), rowMeans.data(), columnMeans.data(), gradient.data() + offset, matrices, rows,
                       columns, o);
    std::vector<double> variance(static_cast<size_t>(n));
    for (int64_t m = 0; m < matrices; m++) {
      const auto at = [&](int64_t i, int64_t j) { return static_cast<size_t>((m * rows + i) * columns + j); };
      double total = 0;
      for (int64_t i = 0; i < rows; i++) {
        double squares = 0;
        for (int64_t j = 0; j < columns; j++) squares += g[at(i, j)] * g[at(i, j)];
        double& mean = r[static_cast<size_t>(m * rows + i)];
        mean += o.share * (squares / static_cast<double>(columns) - mean);
        total += mean;
      }
      for (int64_t j = 0; j < columns; j++) {
        double squares = 0;
        for (int64_t i = 0; i < rows; i++) squares += g[at(i, j)] * g[at(i, j)];
        double& mean = c[static_cast<size_t>(m * columns + j)];
        mean += o.share * (squares / static_cast<double>(rows) - mean);
      }
      const double mean = std::fmax(total / static_cast<double>(rows), o.eps1);
      for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < columns; j++) {
          variance[at(i, j)] = r[static_cast<size_t>(m * rows + i)] * c[static_cast<size_t>(m * columns + j)] / mean;
        }
      }
    }
    apply(w, g, variance, o);
    compare(weight, w);
    compare(rowMeans, r);
    compare(columnMeans, c);
  }
}

template <class T>
void testVector(int64_t n, int offset, bool plain) {
  Guarded<T> weight(n, offset), variance(n, offset);
  const std::vector<T> start = randomValues<T>(n);
  fill(weight, start);
  fill(variance, std::vector<T>(static_cast<size_t>(n)));
  std::vector<double> w(start.begin(), start.end()), v(static_cast<size_t>(n));
  for (int step = 1; step <= 3; step++) {
    const std::vector<T> gradient = randomValues<T>(n + offset);
    const AdafactorOptions o = optionsAt(step, plain);
    const std::vector<double> g(gradient.begin() + offset, gradient.end());
    adafactorVector<T>(weight.data(), variance.data(), gradient.data() + offset, n, o);
    for (size_t i = 0; i < v.size(); i++) v[i] += o.share * (g[i] * g[i] - v[i]);
    apply(w, g, v, o);
    compare(weight, w);
    compare(variance, v);
  }
}

template <class T>
void testThreads(int64_t rows, int64_t columns) {
  const int64_t n = rows * columns;
  const std::vector<T> start = randomValues<T>(n), gradient = randomValues<T>(n);
  std::vector<T> first;
  for (const int threads : {1, 2, 8}) {
    CASE(threads);
    setNumThreads(threads);
    std::vector<T> w(start), r(static_cast<size_t>(rows)), c(static_cast<size_t>(columns)), v(w.size());
    adafactorMatrix<T>(w.data(), r.data(), c.data(), gradient.data(), 1, rows, columns, optionsAt(2, true));
    adafactorVector<T>(w.data(), v.data(), gradient.data(), n, optionsAt(2, false));
    if (threads == 1) first = w;
    CHECK(std::memcmp(first.data(), w.data(), w.size() * sizeof(T)) == 0);
  }
  setNumThreads(2);
}

template <class T>
void testAll() {
  const int W = 64 / static_cast<int>(sizeof(T));
  int offset = 0;
  for (const int64_t columns : {1, 2, W - 1, W, W + 1, 2 * W + 3, 131, 2051}) {
    CASE(columns);
    for (const int64_t rows : {1, 3, 67})
      testMatrix<T>(1 + offset % 2, rows, columns, offset % 16, offset % 3 == 0), offset++;
    testVector<T>(columns, offset % 16, offset % 2 == 0);
  }
  testMatrix<T>(3, 601, 5, 1, false);
  testMatrix<T>(0, 3, 5, 0, true);
  testVector<T>(20011, 3, true);
  testThreads<T>(3000, 17);
  testThreads<T>(5, 9000);
}

}  // namespace

int main() {
  generator.seed(13);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("Adafactor on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  return lutra::test::finish("adafactor_test");
}

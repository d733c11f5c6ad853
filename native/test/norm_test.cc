// Layer and RMS normalisation against plain loops in double, and their gradients against the textbook formulas in
// double (norm_test checks those against central differences once). Every instruction set, sizes around the vector
// width, unaligned starts, guard values, null outputs and inputs, thread counts.
#include "kernels/norm/norm.h"

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

constexpr double kEps = 1e-5;

struct Plain {
  std::vector<double> y, dx, dweight, dbias;
};

// The row's result for given inputs, in double.
std::vector<double> plainRow(const double* x, const double* w, const double* b, int64_t n, bool centred) {
  double mean = 0, variance = 0;
  if (centred) {
    for (int64_t j = 0; j < n; j++) mean += x[j] / static_cast<double>(n);
  }
  for (int64_t j = 0; j < n; j++) variance += (x[j] - mean) * (x[j] - mean) / static_cast<double>(n);
  std::vector<double> y;
  for (int64_t j = 0; j < n; j++) y.push_back((x[j] - mean) / std::sqrt(variance + kEps) * w[j] + b[j]);
  return y;
}

// Outputs, and gradients of sum(dy · y) by central differences of plainRow.
Plain plain(std::vector<double> x, std::vector<double> w, std::vector<double> b, const std::vector<double>& dy,
            int64_t rows, int64_t n, bool centred) {
  Plain p;
  p.dweight.assign(static_cast<size_t>(n), 0);
  p.dbias.assign(static_cast<size_t>(n), 0);
  for (int64_t i = 0; i < rows; i++) {
    double* const row = x.data() + i * n;
    const double* const g = dy.data() + i * n;
    const auto slope = [&](double& place) {
      const double step = 1e-5, start = place;
      double difference = 0;
      for (const double sign : {1.0, -1.0}) {
        place = start + sign * step;
        const std::vector<double> y = plainRow(row, w.data(), b.data(), n, centred);
        for (int64_t j = 0; j < n; j++) difference += sign * g[j] * y[static_cast<size_t>(j)];
      }
      place = start;
      return difference / (2 * step);
    };
    for (const double y : plainRow(row, w.data(), b.data(), n, centred)) p.y.push_back(y);
    for (int64_t j = 0; j < n; j++) {
      p.dx.push_back(slope(row[j]));
      p.dweight[static_cast<size_t>(j)] += slope(w[static_cast<size_t>(j)]);
      p.dbias[static_cast<size_t>(j)] += slope(b[static_cast<size_t>(j)]);
    }
  }
  return p;
}

template <class T>
bool near(const Guarded<T>& got, const std::vector<double>& expected, double factor) {
  const double tolerance = (sizeof(T) == 4 ? 2e-6 : 2e-9) * factor;
  bool right = got.size() == static_cast<int64_t>(expected.size());
  for (int64_t i = 0; right && i < got.size(); i++) {
    const double e = expected[static_cast<size_t>(i)];
    right = std::fabs(static_cast<double>(got[i]) - e) <= tolerance * (1 + std::fabs(e));
  }
  return right;
}

template <class T>
void testSizes(int64_t rows, int64_t n, int offset, bool affine, bool centred) {
  const int64_t total = rows * n;
  const std::vector<T> x = randomValues<T>(total, 0.5), dy = randomValues<T>(total);
  const std::vector<T> w = affine ? randomValues<T>(n, 1) : std::vector<T>(static_cast<size_t>(n), T(1));
  const std::vector<T> b = affine && centred ? randomValues<T>(n) : std::vector<T>(static_cast<size_t>(n), T(0));
  const auto wide = [](const std::vector<T>& v) { return std::vector<double>(v.begin(), v.end()); };
  const Plain expected = plain(wide(x), wide(w), wide(b), wide(dy), rows, n, centred);
  const T* const weight = affine ? w.data() : nullptr;
  const T* const bias = affine ? b.data() : nullptr;

  Guarded<T> y(total, offset), mean(rows, offset), rstd(rows, offset), dx(total, offset), dw(n, offset), db(n, offset);
  if (centred) {
    normalise<T>(y.data(), mean.data(), rstd.data(), x.data(), weight, bias, kEps, rows, n);
    normaliseBackward<T>({dx.data(), dw.data(), db.data(), dy.data(), x.data(), weight, mean.data(), rstd.data(), n},
                         rows);
  } else {
    normalise<T>(y.data(), nullptr, rstd.data(), x.data(), weight, nullptr, kEps, rows, n);
    normaliseBackward<T>({dx.data(), dw.data(), nullptr, dy.data(), x.data(), weight, nullptr, rstd.data(), n}, rows);
  }
  const double spread = n == 1 ? 1000 : 10;  // a single value's deviation is pure rounding
  bool right = near(y, expected.y, spread) && near(dx, expected.dx, 10 * spread);
  right &= near(dw, expected.dweight, 10 * spread) && (!centred || near(db, expected.dbias, spread));
  if (!right) std::fprintf(stderr, "norm [%d, %d] centred %d\n", (int)rows, (int)n, (int)centred);
  CHECK(right);
  CHECK(y.intact() && mean.intact() && rstd.intact() && dx.intact() && dw.intact() && db.intact());

  // One output at a time gives the bits of all of them together.
  if (centred) {
    Guarded<T> onlyDx(total), onlyDw(n), onlyDb(n);
    T* const none = nullptr;
    normaliseBackward<T>({onlyDx.data(), none, none, dy.data(), x.data(), weight, mean.data(), rstd.data(), n}, rows);
    normaliseBackward<T>({none, onlyDw.data(), none, dy.data(), x.data(), weight, mean.data(), rstd.data(), n}, rows);
    normaliseBackward<T>({none, none, onlyDb.data(), dy.data(), x.data(), weight, mean.data(), rstd.data(), n}, rows);
    CHECK(std::memcmp(onlyDx.data(), dx.data(), static_cast<size_t>(total) * sizeof(T)) == 0);
    CHECK(std::memcmp(onlyDw.data(), dw.data(), static_cast<size_t>(n) * sizeof(T)) == 0);
    CHECK(std::memcmp(onlyDb.data(), db.data(), static_cast<size_t>(n) * sizeof(T)) == 0);
  }
}

template <class T>
void testThreads(int64_t rows, int64_t n) {
  const std::vector<T> x = randomValues<T>(rows * n), dy = randomValues<T>(rows * n), w = randomValues<T>(n);
  std::vector<std::vector<T>> results;
  for (int threads : {1, 2, 3, 8}) {
    CASE(threads);
    setNumThreads(threads);
    std::vector<T> all(static_cast<size_t>(2 * rows * n + 2 * rows + 2 * n));
    T* const y = all.data();
    T* const dx = y + rows * n;
    T* const mean = dx + rows * n;
    normalise<T>(y, mean, mean + rows, x.data(), w.data(), w.data(), kEps, rows, n);
    normaliseBackward<T>(
        {dx, mean + 2 * rows, mean + 2 * rows + n, dy.data(), x.data(), w.data(), mean, mean + rows, n}, rows);
    results.push_back(all);
  }
  for (const auto& r : results) CHECK(std::memcmp(r.data(), results[0].data(), r.size() * sizeof(T)) == 0);
  setNumThreads(2);
}

// Large outputs that begin on a cache line are written around the cache: to the same bits as one element further on.
template <class T>
void testLargeOutputs(int64_t rows, int64_t n) {
  const int64_t total = rows * n, line = 64 / static_cast<int64_t>(sizeof(T));
  const std::vector<T> x = randomValues<T>(total), dy = randomValues<T>(total), w = randomValues<T>(n);
  Guarded<T> y(total + line), dx(total + line);
  const auto aligned = [line](T* p) {
    return p + (line - reinterpret_cast<uintptr_t>(p) % 64 / sizeof(T)) % static_cast<uintptr_t>(line);
  };
  std::vector<std::vector<T>> results;
  for (const int64_t shift : {0, 1}) {
    CASE(shift);
    for (const int threads : {1, 3}) {
      CASE(threads);
      setNumThreads(threads);
      T* const out = aligned(y.data()) + shift;
      T* const gradient = aligned(dx.data()) + shift;
      std::vector<T> rest(static_cast<size_t>(2 * rows + 2 * n));
      rest.reserve(rest.size() + static_cast<size_t>(3 * total));  // so that pointers into it stay
      T* const mean = rest.data();
      T* const dw = mean + 2 * rows;
      normalise<T>(out, mean, mean + rows, x.data(), w.data(), w.data(), kEps, rows, n);
      normaliseBackward<T>({gradient, dw, dw + n, dy.data(), x.data(), w.data(), mean, mean + rows, n}, rows);
      rest.insert(rest.end(), out, out + total);
      rest.insert(rest.end(), gradient, gradient + total);
      T* const none = nullptr;
      normaliseBackward<T>({gradient, none, none, dy.data(), x.data(), w.data(), mean, mean + rows, n}, rows);
      rest.insert(rest.end(), gradient, gradient + total);
      results.push_back(std::move(rest));
      CHECK(y.intact() && dx.intact());
    }
  }
  for (const auto& r : results) CHECK(std::memcmp(r.data(), results[0].data(), r.size() * sizeof(T)) == 0);
  setNumThreads(2);
}

template <class T>
void testAll() {
  const int64_t W = 64 / static_cast<int64_t>(sizeof(T));
  for (const int64_t n : {int64_t{1}, int64_t{2}, int64_t{5}, W - 1, W, W + 1, 4 * W + 3}) {
    CASE(n);
    for (const int64_t rows : {1, 4, 7}) {
      CASE(rows);
      for (const bool centred : {true, false}) {
        CASE(centred);
        testSizes<T>(rows, n, static_cast<int>(n % 16), true, centred);
        testSizes<T>(rows, n, 0, false, centred);
      }
    }
  }
  testSizes<T>(70, 3, 1, true, true);
  testThreads<T>(1000, 77);
  testThreads<T>(37, 2000);
  // No rows: the sums are zero.
  T dw[2] = {5, 5}, db[2] = {5, 5};
  const T w[2] = {1, 1};
  T* const none = nullptr;
  normaliseBackward<T>({none, dw, db, none, none, w, none, none, 2}, 0);
  CHECK(dw[0] == 0 && dw[1] == 0 && db[0] == 0 && db[1] == 0);
}

}  // namespace

int main() {
  generator.seed(29);
  for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("norm on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  // After the others, whose random values are well conditioned as they are.
  for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    for (const int64_t n : {128, 512, 1024}) {  // short rows, long ones, and rows of a multiple of 4096 bytes
      CASE(n);
      testLargeOutputs<float>(525184 / n + 3, n);
      testLargeOutputs<double>(525184 / n + 3, n);
    }
  }
  return lutra::test::finish("norm_test");
}

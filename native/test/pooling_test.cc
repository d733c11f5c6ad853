// Pools against plain loops: every instruction set, windows with and without gaps, padding and ends behind a row,
// adaptive ones, ties and NaN, indices outside a row, guards, and the same bits on every number of threads.
#include "kernels/pooling/pool1d.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
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

// The places of a window in its row.
std::vector<int64_t> placesOf(const Windows& w, int64_t l) {
  std::vector<int64_t> places;
  if (w.adaptive) {
    const double share = static_cast<double>(w.length) / static_cast<double>(w.outLength);
    const auto first = static_cast<int64_t>(std::floor(static_cast<double>(l) * share + 1e-9));
    const auto last = static_cast<int64_t>(std::ceil(static_cast<double>(l + 1) * share - 1e-9));
    for (int64_t t = first; t < last; t++) places.push_back(t);
    return places;
  }
  for (int64_t k = 0; k < w.kernel; k++) {
    const int64_t t = l * w.stride - w.padding + k * w.dilation;
    if (t >= 0 && t < w.length) places.push_back(t);
  }
  return places;
}

template <class T>
bool near(T a, double b) {
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-13;
  const auto found = static_cast<double>(a);
  return found == b || std::fabs(found - b) <= tolerance * (1 + std::fabs(b)) || (found != found && b != b);
}

template <class T>
void testLargest(const Windows& w, const std::vector<T>& x) {
  const int64_t n = w.rows * w.outLength;
  const std::vector<T> dy = randomValues<T>(n);
  Guarded<T> out(n, 1), dx(w.rows * w.length, 1);
  Guarded<int32_t> index(n, 1);
  maxPool<T>(out.data(), index.data(), x.data(), w);
  CHECK(maxPoolBackward<T>(dx.data(), dy.data(), index.data(), w));
  std::vector<double> expected(x.size());
  bool right = true;
  for (int64_t row = 0; row < w.rows; row++) {
    for (int64_t l = 0; l < w.outLength; l++) {
      const size_t at = static_cast<size_t>(row * w.outLength + l);
      T best = -std::numeric_limits<T>::infinity();
      int64_t place = -1;
      for (const int64_t t : placesOf(w, l)) {
        const T value = x[static_cast<size_t>(row * w.length + t)];
        if (place < 0 || value > best || value != value) {
          best = value;
          place = t;
        }
      }
      right &= index[static_cast<int64_t>(at)] == place;
      right &= std::memcmp(out.data() + at, &best, sizeof(T)) == 0;
      if (place >= 0) expected[static_cast<size_t>(row * w.length + place)] += static_cast<double>(dy[at]);
    }
  }
  CHECK(right);
  right = true;
  for (size_t i = 0; i < expected.size(); i++) right &= near(dx[static_cast<int64_t>(i)], expected[i]);
  CHECK(right);
  CHECK(out.intact() && dx.intact() && index.intact());
}

template <class T>
void testAverage(const Windows& w, const std::vector<T>& x, bool countPadding) {
  const int64_t n = w.rows * w.outLength;
  const std::vector<T> dy = randomValues<T>(n);
  Guarded<T> out(n, 1), dx(w.rows * w.length, 1);
  averagePool<T>(out.data(), x.data(), w, countPadding);
  averagePoolBackward<T>(dx.data(), dy.data(), w, countPadding);
  std::vector<double> expected(x.size());
  bool right = true;
  for (int64_t row = 0; row < w.rows; row++) {
    for (int64_t l = 0; l < w.outLength; l++) {
      const std::vector<int64_t> places = placesOf(w, l);
      double total = 0, count = static_cast<double>(places.size());
      if (countPadding) {
        const int64_t first = l * w.stride - w.padding;
        count = static_cast<double>(std::min(first + w.kernel, w.length + w.padding) - first);
      }
      for (const int64_t t : places) {
        total += static_cast<double>(x[static_cast<size_t>(row * w.length + t)]) / count;
        expected[static_cast<size_t>(row * w.length + t)] +=
            static_cast<double>(dy[static_cast<size_t>(row * w.outLength + l)]) / count;
      }
      right &= near(out[row * w.outLength + l], total);
    }
  }
  for (size_t i = 0; i < expected.size(); i++) right &= near(dx[static_cast<int64_t>(i)], expected[i]);
  CHECK(right);
  CHECK(out.intact() && dx.intact());
}

Windows windows(int64_t length, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation = 1,
                bool ceil = false) {
  const int64_t spare = length + 2 * padding - dilation * (kernel - 1) - 1;
  int64_t out = (spare + (ceil ? stride - 1 : 0)) / stride + 1;
  if (ceil && (out - 1) * stride >= length + padding) out--;
  return {3, length, out, kernel, stride, dilation, padding, false};
}

template <class T>
void testAll() {
  const int64_t W = 64 / static_cast<int64_t>(sizeof(T));
  for (const int64_t kernel : {int64_t{1}, int64_t{2}, int64_t{3}, W, 3 * W, 3 * W + 1, 5 * W + 2}) {
    CASE(kernel);
    for (const int64_t stride : {int64_t{1}, int64_t{2}, kernel, kernel + 3}) {
      CASE(stride);
      for (const int64_t padding : {int64_t{0}, kernel / 2}) {
        CASE(padding);
        for (const bool ceil : {false, true}) {
          CASE(ceil);
          const Windows w = windows(kernel + 17, kernel, stride, padding, 1, ceil);
          const std::vector<T> x = randomValues<T>(w.rows * w.length);
          testLargest(w, x);
          testAverage(w, x, false);
          testAverage(w, x, true);
        }
      }
    }
  }
  for (const int64_t dilation : {2, 3, 5}) {
    CASE(dilation);
    const Windows w = windows(19, 3, 2, dilation, dilation);
    testLargest(w, randomValues<T>(w.rows * w.length));
  }
  for (const int64_t size : {1, 2, 7, 50, 130}) {
    CASE(size);
    const Windows w = {2, 101, size, 1, 1, 1, 0, true};
    const std::vector<T> x = randomValues<T>(w.rows * w.length);
    testLargest(w, x);
    testAverage(w, x, false);
  }
  // Ties, infinities and NaN, in short windows and in long ones.
  for (const int64_t kernel : {int64_t{3}, 4 * W}) {
    CASE(kernel);
    for (const T special : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(), T(9), T(0)}) {
      const Windows w = windows(5 * W + 3, kernel, 2, 1);
      std::vector<T> x = randomValues<T>(w.rows * w.length);
      for (size_t i = 0; i < x.size(); i += 5) x[i] = special;
      testLargest(w, x);
      std::fill(x.begin(), x.end(), special);
      testLargest(w, x);
      std::fill(x.begin(), x.end(), -std::numeric_limits<T>::infinity());
      testLargest(w, x);
    }
  }
  // An index that is no place of the row is not written to.
  const Windows w = windows(4, 2, 2, 0);
  Guarded<T> dx(w.rows * w.length);
  const std::vector<T> dy = randomValues<T>(w.rows * w.outLength);
  const std::vector<int32_t> index = {0, 4, -2, 1, 1 << 30, 3};
  CHECK(!maxPoolBackward<T>(dx.data(), dy.data(), index.data(), w));
  CHECK(dx.intact());
}

template <class T>
void testThreads() {
  const Windows base = windows(300, 7, 3, 2);
  const Windows w = {500, base.length, base.outLength, 7, 3, 1, 2, false};
  const std::vector<T> x = randomValues<T>(w.rows * w.length), dy = randomValues<T>(w.rows * w.outLength);
  std::vector<std::vector<T>> results;
  for (const int threads : {1, 2, 5}) {
    setNumThreads(threads);
    const auto n = static_cast<size_t>(w.rows * w.outLength), m = x.size();
    std::vector<T> all(2 * n + 2 * m);
    std::vector<int32_t> index(n);
    maxPool<T>(all.data(), index.data(), x.data(), w);
    averagePool<T>(all.data() + n, x.data(), w, true);
    CHECK(maxPoolBackward<T>(all.data() + 2 * n, dy.data(), index.data(), w));
    averagePoolBackward<T>(all.data() + 2 * n + m, dy.data(), w, true);
    results.push_back(all);
  }
  for (const auto& r : results) CHECK(std::memcmp(r.data(), results[0].data(), r.size() * sizeof(T)) == 0);
  setNumThreads(2);
}

}  // namespace

int main() {
  generator.seed(47);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("pooling on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
    testThreads<float>();
    testThreads<double>();
  }
  return lutra::test::finish("pooling_test");
}

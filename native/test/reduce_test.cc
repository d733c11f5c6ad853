// Reductions, running sums and sorting on every instruction set: against long double loops, with the same bits for any
// number of threads.

#include "kernels/reduce/reduce.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include "kernels/reduce/sort.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"

using namespace lutra;
using lutra::test::Guarded;

namespace {

using Real = long double;

struct Shape {
  int64_t outer, n, inner;
};
const Shape kShapes[] = {{1, 1, 1},     {1, 7, 1},    {3, 17, 1},    {5, 513, 1},  {1, 40001, 1},
                         {2, 33000, 1}, {1, 5, 3},    {2, 33, 16},   {3, 65, 17},  {1, 100, 300},
                         {4, 3, 67},    {1, 9000, 5}, {1, 70, 1031}, {2, 700, 65}, {0, 4, 3},
                         {3, 4, 0},     {64, 1, 64},  {300, 10, 1},  {1, 32, 64},  {1, 33, 63}};

std::mt19937 generator(11);

template <class T>
std::vector<T> randomValues(int64_t n, double low = -1, double high = 1) {
  std::uniform_real_distribution<double> draw(low, high);
  std::vector<T> x(static_cast<size_t>(n));
  for (T& value : x) value = static_cast<T>(draw(generator));
  return x;
}

Real reference(ReduceOp op, const std::vector<Real>& x, Real center, Real p) {
  Real sum = 0, product = 1, most = -INFINITY, least = INFINITY;
  for (const Real value : x) {
    product *= value;
    const bool magnitude = op == ReduceOp::maxAbs || op == ReduceOp::minAbs;
    const Real ordered = magnitude ? std::fabs(value) : value;
    most = std::isnan(most) || ordered <= most ? most : ordered;
    least = std::isnan(least) || ordered >= least ? least : ordered;
    if (op == ReduceOp::sum) sum += value;
    if (op == ReduceOp::sumAbs) sum += std::fabs(value);
    if (op == ReduceOp::sumSquares) sum += value * value;
    if (op == ReduceOp::sumPowers) sum += std::pow(std::fabs(value), p);
    if (op == ReduceOp::sumNonzero) sum += value != 0;
    if (op == ReduceOp::sumNumbers) sum += value != value ? 0 : value;
    if (op == ReduceOp::deviations) sum += (value - center) * (value - center);
  }
  if (op <= ReduceOp::deviations) return sum;
  return op == ReduceOp::prod ? product : op == ReduceOp::max || op == ReduceOp::maxAbs ? most : least;
}

template <class T>
void testReduce() {
  for (const Shape& s : kShapes) {
    CASE(s.outer, s.n, s.inner);
    for (int code = 0; code < static_cast<int>(ReduceOp::count); ++code) {
      CASE(code);
      const ReduceOp op = static_cast<ReduceOp>(code);
      if (s.n > 10000 && op == ReduceOp::sumPowers) continue;
      const double spread = op == ReduceOp::prod ? 1.0 / static_cast<double>(s.n) : 1;
      auto x = op == ReduceOp::prod ? randomValues<T>(s.outer * s.n * s.inner, 1 - spread, 1 + spread)
                                    : randomValues<T>(s.outer * s.n * s.inner);
      for (size_t i = 0; i < x.size(); i += 13) x[i] = op == ReduceOp::sumNonzero ? T(0) : x[i];
      const auto center = randomValues<T>(s.outer * s.inner);
      Guarded<T> out(s.outer * s.inner, 3);
      setNumThreads(1);
      reduce<T>(out.data(), x.data(), center.data(), op, 1.5, 3, s.outer, s.n, s.inner);
      bool good = out.intact();
      for (int64_t o = 0; o < s.outer; ++o) {
        for (int64_t i = 0; i < s.inner; ++i) {
          std::vector<Real> values;
          Real size = 0;
          for (int64_t r = 0; r < s.n; ++r) {
            values.push_back(x[static_cast<size_t>((o * s.n + r) * s.inner + i)]);
            size += std::fabs(values.back());
          }
          const Real exact = reference(op, values, center[static_cast<size_t>(o * s.inner + i)], 1.5L) / 3;
          // Pairwise summation: the error grows with the depth of the tree, here at most about 64 roundings.
          const Real epsilon = std::numeric_limits<T>::epsilon();
          const Real allowed = op == ReduceOp::prod ? epsilon * static_cast<Real>(s.n) * std::fabs(exact)
                                                    : epsilon * (8 * size / std::sqrt(static_cast<Real>(s.n)) + 32);
          good &= std::fabs(out[o * s.inner + i] - exact) <= allowed + 2 * epsilon * std::fabs(exact);
        }
      }
      CHECK(good);
      if (!good) std::fprintf(stderr, "  op %d of [%d, %d, %d]\n", code, int(s.outer), int(s.n), int(s.inner));
      for (const int threads : {2, 8}) {
        CASE(threads);
        setNumThreads(threads);
        std::vector<T> again(static_cast<size_t>(s.outer * s.inner) + 1);
        reduce<T>(again.data(), x.data(), center.data(), op, 1.5, 3, s.outer, s.n, s.inner);
        CHECK(again.size() == 1 || std::memcmp(again.data(), out.data(), (again.size() - 1) * sizeof(T)) == 0);
      }
    }
  }
  setNumThreads(2);
  T out = 5;
  reduce<T>(&out, nullptr, nullptr, ReduceOp::sum, 0, 1, 1, 0, 1);
  CHECK(out == 0);
  reduce<T>(&out, nullptr, nullptr, ReduceOp::sum, 0, 0, 1, 0, 1);
  CHECK(std::isnan(out));
  reduce<T>(&out, nullptr, nullptr, ReduceOp::prod, 0, 1, 1, 0, 1);
  CHECK(out == 1);
}

// A million times 0.1: adding them up one by one in float would be off by 900.
void testAccuracy() {
  const int64_t n = 1 << 20;
  const std::vector<float> x(static_cast<size_t>(n), 0.1f);
  float total = 0;
  reduce<float>(&total, x.data(), nullptr, ReduceOp::sum, 0, 1, 1, n, 1);
  CHECK(std::fabs(total - static_cast<double>(n) * static_cast<double>(0.1f)) < 0.1);
  float column[2];
  reduce<float>(column, x.data(), nullptr, ReduceOp::sum, 0, 1, 1, n / 2, 2);
  CHECK(std::fabs(column[0] - static_cast<double>(n / 2) * static_cast<double>(0.1f)) < 0.1);
}

template <class T>
void testExtremes() {
  for (const Shape& s : kShapes) {
    CASE(s.outer, s.n, s.inner);
    for (const bool nan : {false, true}) {
      CASE(nan);
      auto x = randomValues<T>(s.outer * s.n * s.inner, -20, 20);
      for (T& value : x) value = std::round(value);  // many ties
      for (size_t i = 5; nan && i < x.size(); i += 11) x[i] = std::numeric_limits<T>::quiet_NaN();
      for (const bool largest : {false, true}) {
        CASE(largest);
        const size_t outputs = static_cast<size_t>(s.outer * s.inner);
        Guarded<T> values(s.outer * s.inner, 1);
        std::vector<int32_t> indices(outputs + 1, -7);
        extremes<T>(values.data(), indices.data(), x.data(), largest, s.outer, s.n, s.inner);
        bool good = values.intact() && indices.back() == -7;
        for (int64_t k = 0; k < s.outer * s.inner; ++k) {
          const T* const first = x.data() + k / s.inner * s.n * s.inner + k % s.inner;
          int64_t best = 0;
          for (int64_t r = 1; r < s.n; ++r) {
            const T a = first[r * s.inner], b = first[best * s.inner];
            if (b == b && (a != a || (largest ? a > b : a < b))) best = r;
          }
          good &= indices[static_cast<size_t>(k)] == best;
          good &= std::memcmp(&values.data()[k], &first[best * s.inner], sizeof(T)) == 0;
        }
        CHECK(good);
      }
    }
  }
}

template <class T>
void testSort() {
  for (const Shape& s : kShapes) {
    CASE(s.outer, s.n, s.inner);
    auto x = randomValues<T>(s.outer * s.n * s.inner, -20, 20);
    for (T& value : x) value = std::is_floating_point_v<T> ? std::round(value) * T(0.5) : value;
    if constexpr (std::is_floating_point_v<T>) {
      for (size_t i = 3; i < x.size(); i += 10) x[i] = std::numeric_limits<T>::quiet_NaN();
      for (size_t i = 4; i < x.size(); i += 10) x[i] = i % 20 == 4 ? T(-0.0) : T(0);
      for (size_t i = 7; i < x.size(); i += 40) x[i] = -std::numeric_limits<T>::infinity();
    }
    for (const bool descending : {false, true}) {
      CASE(descending);
      for (const int64_t k : {s.n, s.n / 4, std::min<int64_t>(s.n, 3)}) {
        CASE(k);
        const size_t results = static_cast<size_t>(s.outer * k * s.inner);
        std::vector<T> values(results + 1, T(77));
        std::vector<int32_t> indices(results + 1, -7);
        topk<T>(values.data(), indices.data(), x.data(), k, descending, s.outer, s.n, s.inner);
        bool good = values.back() == T(77) && indices.back() == -7;
        for (int64_t row = 0; row < s.outer * s.inner; ++row) {
          const int64_t o = row / s.inner, i = row % s.inner;
          const T* const first = x.data() + o * s.n * s.inner + i;
          std::vector<int32_t> order(static_cast<size_t>(s.n));
          std::iota(order.begin(), order.end(), 0);
          std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
            const T p = first[a * s.inner], q = first[b * s.inner];
            const bool less = p < q || (p == p && q != q), greater = p > q || (q == q && p != p);
            return descending ? greater : less;
          });
          for (int64_t r = 0; r < k; ++r) {
            const size_t at = static_cast<size_t>((o * k + r) * s.inner + i);
            good &= indices[at] == order[static_cast<size_t>(r)];
            good &= std::memcmp(&values[at], &first[indices[at] * s.inner], sizeof(T)) == 0;
          }
        }
        CHECK(good);
      }
    }
  }
}

void testIntegersAndFlags() {
  const std::vector<int32_t> x = {INT32_MAX, 1, 2, 3, -5, 6, 100000, 100000};
  int32_t out[2];
  CHECK(reduceIntegers<int32_t>(out, x.data(), ReduceOp::sum, 2, 4, 1) == 0);
  CHECK(reduceIntegers<int32_t>(out, x.data() + 1, ReduceOp::sum, 1, 3, 2) == -1);
  CHECK(out[0] == 1 + 3 + 6 && out[1] == 2 - 5 + 100000);
  CHECK(reduceIntegers<int32_t>(out, x.data() + 6, ReduceOp::prod, 1, 2, 1) == 0);
  CHECK(reduceIntegers<int32_t>(out, x.data() + 1, ReduceOp::prod, 1, 3, 1) == -1 && out[0] == 6);
  const std::vector<uint8_t> bytes(300, 255);
  CHECK(reduceIntegers<uint8_t>(out, bytes.data(), ReduceOp::sum, 1, 300, 1) == -1 && out[0] == 76500);
  uint8_t flags[3];
  const std::vector<float> y = {0, 1, NAN, 0, 0, 2};
  allOrAny<float>(flags, y.data(), true, 2, 3, 1);
  CHECK(flags[0] == 0 && flags[1] == 0);
  allOrAny<float>(flags, y.data(), false, 1, 2, 3);
  CHECK(flags[0] == 0 && flags[1] == 1 && flags[2] == 1);
  allOrAny<float>(flags, y.data(), true, 1, 0, 2);
  CHECK(flags[0] == 1 && flags[1] == 1);
  float sums[6];
  cumulativeSum<float>(sums, y.data() + 3, false, 1, 3, 1);
  CHECK(sums[0] == 0 && sums[1] == 0 && sums[2] == 2);
  const std::vector<float> z = {1, 2, 3, 4, 5, 6};
  cumulativeSum<float>(sums, z.data(), true, 1, 3, 2);
  CHECK(sums[0] == 9 && sums[1] == 12 && sums[2] == 8 && sums[3] == 10 && sums[4] == 5 && sums[5] == 6);
}

}  // namespace

int main() {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("%s\n", isaName(isa));
    testReduce<float>();
    testReduce<double>();
    testAccuracy();
    testExtremes<float>();
    testExtremes<double>();
  }
  testSort<float>();
  testSort<double>();
  testSort<int32_t>();
  testIntegersAndFlags();
  return lutra::test::finish("reduce_test");
}

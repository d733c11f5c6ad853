// Strided copies, fills and casts on every instruction set, against plain loops.

#include "kernels/copy/copy.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"

using lutra::ElementType;
using lutra::test::Guarded;
using lutra::test::listOf;

namespace {

// A half's value from its definition.
double halfValue(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31) return fraction ? NAN : sign * INFINITY;
  return sign * (exponent ? std::ldexp(1024 + fraction, exponent - 25) : std::ldexp(fraction, -24));
}

template <class To, class From>
std::vector<To> convert(ElementType to, ElementType from, const std::vector<From>& x) {
  const int64_t n = static_cast<int64_t>(x.size()), one = 1;
  std::vector<To> y(x.size());
  lutra::copyStrided(y.data(), to, &one, x.data(), from, &one, 1, &n);
  return y;
}

void testHalf() {
  std::vector<uint16_t> all(65536);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  const auto values = convert<float>(ElementType::float32, ElementType::float16, all);
  bool same = true;
  for (size_t i = 0; i < all.size(); ++i) {
    const double expected = halfValue(all[i]);
    same &= std::isnan(expected) ? std::isnan(values[i]) : values[i] == expected;
  }
  CHECK(same);
  // Every half, the midpoints between neighbours and the floats beside them: nearest, ties to even.
  std::vector<float> x;
  std::vector<uint16_t> expected;
  for (uint16_t bits = 0; bits < 0x7c00; ++bits) {
    const double low = halfValue(bits);
    const double high = bits == 0x7bff ? 65536 : halfValue(static_cast<uint16_t>(bits + 1));
    const float middle = static_cast<float>((low + high) / 2);
    const uint16_t next = static_cast<uint16_t>(bits + 1);
    x.insert(x.end(), {static_cast<float>(low), std::nextafter(middle, 0.0f), middle, std::nextafter(middle, 1e9f)});
    expected.insert(expected.end(), {bits, bits, static_cast<uint16_t>(bits & 1 ? next : bits), next});
    x.push_back(-static_cast<float>(low));
    expected.push_back(static_cast<uint16_t>(bits | 0x8000));
  }
  x.insert(x.end(), {INFINITY, -INFINITY, 1e30f, 1e-30f});
  expected.insert(expected.end(), {0x7c00, 0xfc00, 0x7c00, 0});
  CHECK((convert<uint16_t>(ElementType::float16, ElementType::float32, x) == expected));
  const auto nan = convert<uint16_t>(ElementType::float16, ElementType::float32, std::vector<float>(9, NAN));
  for (const uint16_t bits : nan) CHECK(std::isnan(halfValue(bits)));
  // NaNs keep their sign and what fits of their payload, and become quiet, on every instruction set.
  const std::vector<uint32_t> odd(9, 0xff812345u);
  std::vector<float> odds(9);
  std::memcpy(odds.data(), odd.data(), 36);
  CHECK((convert<uint16_t>(ElementType::float16, ElementType::float32, odds) == std::vector<uint16_t>(9, 0xfe09)));
  const auto widened = convert<float>(ElementType::float32, ElementType::float16, std::vector<uint16_t>(9, 0xfc09));
  const std::vector<uint32_t> quiet(9, 0xffc12000u);
  CHECK(std::memcmp(widened.data(), quiet.data(), 36) == 0);
}

void testOtherCasts() {
  const std::vector<float> x = {0,     -0.0f, 1.5f,  -1.5f,   300, -1, 2147483648.0f, -2147483648.0f,
                                -3e9f, NAN,   1e-9f, 65535.9f};
  const int32_t low = INT32_MIN;
  CHECK((convert<int32_t>(ElementType::int32, ElementType::float32, x) ==
         std::vector<int32_t>{0, 0, 1, -1, 300, -1, low, low, low, low, 0, 65535}));
  CHECK((convert<uint8_t>(ElementType::uint8, ElementType::float32, x) ==
         std::vector<uint8_t>{0, 0, 1, 255, 44, 255, 0, 0, 0, 0, 0, 255}));
  CHECK((convert<uint8_t>(ElementType::boolean, ElementType::float32, x) ==
         std::vector<uint8_t>{0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
  CHECK((convert<double>(ElementType::float64, ElementType::int32, std::vector<int32_t>{low, 7}) ==
         std::vector<double>{-2147483648.0, 7}));
  CHECK((convert<float>(ElementType::float32, ElementType::boolean, std::vector<uint8_t>{0, 1, 2, 255}) ==
         std::vector<float>{0, 1, 1, 1}));
  CHECK((convert<float>(ElementType::float32, ElementType::float64, std::vector<double>{0.1, 1e300}) ==
         std::vector<float>{0.1f, INFINITY}));
  // bfloat16: 1 + 2^-8 is a tie and goes to even, its upper neighbour rounds up.
  CHECK((convert<uint16_t>(ElementType::bfloat16, ElementType::float32,
                           std::vector<float>{1, 1.00390625f, 1.0039064f, 1.01171875f, -2, INFINITY}) ==
         std::vector<uint16_t>{0x3f80, 0x3f80, 0x3f81, 0x3f82, 0xc000, 0x7f80}));
  CHECK((convert<float>(ElementType::float32, ElementType::bfloat16, std::vector<uint16_t>{0x3f81, 0xff80}) ==
         std::vector<float>{1.0078125f, -INFINITY}));
}

struct Case {
  std::vector<int64_t> sizes, to, from;
};

// Walks all positions by hand.
void testStrided() {
  const std::vector<Case> cases = {
      {{}, {}, {}},
      {{0}, {1}, {1}},
      {{1}, {5}, {7}},
      {{1000}, {1}, {1}},
      {{1000}, {1}, {3}},
      {{1000}, {2}, {1}},
      {{1500}, {1}, {0}},
      {{7, 130}, {130, 1}, {1, 7}},
      {{130, 7}, {1, 130}, {7, 1}},
      {{3, 600}, {600, 1}, {0, 1}},
      {{3, 600}, {600, 1}, {1, 0}},
      {{300, 2, 5}, {10, 5, 1}, {5, 0, 1}},
      {{5, 1, 4, 3}, {12, 99, 3, 1}, {12, 0, 1, 4}},
      {{2, 3, 4, 5, 6}, {360, 120, 30, 6, 1}, {1, 2, 6, 24, 120}},
      {{40, 50, 60}, {3000, 60, 1}, {60, 2400, 1}},
      {{200, 300}, {700, 2}, {1, 200}},
      {{70, 45}, {45, 1}, {1, 71}},
      {{3, 33, 8}, {264, 8, 1}, {300, 1, 33}},
      {{9, 4, 31}, {124, 31, 1}, {1, 279, 9}},
      {{5, 200}, {300, 1}, {250, 1}},
      {{3, 4, 100}, {900, 210, 1}, {100, 300, 1}},
      {{4, 3, 65}, {300, 75, 1}, {0, 65, 1}},
      {{400, 700}, {907, 1}, {803, 1}},
      {{400, 701}, {701, 1}, {1, 0}},
      {{400, 701}, {701, 1}, {0, 1}},
      {{60, 50, 100}, {5000, 100, 1}, {100, 6000, 1}},
      {{60, 50, 13}, {650, 13, 1}, {13, 780, 1}},
  };
  for (const Case& c : cases) {
    CASE(listOf(c.sizes), listOf(c.to), listOf(c.from));
    const int ndim = static_cast<int>(c.sizes.size());
    int64_t numel = 1, toSpan = 1, fromSpan = 1;
    for (int d = 0; d < ndim; ++d) {
      numel *= c.sizes[d];
      toSpan += (c.sizes[d] - 1) * c.to[d];
      fromSpan += (c.sizes[d] - 1) * c.from[d];
    }
    if (numel == 0) toSpan = fromSpan = 0;
    std::vector<float> from(static_cast<size_t>(fromSpan) + 1);
    for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i) + 0.5f;
    std::vector<double> expected(static_cast<size_t>(toSpan), NAN);
    for (int64_t k = 0; k < numel; ++k) {
      int64_t rest = k, t = 0, f = 0;
      for (int d = ndim - 1; d >= 0; --d) {
        t += rest % c.sizes[d] * c.to[d];
        f += rest % c.sizes[d] * c.from[d];
        rest /= c.sizes[d];
      }
      expected[static_cast<size_t>(t)] = from[static_cast<size_t>(f)];
    }
    for (const int threads : {1, 3}) {
      CASE(threads);
      lutra::setNumThreads(threads);
      Guarded<double> to(toSpan, 3);
      lutra::copyStrided(to.data(), ElementType::float64, c.to.data(), from.data(), ElementType::float32, c.from.data(),
                         ndim, c.sizes.data());
      CHECK(to.intact());
      CHECK(toSpan == 0 || std::memcmp(to.data(), expected.data(), expected.size() * 8) == 0);
      Guarded<float> same32(toSpan, 2);
      lutra::copyStrided(same32.data(), ElementType::float32, c.to.data(), from.data(), ElementType::float32,
                         c.from.data(), ndim, c.sizes.data());
      bool equal = same32.intact();
      for (int64_t i = 0; i < toSpan; ++i) {
        const double value = expected[static_cast<size_t>(i)];
        equal &= std::isnan(value) ? std::isnan(same32[i]) : same32[i] == value;
      }
      CHECK(equal);
      Guarded<double> filled(toSpan, 1);
      lutra::fillStrided(filled.data(), ElementType::float64, c.to.data(), ndim, c.sizes.data(), 2.5);
      bool same = filled.intact();
      for (int64_t i = 0; i < toSpan; ++i) {
        same &= std::isnan(expected[static_cast<size_t>(i)]) ? std::isnan(filled[i]) : filled[i] == 2.5;
      }
      CHECK(same);
    }
  }
}

// Transposed matrices of elements with any bits: every size of element, gaps between rows, starts off the cache line,
// and results large enough to be written around the cache.
template <class U>
void testTransposed(ElementType type, int64_t rows, int64_t columns, int64_t gap, int offset) {
  const int64_t sizes[3] = {2, rows, columns}, ldTo = columns + gap, ldFrom = rows + 2 * gap;
  const int64_t to[3] = {rows * ldTo, ldTo, 1}, from[3] = {columns * ldFrom, 1, ldFrom};
  std::vector<U> source(static_cast<size_t>(2 * columns * ldFrom));
  uint64_t bits = 7;
  for (U& x : source) x = static_cast<U>((bits = bits * 6364136223846793005u + 1442695040888963407u) >> 20);
  Guarded<U> target(2 * rows * ldTo, offset);
  std::vector<U> expected(target.data(), target.data() + 2 * rows * ldTo);
  for (int64_t m = 0; m < 2; ++m) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) {
        expected[static_cast<size_t>(m * to[0] + r * ldTo + c)] =
            source[static_cast<size_t>(m * from[0] + r + c * ldFrom)];
      }
    }
  }
  lutra::copyStrided(target.data(), type, to, source.data(), type, from, 3, sizes);
  CHECK(target.intact());
  CHECK(std::memcmp(target.data(), expected.data(), expected.size() * sizeof(U)) == 0);
}

void testTransposedSizes() {
  for (const int threads : {1, 3}) {
    CASE(threads);
    lutra::setNumThreads(threads);
    for (const int64_t rows : {8, 15, 16, 17, 33, 130, 300}) {
      CASE(rows);
      for (const int64_t columns : {8, 16, 31, 255, 257, 600, 1100}) {
        CASE(columns);
        const int offset = static_cast<int>((rows + columns) % 16);
        testTransposed<uint8_t>(ElementType::uint8, rows, columns, 3, offset);
        testTransposed<uint16_t>(ElementType::float16, rows, columns, 0, offset);
        testTransposed<uint32_t>(ElementType::int32, rows, columns, 0, offset);
        testTransposed<uint32_t>(ElementType::float32, rows, columns, 5, offset);
        testTransposed<uint64_t>(ElementType::float64, rows, columns, 1, offset);
      }
    }
  }
}

}  // namespace

int main() {
  for (const lutra::Isa isa : {lutra::Isa::scalar, lutra::Isa::avx2, lutra::Isa::avx512, lutra::Isa::neon}) {
    if (!lutra::setIsa(isa)) continue;
    testHalf();
    testOtherCasts();
    testStrided();
    testTransposedSizes();
  }
  return lutra::test::finish("copy_test");
}

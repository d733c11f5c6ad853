// Normalisation of channels and of groups of them against the formulas in double, gradients included: every instruction
// set, sizes around the vector width and above a block, null weights and gradients, guards, and the same bits on every
// number of threads.
#include "kernels/norm/channel_norm.h"

#include <cmath>
#include <cstdio>
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

constexpr double kEps = 1e-3;

using Doubles = std::vector<double>;

// A set of elements that is normalised together, with its results.
struct Plain {
  Doubles y, dx, dweight, dbias, mean, variance;
};

// `setOf(b, c)` numbers the set of an element. With `own`, statistics are the sets' own, else those given.
template <class T, class SetOf>
Plain plain(const std::vector<T>& x, const std::vector<T>& dy, const std::vector<T>& weight, const std::vector<T>& bias,
            const ChannelShape& s, size_t sets, SetOf setOf, bool own, Doubles mean = {}, Doubles variance = {}) {
  Plain p;
  const auto each = [&](auto use) {
    size_t i = 0;
    for (int64_t b = 0; b < s.batch; b++) {
      for (int64_t c = 0; c < s.channels; c++) {
        for (int64_t j = 0; j < s.inner; j++, i++) use(i, static_cast<size_t>(c), static_cast<size_t>(setOf(b, c)));
      }
    }
  };
  Doubles count(sets), sumG(sets), sumGH(sets);
  p.mean.assign(sets, 0);
  p.variance.assign(sets, 0);
  each([&](size_t i, size_t, size_t set) {
    count[set]++;
    p.mean[set] += static_cast<double>(x[i]);
  });
  for (size_t k = 0; k < sets; k++) p.mean[k] = own ? p.mean[k] / count[k] : mean[k];
  each([&](size_t i, size_t, size_t set) {
    p.variance[set] += std::pow(static_cast<double>(x[i]) - p.mean[set], 2) / count[set];
  });
  if (!own) p.variance = variance;
  p.y.resize(x.size());
  p.dx.resize(x.size());
  p.dweight.resize(weight.size());
  p.dbias.resize(weight.size());
  const auto normal = [&](size_t i, size_t set) {
    return (static_cast<double>(x[i]) - p.mean[set]) / std::sqrt(p.variance[set] + kEps);
  };
  each([&](size_t i, size_t c, size_t set) {
    const double h = normal(i, set), g = static_cast<double>(dy[i]);
    p.y[i] = h * static_cast<double>(weight[c]) + static_cast<double>(bias[c]);
    p.dweight[c] += g * h;
    p.dbias[c] += g;
    sumG[set] += g * static_cast<double>(weight[c]);
    sumGH[set] += g * static_cast<double>(weight[c]) * h;
  });
  each([&](size_t i, size_t c, size_t set) {
    double g = static_cast<double>(dy[i]) * static_cast<double>(weight[c]);
    if (own) g -= sumG[set] / count[set] + normal(i, set) * sumGH[set] / count[set];
    p.dx[i] = g / std::sqrt(p.variance[set] + kEps);
  });
  return p;
}

template <class T>
bool near(const Guarded<T>& got, const Doubles& expected, double scale = 1) {
  const double tolerance = (sizeof(T) == 4 ? 2e-5 : 1e-12) * scale;
  bool right = got.size() == static_cast<int64_t>(expected.size()) && got.intact();
  for (int64_t i = 0; right && i < got.size(); i++) {
    const double e = expected[static_cast<size_t>(i)];
    right = std::fabs(static_cast<double>(got[i]) - e) <= tolerance * (1 + std::fabs(e));
  }
  return right;
}

template <class T>
bool same(Guarded<T>& a, Guarded<T>& b) {
  return std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(T)) == 0;
}

template <class T>
struct Results {
  Guarded<T> y, dx, dweight, dbias, mean, spread;
  Results(const ChannelShape& s, int64_t sets, int offset)
      : y(s.count() * s.channels, offset),
        dx(s.count() * s.channels, offset),
        dweight(s.channels, offset),
        dbias(s.channels, offset),
        mean(sets, offset),
        spread(sets, offset) {}
  bool equals(Results& other) {
    return same(y, other.y) && same(dx, other.dx) && same(dweight, other.dweight) && same(dbias, other.dbias) &&
           same(mean, other.mean) && same(spread, other.spread);
  }
};

template <class T>
void testShape(const ChannelShape& s, int64_t groups, bool affine) {
  const auto C = static_cast<size_t>(s.channels);
  const std::vector<T> x = randomValues<T>(s.count() * s.channels, 0.5), dy = randomValues<T>(s.count() * s.channels);
  const std::vector<T> weight = affine ? randomValues<T>(s.channels) : std::vector<T>(C, T(1));
  const std::vector<T> bias = affine ? randomValues<T>(s.channels) : std::vector<T>(C, T(0));
  const T* const w = affine ? weight.data() : nullptr;
  const T* const b = affine ? bias.data() : nullptr;
  const double terms = 1 + static_cast<double>(s.count()) / 100;

  const auto batch = [&](int offset, bool own, const std::vector<T>& mean, const std::vector<T>& rstd) {
    Results<T> r(s, s.channels, offset);
    std::vector<T> scale = rstd;
    channelStatistics<T>(r.mean.data(), r.spread.data(), x.data(), s);
    std::vector<T> centre(r.mean.data(), r.mean.data() + s.channels);
    if (own) {
      for (int64_t c = 0; c < s.channels; c++) {
        scale[static_cast<size_t>(c)] = static_cast<T>(1 / std::sqrt(static_cast<double>(r.spread[c]) + kEps));
      }
    } else {
      centre = mean;
    }
    channelNormalise<T>(r.y.data(), x.data(), centre.data(), scale.data(), w, b, s);
    channelNormBackward<T>(
        {r.dx.data(), r.dweight.data(), r.dbias.data(), dy.data(), x.data(), w, centre.data(), scale.data()}, s, own);
    Guarded<T> alone(r.dx.size());
    T* const none = nullptr;
    channelNormBackward<T>({alone.data(), none, none, dy.data(), x.data(), w, centre.data(), scale.data()}, s, own);
    CHECK(same(alone, r.dx) && alone.intact());
    return r;
  };
  const std::vector<T> mean = randomValues<T>(s.channels);
  std::vector<T> rstd(C);
  Doubles given(mean.begin(), mean.end()), variance;
  for (T& r : rstd) {
    variance.push_back(0.5 + static_cast<double>(variance.size() % 7));
    r = static_cast<T>(1 / std::sqrt(variance.back() + kEps));
  }
  for (const bool own : {true, false}) {
    CASE(own);
    const Plain expected = plain(
        x, dy, weight, bias, s, C, [](int64_t, int64_t c) { return c; }, own, given, variance);
    setNumThreads(1);
    Results<T> r = batch(1, own, mean, rstd);
    CHECK(near(r.y, expected.y) && near(r.dx, expected.dx, 3));
    CHECK(near(r.dweight, expected.dweight, terms) && near(r.dbias, expected.dbias, terms));
    if (own) CHECK(near(r.mean, expected.mean) && near(r.spread, expected.variance));
    setNumThreads(3);
    Results<T> several = batch(0, own, mean, rstd);
    CHECK(several.equals(r));
  }

  const auto grouped = [&](int offset) {
    Results<T> r(s, s.batch * groups, offset);
    groupNormalise<T>(r.y.data(), r.mean.data(), r.spread.data(), x.data(), w, b, kEps, groups, s);
    groupNormBackward<T>(
        {r.dx.data(), r.dweight.data(), r.dbias.data(), dy.data(), x.data(), w, r.mean.data(), r.spread.data()}, groups,
        s);
    return r;
  };
  const int64_t each = s.channels / groups;
  const Plain expected = plain(
      x, dy, weight, bias, s, static_cast<size_t>(s.batch * groups),
      [&](int64_t n, int64_t c) { return n * groups + c / each; }, true);
  setNumThreads(1);
  Results<T> r = grouped(0);
  CHECK(near(r.y, expected.y, 4) && near(r.dx, expected.dx, 40));
  CHECK(near(r.dweight, expected.dweight, 4 * terms) && near(r.dbias, expected.dbias, terms));
  setNumThreads(3);
  Results<T> several = grouped(1);
  CHECK(several.equals(r));
  setNumThreads(2);
}

template <class T>
void testAll() {
  const int64_t W = 64 / static_cast<int64_t>(sizeof(T));
  for (const int64_t inner : {int64_t{1}, int64_t{2}, W - 1, 2 * W, 3 * W + 3}) {
    CASE(inner);
    for (const int64_t channels : {int64_t{4}, W + 2, 2 * W}) {
      CASE(channels);
      for (const bool affine : {true, false}) {
        CASE(affine);
        testShape<T>({3, channels, inner}, 2, affine);
        testShape<T>({7, channels, inner}, 1, affine);
      }
    }
  }
  testShape<T>({700, 6, 1}, 3, true);
  testShape<T>({60, 5, 33}, 5, true);
  // Nothing to add up.
  T sums[2] = {5, 5};
  T* const none = nullptr;
  const T ones[1] = {1};
  channelNormBackward<T>({none, sums, sums + 1, none, none, none, ones, ones}, {0, 1, 3}, true);
  CHECK(sums[0] == 0 && sums[1] == 0);
}

}  // namespace

int main() {
  generator.seed(43);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("channel norm on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  return lutra::test::finish("channel_norm_test");
}

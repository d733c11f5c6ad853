// Softmax, cross entropy and elementwise losses against plain loops in double; gradients against central differences of
// those loops. Every instruction set, sizes around the vector width, unaligned starts, guard values, thread counts.
#include "kernels/losses/softmax.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "kernels/losses/cross_entropy.h"
#include "kernels/losses/element.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"

using namespace lutra;
using lutra::test::Guarded;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
std::mt19937 generator(13);

template <class T>
std::vector<T> randomValues(int64_t n, double scale = 2) {
  std::normal_distribution<double> normal(0, scale);
  std::vector<T> v(static_cast<size_t>(n));
  for (T& x : v) x = static_cast<T>(normal(generator));
  return v;
}

template <class T>
bool near(double got, double expected, double factor = 1) {
  const double tolerance = (sizeof(T) == 4 ? 2e-6 : 1e-14) * factor;
  if (std::isnan(expected) || std::isinf(expected)) return std::isnan(expected) ? std::isnan(got) : got == expected;
  return std::fabs(got - expected) <= tolerance * (1 + std::fabs(expected));
}

// log-softmax of one slice, in double.
template <class T>
std::vector<double> plainLogSoftmax(const T* x, int64_t dim, int64_t inner) {
  double largest = -kInfinity, total = 0;
  for (int64_t c = 0; c < dim; c++) largest = std::fmax(largest, static_cast<double>(x[c * inner]));
  for (int64_t c = 0; c < dim; c++) total += std::exp(static_cast<double>(x[c * inner]) - largest);
  std::vector<double> y;
  for (int64_t c = 0; c < dim; c++) y.push_back(static_cast<double>(x[c * inner]) - largest - std::log(total));
  return y;
}

template <class T>
void testSoftmax(int64_t outer, int64_t dim, int64_t inner, int offset) {
  const int64_t n = outer * dim * inner;
  std::vector<T> x = randomValues<T>(n), dy = randomValues<T>(n);
  if (dim > 2) x[static_cast<size_t>(n / 2)] = static_cast<T>(-kInfinity);
  Guarded<T> soft(n, offset), logs(n, offset), dsoft(n, offset), dlogs(n, offset);
  softmax<T>(soft.data(), x.data(), outer, dim, inner);
  logSoftmax<T>(logs.data(), x.data(), outer, dim, inner);
  softmaxBackward<T>(dsoft.data(), dy.data(), soft.data(), outer, dim, inner);
  logSoftmaxBackward<T>(dlogs.data(), dy.data(), logs.data(), outer, dim, inner);
  bool right = true;
  for (int64_t s = 0; s < outer * inner; s++) {
    const int64_t start = s / inner * dim * inner + s % inner;
    const std::vector<double> y = plainLogSoftmax(x.data() + start, dim, inner);
    double sum = 0, product = 0;
    for (int64_t c = 0; c < dim; c++) {
      const double g = static_cast<double>(dy[static_cast<size_t>(start + c * inner)]);
      sum += g;
      product += g * std::exp(y[static_cast<size_t>(c)]);
    }
    for (int64_t c = 0; c < dim; c++) {
      const int64_t at = start + c * inner;
      const double g = static_cast<double>(dy[static_cast<size_t>(at)]), p = std::exp(y[static_cast<size_t>(c)]);
      right &= near<T>(soft[at], p) && near<T>(logs[at], y[static_cast<size_t>(c)], 2);
      right &= near<T>(dsoft[at], p * (g - product), 4) && near<T>(dlogs[at], g - p * sum, 20);
    }
  }
  if (!right) std::fprintf(stderr, "softmax [%d, %d, %d]\n", (int)outer, (int)dim, (int)inner);
  CHECK(right);
  CHECK(soft.intact() && logs.intact() && dsoft.intact() && dlogs.intact());
}

template <class T>
void testCrossEntropy(int64_t outer, int64_t classes, int64_t inner, int offset, bool weighted, double smoothing) {
  const int64_t samples = outer * inner, n = samples * classes;
  const std::vector<T> x = randomValues<T>(n), dloss = randomValues<T>(samples);
  std::vector<T> weight = randomValues<T>(classes);
  for (T& w : weight) w = std::fabs(w);
  std::vector<int32_t> targets(static_cast<size_t>(samples));
  for (int32_t& t : targets) t = static_cast<int32_t>(generator() % static_cast<unsigned>(classes));
  if (samples > 2) targets[1] = -100;
  const ClassLossShape shape{outer, classes, inner, -100, smoothing};
  const T* const w = weighted ? weight.data() : nullptr;

  Guarded<T> loss(samples, offset), normaliser(2 * samples, offset), each(n, offset), all(n, offset);
  const ClassLossSums sums = crossEntropy<T>(loss.data(), normaliser.data(), x.data(), targets.data(), w, shape);
  crossEntropyBackward<T>(each.data(), x.data(), normaliser.data(), targets.data(), w, dloss.data(), true, 0.5, shape);
  crossEntropyBackward<T>(all.data(), x.data(), normaliser.data(), targets.data(), w, dloss.data(), false, 0.5, shape);

  std::vector<T> logs(static_cast<size_t>(n));
  logSoftmax<T>(logs.data(), x.data(), outer, classes, inner);
  Guarded<T> nll(samples, offset), dnll(n, offset);
  const ClassLossSums nllSums = negativeLogLikelihood<T>(nll.data(), logs.data(), targets.data(), w, shape);
  negativeLogLikelihoodBackward<T>(dnll.data(), targets.data(), w, dloss.data(), true, 0.5, shape);

  double lossSum = 0, nllSum = 0, weightSum = 0;
  bool right = true;
  for (int64_t s = 0; s < samples; s++) {
    const int64_t start = s / inner * classes * inner + s % inner;
    const std::vector<double> y = plainLogSoftmax(x.data() + start, classes, inner);
    const int64_t target = targets[static_cast<size_t>(s)];
    const auto weightOf = [&](int64_t c) { return w ? static_cast<double>(weight[static_cast<size_t>(c)]) : 1.0; };
    double expected = 0, own = 0, total = 0;
    if (target >= 0) {
      for (int64_t c = 0; c < classes; c++) {
        expected -= smoothing / static_cast<double>(classes) * weightOf(c) * y[static_cast<size_t>(c)];
        total += weightOf(c);
      }
      own = -weightOf(target) * y[static_cast<size_t>(target)];
      expected += (1 - smoothing) * own;
      weightSum += weightOf(target);
    }
    lossSum += expected;
    nllSum += own;
    right &= near<T>(loss[s], expected, 4) && near<T>(nll[s], own, 4);
    for (int64_t c = 0; c < classes; c++) {
      double slope = 0, direct = 0;
      if (target >= 0) {
        const double p = std::exp(y[static_cast<size_t>(c)]), spread = smoothing / static_cast<double>(classes);
        slope = (1 - smoothing) * weightOf(target) * (p - (c == target)) + spread * (total * p - weightOf(c));
        direct = c == target ? -weightOf(target) : 0;
      }
      const double g = 0.5 * static_cast<double>(dloss[static_cast<size_t>(s)]);
      right &= near<T>(each[start + c * inner], slope * g, 8) && near<T>(dnll[start + c * inner], direct * g, 8);
      right &= near<T>(all[start + c * inner], slope * 0.5 * static_cast<double>(dloss[0]), 8);
    }
  }
  right &= near<T>(sums.loss, lossSum, 4) && near<T>(nllSums.loss, nllSum, 4);
  right &= near<T>(sums.weight, weightSum) && near<T>(nllSums.weight, weightSum);
  if (!right) {
    std::fprintf(stderr, "cross entropy [%d, %d, %d] %d %g\n", (int)outer, (int)classes, (int)inner, weighted,
                 smoothing);
  }
  CHECK(right);
  CHECK(loss.intact() && normaliser.intact() && each.intact() && all.intact() && nll.intact() && dnll.intact());
}

double plainLoss(LossKind kind, double x, double t, double p, double parameter) {
  const double d = std::fabs(x - t);
  switch (kind) {
    case LossKind::mse:
      return d * d;
    case LossKind::l1:
      return d;
    case LossKind::smoothL1:
      return d < parameter ? d * d / (2 * parameter) : d - parameter / 2;
    case LossKind::huber:
      return d <= parameter ? d * d / 2 : parameter * (d - parameter / 2);
    case LossKind::bce:
      return -t * std::fmax(std::log(x), -100) - (1 - t) * std::fmax(std::log(1 - x), -100);
    case LossKind::bceLogits:
      return -p * t * std::log(1 / (1 + std::exp(-x))) - (1 - t) * std::log(1 / (1 + std::exp(x)));
    case LossKind::softMargin:
      return std::log(1 + std::exp(-t * x));
    case LossKind::hingeEmbedding:
      return (t != -1 ? x : 0) + (t != 1 ? std::fmax(0, parameter - x) : 0);
    case LossKind::poissonLog:
    case LossKind::poissonLogFull:
    case LossKind::poisson:
    case LossKind::poissonFull: {
      const bool logs = kind == LossKind::poissonLog || kind == LossKind::poissonLogFull;
      const bool full = kind == LossKind::poissonLogFull || kind == LossKind::poissonFull;
      const double stirling = full && t > 1 ? t * std::log(t) - t + 0.5 * std::log(2 * M_PI * t) : 0;
      return (logs ? std::exp(x) - t * x : x - t * std::log(x + parameter)) + stirling;
    }
    case LossKind::gaussian:
    case LossKind::gaussianFull: {
      const double v = std::fmax(p, parameter);
      return 0.5 * (std::log(v) + d * d / v + (kind == LossKind::gaussianFull ? std::log(2 * M_PI) : 0));
    }
    case LossKind::gaussianVariance:  // a slope only
      return 0;
  }
  return 0;
}

template <class T>
void testElementLoss(LossKind kind, int64_t n, int offset, bool extras) {
  std::vector<T> x = randomValues<T>(n), t = randomValues<T>(n), weight = randomValues<T>(n),
                 dloss = randomValues<T>(n);
  std::vector<T> positive = randomValues<T>(n);
  if (kind == LossKind::bce || kind == LossKind::bceLogits) {
    for (T& v : t) v = static_cast<T>(std::fabs(std::sin(static_cast<double>(v))));
    if (kind == LossKind::bce) {
      for (T& v : x) v = static_cast<T>(0.05 + 0.9 * std::fabs(std::sin(static_cast<double>(v))));
    }
  }
  if (kind == LossKind::hingeEmbedding) {
    for (size_t i = 0; i < t.size(); i++) t[i] = static_cast<T>(static_cast<int>(i % 3) - 1);
  }
  if (kind >= LossKind::poissonLog) {
    for (T& v : t) v = std::fabs(v);
    for (T& v : positive) v = std::fabs(v);
    if (kind == LossKind::poisson || kind == LossKind::poissonFull) {
      for (T& v : x) v = std::fabs(v);
    }
  }
  const bool variances = kind == LossKind::gaussian || kind == LossKind::gaussianFull;
  const bool positives = variances || (extras && kind == LossKind::bceLogits);
  const LossExtras<T> e{0.7, extras ? weight.data() : nullptr, positives ? positive.data() : nullptr};
  Guarded<T> out(n, offset), dx(n, offset), whole(n, offset);
  const double total = elementLoss<T>(kind, out.data(), x.data(), t.data(), n, e);
  const double reduced = elementLoss<T>(kind, static_cast<T*>(nullptr), x.data(), t.data(), n, e);
  CHECK(total == reduced);
  elementLossBackward<T>(kind, dx.data(), x.data(), t.data(), dloss.data(), true, 0.25, n, e);
  elementLossBackward<T>(kind, whole.data(), x.data(), t.data(), dloss.data(), false, 0.25, n, e);
  double sum = 0;
  bool right = true;
  for (int64_t i = 0; i < n; i++) {
    const size_t k = static_cast<size_t>(i);
    const double w = e.weight ? static_cast<double>(weight[k]) : 1,
                 p = e.positive ? static_cast<double>(positive[k]) : 1;
    const auto at = [&](double shift) {
      return w * plainLoss(kind, static_cast<double>(x[k]) + shift, static_cast<double>(t[k]), p, 0.7);
    };
    const double slope = (at(1e-6) - at(-1e-6)) / 2e-6;
    sum += at(0);
    right &= near<T>(out[i], at(0), 8);
    right &= std::fabs(dx[i] - 0.25 * slope * static_cast<double>(dloss[k])) <= 3e-5 * (1 + std::fabs(slope));
    right &= std::fabs(whole[i] - 0.25 * slope * static_cast<double>(dloss[0])) <= 3e-5 * (1 + std::fabs(slope));
  }
  if (!right) std::fprintf(stderr, "loss %d, n = %d\n", (int)kind, (int)n);
  CHECK(right);
  CHECK(near<T>(total, sum, 8.0 * std::sqrt(static_cast<double>(n))));
  CHECK(out.intact() && dx.intact() && whole.intact());
}

template <class T>
void testThreads() {
  const int64_t outer = 60, classes = 500, inner = 7, n = outer * classes * inner;
  const std::vector<T> x = randomValues<T>(n), t = randomValues<T>(n);
  std::vector<int32_t> targets(static_cast<size_t>(outer * inner), 3);
  std::vector<T> first;
  double firstTotal = 0;
  for (const int threads : {1, 2, 8}) {
    CASE(threads);
    setNumThreads(threads);
    std::vector<T> soft(x.size()), loss(targets.size()), cache(2 * targets.size());
    softmax<T>(soft.data(), x.data(), outer, classes, inner);
    const ClassLossShape shape{outer, classes, inner, -100, 0.1};
    const ClassLossSums sums =
        crossEntropy<T>(loss.data(), cache.data(), x.data(), targets.data(), static_cast<const T*>(nullptr), shape);
    const double total =
        sums.loss + elementLoss<T>(LossKind::mse, nullptr, x.data(), t.data(), n, {0, nullptr, nullptr});
    if (threads == 1) {
      first = soft;
      firstTotal = total;
    }
    CHECK(std::memcmp(first.data(), soft.data(), soft.size() * sizeof(T)) == 0);
    CHECK(total == firstTotal);
  }
  setNumThreads(2);
}

// Where numbers end: huge logits, slices of -inf, NaN, saturated probabilities.
template <class T>
void testExtremes() {
  const T inf = static_cast<T>(kInfinity);
  const T x[9] = {10000, 10001, 9999, -inf, -inf, -inf, 1, std::numeric_limits<T>::quiet_NaN(), 2};
  T y[9], loss[1], cache[2];
  softmax<T>(y, x, 3, 3, 1);
  CHECK(near<T>(y[0] + y[1] + y[2], 1) && near<T>(y[1], 0.6652409557748219));
  for (int i = 3; i < 9; i++) CHECK(std::isnan(y[i]));
  const int32_t target[1] = {0};
  crossEntropy<T>(loss, cache, x, target, static_cast<const T*>(nullptr), {1, 3, 1, -100, 0.0});
  CHECK(near<T>(loss[0], 1.4076059644443804));
  crossEntropyBackward<T>(y, x, cache, target, static_cast<const T*>(nullptr), loss, false, 1.0, {1, 3, 1, -100, 0.0});
  CHECK(near<T>(y[1] / loss[0], 0.6652409557748219));
  const T p[4] = {0, 1, 0, 1}, t[4] = {0, 1, 1, 0}, g[4] = {1, 1, 1, 1};
  elementLoss<T>(LossKind::bce, y, p, t, 4, {0, nullptr, nullptr});
  CHECK(y[0] == 0 && y[1] == 0 && y[2] == 100 && y[3] == 100);
  elementLossBackward<T>(LossKind::bce, y, p, t, g, true, 1.0, 4, {0, nullptr, nullptr});
  CHECK(y[0] == 0 && y[1] == 0 && near<T>(y[2], -1e12) && near<T>(y[3], 1e12));
  CHECK(findOutsideUnit<T>(p, 4) == -1 && findOutsideUnit<T>(x, 9) == 0);
  const int32_t bad[3] = {2, -100, 3};
  CHECK(findBadTarget(bad, 3, 3, -100) == 2 && findBadTarget(bad, 3, 4, -100) == -1 &&
        findBadTarget(bad, 3, 4, 0) == 1);
}

template <class T>
void testAll() {
  const int W = 64 / static_cast<int>(sizeof(T));
  int offset = 0;
  for (const int64_t dim : {1, 2, 5, W - 1, W, W + 1, 2 * W + 3, 131}) {
    CASE(dim);
    for (const int64_t inner : {1, 3, W, W + 5}) {
      CASE(inner);
      testSoftmax<T>(7, dim, inner, offset % 16);
      for (const bool weighted : {false, true}) {
        CASE(weighted);
        for (const double smoothing : {0.0, 0.2}) {
          CASE(smoothing);
          testCrossEntropy<T>(5, dim, inner, offset++ % 16, weighted, smoothing);
        }
      }
    }
  }
  for (int kind = 0; kind < static_cast<int>(LossKind::gaussianVariance); kind++) {
    CASE(kind);
    for (const int64_t n : {1, W - 1, W, W + 1, 2 * W + 3, 9001}) {
      CASE(n);
      for (const bool extras : {false, true}) {
        CASE(extras);
        testElementLoss<T>(static_cast<LossKind>(kind), n, offset++ % 16, extras);
      }
    }
  }
  testThreads<T>();
  testExtremes<T>();
}

}  // namespace

int main() {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("softmax and losses on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  return lutra::test::finish("softmax_test");
}

// The loss of a projection against plain loops in double, whatever the chunks; margin losses over classes likewise.
// Gradients are compared with formulas written out. Every instruction set, sizes around the vector width, guards,
// threads.
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "kernels/losses/linear_cross_entropy.h"
#include "kernels/losses/margin.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "threads/thread_pool.h"

using namespace lutra;
using lutra::test::Guarded;

namespace {

std::mt19937 generator(29);

template <class T>
std::vector<T> randomValues(int64_t n) {
  std::normal_distribution<double> normal(0, 1);
  std::vector<T> v(static_cast<size_t>(n));
  for (T& x : v) x = static_cast<T>(normal(generator));
  return v;
}

template <class T>
double at(const std::vector<T>& v, int64_t i) {
  return static_cast<double>(v[static_cast<size_t>(i)]);
}

template <class T>
bool allNear(const Guarded<T>& got, const std::vector<double>& expected) {
  const double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;
  for (int64_t i = 0; i < got.size(); i++) {
    const double e = expected[static_cast<size_t>(i)];
    if (!(std::fabs(static_cast<double>(got[i]) - e) <= tolerance * (1 + std::fabs(e)))) return false;
  }
  return true;
}

template <class T>
void testProjection(int64_t rows, int64_t features, int64_t classes, int64_t chunk, bool weighted, double smoothing,
                    bool ignores, bool perRow) {
  const std::vector<T> x = randomValues<T>(rows * features), w = randomValues<T>(classes * features);
  const std::vector<T> bias = randomValues<T>(classes), dloss = randomValues<T>(rows);
  std::vector<T> weight = randomValues<T>(classes);
  for (T& v : weight) v = std::fabs(v);
  std::vector<int32_t> targets(static_cast<size_t>(rows));
  for (int64_t r = 0; r < rows; r++) {
    targets[static_cast<size_t>(r)] = ignores && r % 3 == 1 ? -100 : static_cast<int32_t>((r * 7 + 1) % classes);
  }
  const LinearLossShape shape{rows, features, classes, chunk, -100, smoothing};
  Guarded<T> loss(rows), dx(rows * features), dw(classes * features), db(classes), logits(chunk * classes);
  const LinearLossOperands<T> in{x.data(), w.data(), bias.data(), weighted ? weight.data() : nullptr, targets.data()};
  const ClassLossSums sums = linearCrossEntropy<T>({loss.data(), dx.data(), dw.data(), db.data(), logits.data()}, in,
                                                   {dloss.data(), perRow, !perRow}, shape);
  std::vector<double> lossE(static_cast<size_t>(rows), 0), dxE(x.size(), 0), dwE(w.size(), 0), dbE(bias.size(), 0);
  double total = 0, divisor = 0, weights = 0;
  for (int64_t c = 0; c < classes; c++) weights += weighted ? at(weight, c) : 1;
  for (int64_t r = 0; r < rows; r++) {
    const int32_t y = targets[static_cast<size_t>(r)];
    if (y >= 0) divisor += weighted ? at(weight, y) : 1;
  }
  for (int64_t r = 0; r < rows; r++) {
    const int32_t y = targets[static_cast<size_t>(r)];
    if (y < 0) continue;
    std::vector<double> z(static_cast<size_t>(classes));
    double largest = -1e300, sum = 0, value = 0;
    for (int64_t c = 0; c < classes; c++) {
      double dot = at(bias, c);
      for (int64_t k = 0; k < features; k++) dot += at(x, r * features + k) * at(w, c * features + k);
      z[static_cast<size_t>(c)] = dot;
      largest = std::fmax(largest, dot);
    }
    for (const double v : z) sum += std::exp(v - largest);
    const double wy = weighted ? at(weight, y) : 1, each = smoothing / static_cast<double>(classes);
    const double g = perRow ? at(dloss, r) : at(dloss, 0) / divisor;
    for (int64_t c = 0; c < classes; c++) {
      const double wc = weighted ? at(weight, c) : 1, logp = z[static_cast<size_t>(c)] - largest - std::log(sum);
      const double own = c == y ? (1 - smoothing) * wy : 0;
      value -= (own + each * wc) * logp;
      const double d = g * (std::exp(logp) * ((1 - smoothing) * wy + each * weights) - each * wc - own);
      dbE[static_cast<size_t>(c)] += d;
      for (int64_t k = 0; k < features; k++) {
        dxE[static_cast<size_t>(r * features + k)] += d * at(w, c * features + k);
        dwE[static_cast<size_t>(c * features + k)] += d * at(x, r * features + k);
      }
    }
    lossE[static_cast<size_t>(r)] = value;
    total += value;
  }
  CHECK(allNear(loss, lossE));
  CHECK(allNear(dx, dxE));
  CHECK(allNear(dw, dwE));
  CHECK(allNear(db, dbE));
  CHECK(std::fabs(sums.loss - total) <= 1e-4 * (1 + std::fabs(total)) &&
        std::fabs(sums.weight - divisor) <= 1e-4 * divisor);
  CHECK(loss.intact() && dx.intact() && dw.intact() && db.intact() && logits.intact());
}

template <class T>
void testMargins(int64_t rows, int64_t classes, bool squared, bool perRow) {
  const std::vector<T> x = randomValues<T>(rows * classes), weight = randomValues<T>(classes),
                       dloss = randomValues<T>(rows);
  std::vector<int32_t> targets(static_cast<size_t>(rows)), labels(static_cast<size_t>(rows * classes));
  for (int64_t r = 0; r < rows; r++) targets[static_cast<size_t>(r)] = static_cast<int32_t>((r * 5 + 2) % classes);
  for (size_t i = 0; i < labels.size(); i++)
    labels[i] = i % 4 == 3 ? -1 : static_cast<int32_t>(i * 3 % static_cast<size_t>(classes));
  const MarginShape shape{rows, classes};
  const MultiMargin how{0.6, squared};
  Guarded<T> loss(rows), dx(rows * classes), many(rows), dmany(rows * classes);
  multiMarginLoss<T>(loss.data(), x.data(), targets.data(), weight.data(), how, shape);
  multiMarginBackward<T>(dx.data(), x.data(), targets.data(), weight.data(), dloss.data(), perRow, 0.5, how, shape);
  multilabelMarginLoss<T>(many.data(), x.data(), labels.data(), shape);
  multilabelMarginBackward<T>(dmany.data(), x.data(), labels.data(), dloss.data(), perRow, 0.5, shape);
  std::vector<double> lossE(static_cast<size_t>(rows), 0), dxE(x.size(), 0), manyE(lossE), dmanyE(dxE);
  for (int64_t r = 0; r < rows; r++) {
    const double g = 0.5 * at(dloss, perRow ? r : 0) / static_cast<double>(classes);
    const int64_t start = r * classes, y = targets[static_cast<size_t>(r)];
    const auto add = [&](std::vector<double>& sums, std::vector<double>& slopes, int64_t own, int64_t c, double margin,
                         double factor, bool square) {
      const double z = margin - at(x, start + own) + at(x, start + c);
      if (z <= 0) return;
      sums[static_cast<size_t>(r)] += factor * (square ? z * z : z) / static_cast<double>(classes);
      slopes[static_cast<size_t>(start + c)] += g * factor * (square ? 2 * z : 1);
      slopes[static_cast<size_t>(start + own)] -= g * factor * (square ? 2 * z : 1);
    };
    for (int64_t c = 0; c < classes; c++) {
      if (c != y) add(lossE, dxE, y, c, 0.6, at(weight, y), squared);
    }
    std::vector<int64_t> list;
    for (int64_t i = 0; i < classes && labels[static_cast<size_t>(start + i)] >= 0; i++)
      list.push_back(labels[static_cast<size_t>(start + i)]);
    for (const int64_t own : list) {
      for (int64_t c = 0; c < classes; c++) {
        bool isTarget = false;
        for (const int64_t other : list) isTarget |= other == c;
        if (!isTarget) add(manyE, dmanyE, own, c, 1, 1, false);
      }
    }
  }
  CHECK(allNear(loss, lossE) && allNear(dx, dxE));
  CHECK(allNear(many, manyE) && allNear(dmany, dmanyE));
  CHECK(loss.intact() && dx.intact() && many.intact() && dmany.intact());
}

template <class T>
void testThreads() {
  const int64_t rows = 300, features = 40, classes = 900;
  const std::vector<T> x = randomValues<T>(rows * features), w = randomValues<T>(classes * features);
  std::vector<int32_t> targets(static_cast<size_t>(rows), 3);
  for (size_t i = 0; i < targets.size(); i += 5) targets[i] = -100;
  std::vector<T> first;
  for (const int threads : {1, 2, 8}) {
    CASE(threads);
    setNumThreads(threads);
    std::vector<T> all(static_cast<size_t>(rows * features + classes * features)), logits(64 * 900);
    linearCrossEntropy<T>({nullptr, all.data(), all.data() + rows * features, nullptr, logits.data()},
                          {x.data(), w.data(), nullptr, nullptr, targets.data()}, {nullptr, false, true},
                          {rows, features, classes, 64, -100, 0.1});
    if (threads == 1) first = all;
    CHECK(std::memcmp(first.data(), all.data(), all.size() * sizeof(T)) == 0);
  }
  setNumThreads(2);
}

template <class T>
void testAll() {
  for (const int64_t classes : {1, 2, 7, 16, 17, 131}) {
    for (const int64_t chunk : {1, 3, 64}) {
      for (int options = 0; options < 16; options++) {
        CASE(classes, chunk, options);
        testProjection<T>(9, 5, classes, chunk, options & 1, options & 2 ? 0.2 : 0, options & 4, options & 8);
      }
    }
    for (int options = 0; options < 4; options++) {
      CASE(classes, options);
      testMargins<T>(6, classes, options & 1, options & 2);
    }
  }
  testThreads<T>();
}

}  // namespace

int main() {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("losses of classes on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  return lutra::test::finish("class_losses_test");
}

// Cosines of pairs of rows and their gradients against the formulas in double: every instruction set, sizes around the
// vector width and above a block, rows that serve all pairs, guard values, null gradients, thread counts.
#include "kernels/norm/similarity.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
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

template <class T>
double product(const T* x, const T* y, int64_t n) {
  double total = 0;
  for (int64_t j = 0; j < n; j++) total += static_cast<double>(x[j]) * static_cast<double>(y[j]);
  return total;
}

// `scale`: how large the terms are that may cancel.
template <class T>
bool near(T found, double expected, double scale = 1) {
  return std::fabs(static_cast<double>(found) - expected) <=
         32 * std::numeric_limits<T>::epsilon() * std::max(scale, std::fabs(expected));
}

template <class T>
struct Results {
  Guarded<T> cosine, lengths, da, db;
  explicit Results(const RowPairs<T>& p)
      : cosine(p.rows), lengths(2 * p.rows), da(p.rows * p.n, 1), db(p.rows * p.n, 3) {}
  bool intact() const { return cosine.intact() && lengths.intact() && da.intact() && db.intact(); }
};

template <class T>
Results<T> run(const RowPairs<T>& p, const std::vector<T>& grad, double eps) {
  Results<T> r(p);
  cosines<T>(r.cosine.data(), r.lengths.data(), p, eps);
  cosinesBackward<T>(r.da.data(), r.db.data(), grad.data(), r.cosine.data(), r.lengths.data(), p, eps);
  return r;
}

template <class T>
void testSizes(int64_t rows, int64_t n, bool stepsA, bool stepsB, double eps) {
  std::vector<T> a = randomValues<T>(stepsA ? rows * n : n), b = randomValues<T>(stepsB ? rows * n : n);
  if (stepsA && rows > 1) std::fill(a.begin() + n, a.begin() + 2 * n, T(0));
  const std::vector<T> grad = randomValues<T>(rows);
  const RowPairs<T> p = {a.data(), b.data(), stepsA ? n : 0, stepsB ? n : 0, rows, n};
  setNumThreads(1);
  Results<T> r = run(p, grad, eps);
  CHECK(r.intact());
  for (int64_t i = 0; i < rows; i++) {
    const T *const x = a.data() + i * p.stepA, *const y = b.data() + i * p.stepB;
    const double lengthX = std::sqrt(product(x, x, n)), lengthY = std::sqrt(product(y, y, n));
    const double leastX = std::max(lengthX, eps), leastY = std::max(lengthY, eps);
    const double cosine = product(x, y, n) / (leastX * leastY), g = static_cast<double>(grad[static_cast<size_t>(i)]);
    CHECK(near(r.cosine[i], cosine));
    CHECK(near(r.lengths[2 * i], lengthX) && near(r.lengths[2 * i + 1], lengthY));
    for (int64_t j = 0; j < n; j++) {
      const double u = static_cast<double>(x[j]), v = static_cast<double>(y[j]);
      const double ownX = lengthX == 0 ? 0 : cosine / leastX * u / lengthX, ownY = cosine / leastY * v / lengthY;
      const double scale = std::fabs(g) / (leastX * leastY) * (std::fabs(u) + std::fabs(v) + leastX + leastY);
      CHECK(near(r.da[i * n + j], g * (v / (leastX * leastY) - ownX), scale));
      CHECK(near(r.db[i * n + j], g * (u / (leastX * leastY) - ownY), scale));
    }
  }
  T* const none = nullptr;
  Guarded<T> alone(rows * n);
  cosinesBackward<T>(none, alone.data(), grad.data(), r.cosine.data(), r.lengths.data(), p, eps);
  cosinesBackward<T>(none, none, grad.data(), r.cosine.data(), r.lengths.data(), p, eps);
  setNumThreads(3);
  const Results<T> shared = run(p, grad, eps);
  bool same = true;
  for (int64_t i = 0; i < rows; i++) same = same && r.cosine[i] == shared.cosine[i];
  for (int64_t i = 0; i < rows * n; i++) {
    same = same && r.da[i] == shared.da[i] && r.db[i] == shared.db[i] && r.db[i] == alone[i];
  }
  CHECK(same);
}

template <class T>
void testAll() {
  for (const int64_t n : {1, 2, 7, 8, 15, 16, 17, 32, 33, 67, 4096, 5000}) {
    CASE(n);
    testSizes<T>(n > 100 ? 5 : 400, n, true, true, 1e-8);
    testSizes<T>(4, n, false, true, 1e-8);
    testSizes<T>(4, n, true, false, 1e-8);
  }
  testSizes<T>(9, 20, true, true, 100);  // eps replaces every norm
  const RowPairs<T> nothing = {nullptr, nullptr, 0, 0, 2, 0};
  T cosine[2] = {5, 5}, lengths[4] = {5, 5, 5, 5};
  cosines<T>(cosine, lengths, nothing, 1e-8);
  CHECK(cosine[0] == 0 && cosine[1] == 0 && lengths[3] == 0);
}

}  // namespace

int main() {
  generator.seed(31);
  for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("similarity on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  return lutra::test::finish("similarity_test");
}

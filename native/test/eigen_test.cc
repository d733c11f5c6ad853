// Eigenvalues of symmetric matrices: what defines them, in double, on every instruction set and several threads; and
// matrices of which they are known.
#include "kernels/projections/eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/random_values.h"
#include "threads/thread_pool.h"

using namespace lutra;
using lutra::test::generator;
using lutra::test::Guarded;
using lutra::test::randomValues;

namespace {

template <class T>
std::vector<T> symmetric(int64_t n) {
  std::vector<T> a = randomValues<T>(n * n);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < i; j++) a[static_cast<size_t>(i * n + j)] = a[static_cast<size_t>(j * n + i)];
  }
  return a;
}

// A v = λ v, vᵀ v = 1, vectors orthogonal, values falling.
template <class T>
void checkDefinition(const std::vector<T>& a, const T* values, const T* vectors, int64_t n) {
  const double tolerance = 40 * static_cast<double>(std::numeric_limits<T>::epsilon()) * static_cast<double>(n + 4);
  double worst = 0, largest = 1;
  for (int64_t i = 0; i < n; i++) largest = std::max(largest, std::fabs(static_cast<double>(values[i])));
  for (int64_t i = 0; i < n; i++) {
    if (i > 0) CHECK(values[i] <= values[i - 1]);
    for (int64_t j = 0; j < n; j++) {
      double product = 0, image = 0;
      for (int64_t k = 0; k < n; k++) {
        product += static_cast<double>(vectors[i * n + k]) * static_cast<double>(vectors[j * n + k]);
        image += static_cast<double>(a[static_cast<size_t>(j * n + k)]) * static_cast<double>(vectors[i * n + k]);
      }
      worst = std::max(worst, std::fabs(product - (i == j ? 1 : 0)));
      worst = std::max(
          worst, std::fabs(image - static_cast<double>(values[i]) * static_cast<double>(vectors[i * n + j])) / largest);
    }
  }
  CASE(worst, tolerance);
  CHECK(worst <= tolerance);
}

template <class T>
void testMatrix(const std::vector<T>& a, int64_t n, int64_t offset) {
  std::vector<T> first;
  for (const int threads : {1, 3}) {
    setNumThreads(threads);
    CASE(test::typeName<T>(), n, threads);
    Guarded<T> values(n, offset), vectors(n * n, offset), matrix(n * n, offset);
    std::copy(a.begin(), a.end(), matrix.data());
    CHECK(symmetricEigen<T>(values.data(), vectors.data(), matrix.data(), n));
    CHECK(values.intact() && vectors.intact() && matrix.intact());
    checkDefinition(a, values.data(), vectors.data(), n);
    if (threads == 1) first.assign(vectors.data(), vectors.data() + n * n);
    CHECK(std::equal(first.begin(), first.end(), vectors.data()));
  }
}

template <class T>
void testAll() {
  for (const int64_t n : {0, 1, 2, 3, 7, 8, 9, 16, 17, 33, 70}) testMatrix(symmetric<T>(n), n, n % 3);
  std::vector<T> zero(25, T(0)), equal(25, T(0)), ones(36, T(1));
  for (size_t i = 0; i < 5; i++) equal[i * 6] = T(3);
  testMatrix(zero, 5, 1);
  testMatrix(equal, 5, 0);
  testMatrix(ones, 6, 2);
  Guarded<T> values(6), vectors(36);
  CHECK(symmetricEigen<T>(values.data(), vectors.data(), ones.data(), 6));
  CHECK(std::fabs(static_cast<double>(values[0]) - 6) < 1e-5 && std::fabs(static_cast<double>(values[5])) < 1e-5);
}

}  // namespace

int main() {
  generator.seed(5);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!setIsa(isa)) continue;
    CASE(isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  setNumThreads(4);
  std::vector<double> large = symmetric<double>(400);
  testMatrix(large, 400, 0);
  return test::finish("eigen_test");
}

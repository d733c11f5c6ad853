// Matrix products against a plain reference: every transpose and leading dimension, sizes around the tiles, guard
// values around the output, every instruction set, and the same bits on any number of threads.
#include "kernels/matmul/matmul.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <limits>
#include <vector>

#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"

using lutra::Isa;
using lutra::Matrix;
using lutra::test::Guarded;

namespace {

struct Case {
  int64_t M, N, K;
  bool transposeA = false, transposeB = false, bias = false, accumulate = false;
  int64_t gap = 0;  // added to each leading dimension
};

template <class T>
std::vector<T> noise(int64_t n, uint32_t seed) {
  std::vector<T> values(static_cast<size_t>(n));
  for (T& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<T>(static_cast<double>(seed >> 8) / (1 << 24) - 0.5);
  }
  return values;
}

// Matrices as exactly as long as the case allows: reading past the last row's end would be caught by a sanitizer.
int64_t extent(int64_t rows, int64_t columns, int64_t ld) { return rows == 0 ? 0 : (rows - 1) * ld + columns; }

template <class T>
struct Operands {
  const Case& s;
  int64_t lda, ldb, ldc;
  std::vector<T> a, b, bias, before;

  explicit Operands(const Case& s)
      : s(s),
        lda((s.transposeA ? s.M : s.K) + s.gap),
        ldb((s.transposeB ? s.K : s.N) + s.gap),
        ldc(s.N + s.gap),
        a(noise<T>(s.transposeA ? extent(s.K, s.M, lda) : extent(s.M, s.K, lda), 1)),
        b(noise<T>(s.transposeB ? extent(s.N, s.K, ldb) : extent(s.K, s.N, ldb), 2)),
        bias(noise<T>(s.N, 3)),
        before(noise<T>(s.M * s.N, 4)) {}

  double expected(int64_t i, int64_t j) const {
    double sum = s.bias ? static_cast<double>(bias[j]) : 0.0;
    if (s.accumulate) sum += static_cast<double>(before[i * s.N + j]);
    for (int64_t k = 0; k < s.K; k++) {
      sum += static_cast<double>(s.transposeA ? a[k * lda + i] : a[i * lda + k]) *
             static_cast<double>(s.transposeB ? b[j * ldb + k] : b[k * ldb + j]);
    }
    return sum;
  }
  lutra::MatmulOptions<T> options() const { return {s.bias ? bias.data() : nullptr, s.accumulate}; }

  // The product in a guarded buffer whose gaps stay as they were.
  Guarded<T> run(bool packed) const {
    Guarded<T> c(extent(s.M, s.N, ldc));
    const T mark = Guarded<T>::kMark;
    for (int64_t i = 0; i < c.size(); i++) {
      if (i % ldc >= s.N) c.data()[i] = mark;
    }
    if (s.accumulate) {
      for (int64_t i = 0; i < s.M * s.N; i++) c.data()[i / s.N * ldc + i % s.N] = before[i];
    }
    const Matrix<T> left = {a.data(), lda, s.transposeA}, right = {b.data(), ldb, s.transposeB};
    if (packed) {
      std::vector<T> panel(static_cast<size_t>(lutra::packedElements<T>(s.N, s.K)));
      lutra::packMatrix<T>(panel.data(), right, s.N, s.K);
      lutra::matmulPacked(c.data(), ldc, left, panel.data(), s.M, s.N, s.K, options());
    } else {
      lutra::matmul(c.data(), ldc, left, right, s.M, s.N, s.K, options());
    }
    return c;
  }
};

template <class T>
void verify(const Case& s) {
  CASE(lutra::test::typeName<T>(), s.M, s.N, s.K, s.transposeA, s.transposeB, s.bias, s.accumulate, s.gap);
  const Operands<T> operands(s);
  for (const bool packed : {false, true}) {
    CASE(packed);
    lutra::setNumThreads(1);
    const Guarded<T> c = operands.run(packed);
    CHECK(c.intact());
    // Rounding grows with the length of the sum; the inputs are below 1/2, so the terms below 1/4.
    const double tolerance = (2.0 + static_cast<double>(s.K)) * 0.5 * std::numeric_limits<T>::epsilon();
    int64_t wrong = 0;
    for (int64_t i = 0; i < c.size(); i++) {
      const int64_t row = i / operands.ldc, column = i % operands.ldc;
      if (column >= s.N) {
        wrong += c[i] != Guarded<T>::kMark;
      } else {
        wrong += !(std::fabs(static_cast<double>(c[i]) - operands.expected(row, column)) <= tolerance);
      }
    }
    if (wrong > 0) {
      std::fprintf(stderr, "%s %s M=%d N=%d K=%d tA=%d tB=%d bias=%d add=%d gap=%d packed=%d: %d wrong\n",
                   lutra::isaName(lutra::activeIsa()), sizeof(T) == 4 ? "float" : "double", static_cast<int>(s.M),
                   static_cast<int>(s.N), static_cast<int>(s.K), s.transposeA, s.transposeB, s.bias, s.accumulate,
                   static_cast<int>(s.gap), packed, static_cast<int>(wrong));
    }
    CHECK(wrong == 0);
    for (const int threads : {2, 8}) {
      CASE(threads);
      lutra::setNumThreads(threads);
      const Guarded<T> other = operands.run(packed);
      bool same = true;
      for (int64_t i = 0; i < c.size(); i++) same = same && other[i] == c[i];
      CHECK(same);
    }
  }
}

template <class T>
void verifySizes() {
  // Every combination of small sizes with a rotating choice of flags, so that each meets each.
  int turn = 0;
  for (const int64_t M : {0, 1, 2, 3, 5, 7, 12, 13, 25, 65}) {
    CASE(M);
    for (const int64_t N : {0, 1, 2, 4, 5, 8, 15, 16, 17, 31, 32, 33, 48, 100}) {
      CASE(N);
      for (const int64_t K : {0, 1, 3, 8, 17, 40}) {
        CASE(K);
        const int flags = turn++ * 7 % 16;
        verify<T>({M, N, K, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0, turn % 3 * 5});
      }
    }
  }
  for (int flags = 0; flags < 16; flags++) {
    CASE(flags);
    const bool tA = (flags & 1) != 0, tB = (flags & 2) != 0, bias = (flags & 4) != 0, add = (flags & 8) != 0;
    verify<T>({2, 70, 401, tA, tB, bias, add, 3});    // one or two rows, several blocks of K
    verify<T>({3, 7, 1000, tA, tB, bias, add, 0});    // dot products where both run along K
    verify<T>({37, 130, 780, tA, tB, bias, add, 1});  // few rows
    verify<T>({64, 90, 1100, tA, tB, bias, add, 2});  // few rows, few columns: threads share rows
    verify<T>({301, 9, 500, tA, tB, bias, add, 2});   // few columns
    verify<T>({211, 97, 400, tA, tB, bias, add, 0});  // blocks
    if (flags % 5 == 0)
      verify<T>({13, 20, 32000, tA, tB, bias, add, 1});  // few rows that no cache of a core's own holds
    if (flags % 5 == 0) verify<T>({131, 700, 520, tA, tB, bias, add, 1});  // so large a B that threads pack it together
    verify<T>({97, 3200, 20, tA, tB, bias, add, 16});                      // more columns than one block holds
  }
}

// Where an element lies must not change its bits: a product with rows and columns cut off gives the same values.
template <class T>
void verifyPlaces() {
  const Case whole = {150, 140, 500};
  const Operands<T> operands(whole);
  const Guarded<T> reference = operands.run(false);
  for (const int64_t rows : {1, 2, 5, 13, 64, 149}) {
    CASE(rows);
    for (const int64_t columns : {1, 7, 17, 33, 139}) {
      CASE(columns);
      const int64_t firstRow = whole.M - rows, firstColumn = whole.N - columns;
      Guarded<T> part(rows * columns);
      lutra::matmul<T>(part.data(), columns, {operands.a.data() + firstRow * operands.lda, operands.lda},
                       {operands.b.data() + firstColumn, operands.ldb}, rows, columns, whole.K);
      bool same = part.intact();
      for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < columns; j++) {
          same = same && part[i * columns + j] == reference[(firstRow + i) * whole.N + firstColumn + j];
        }
      }
      CHECK(same);
    }
  }
}

template <class T>
void verifyBatches() {
  for (const int64_t batches : {0, 1, 3, 40}) {
    CASE(batches);
    const int64_t M = 9, N = 21, K = 12;
    const std::vector<T> a = noise<T>(batches * M * K, 5), b = noise<T>(K * N, 6);
    Guarded<T> c(batches * M * N);
    // As a grid of two dimensions where the count allows, B the same everywhere.
    lutra::MatmulBatch batch;
    batch.dims = 2;
    batch.sizes[0] = batches % 4 == 0 ? batches / 4 : batches;
    batch.sizes[1] = batches % 4 == 0 ? 4 : 1;
    for (int d = 0; d < 2; d++) {
      const int64_t step = d == 0 ? batch.sizes[1] : 1;
      batch.stridesC[d] = step * M * N;
      batch.stridesA[d] = step * M * K;
      batch.stridesB[d] = 0;
    }
    lutra::matmulBatched<T>(c.data(), N, {a.data(), K}, {b.data(), N}, batch, M, N, K);
    CHECK(c.intact());
    for (int64_t i = 0; i < batches; i++) {
      Guarded<T> one(M * N);
      lutra::matmul<T>(one.data(), N, {a.data() + i * M * K, K}, {b.data(), N}, M, N, K);
      bool same = true;
      for (int64_t j = 0; j < M * N; j++) same = same && one[j] == c[i * M * N + j];
      CHECK(same);
    }
  }
}

template <class T>
void verifyColumnSums() {
  for (const int64_t M : {0, 1, 5, 256, 700}) {
    CASE(M);
    for (const int64_t N : {1, 15, 16, 65, 130}) {
      CASE(N);
      const int64_t lda = N + 3;
      const std::vector<T> a = noise<T>(extent(M, N, lda), 7), before = noise<T>(N, 8);
      for (const bool accumulate : {false, true}) {
        CASE(accumulate);
        Guarded<T> out(N);
        if (accumulate) std::copy(before.begin(), before.end(), out.data());
        lutra::columnSums<T>(out.data(), a.data(), lda, M, N, accumulate);
        CHECK(out.intact());
        bool close = true;
        for (int64_t j = 0; j < N; j++) {
          double sum = accumulate ? static_cast<double>(before[j]) : 0.0;
          for (int64_t i = 0; i < M; i++) sum += static_cast<double>(a[i * lda + j]);
          const double tolerance = (2.0 + static_cast<double>(M)) * 0.5 * std::numeric_limits<T>::epsilon();
          close = close && std::fabs(static_cast<double>(out[j]) - sum) <= tolerance;
        }
        CHECK(close);
      }
    }
  }
}

}  // namespace

int main() {
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!lutra::setIsa(isa)) continue;
    verifySizes<float>();
    verifySizes<double>();
    verifyPlaces<float>();
    verifyPlaces<double>();
    verifyBatches<float>();
    verifyBatches<double>();
    verifyColumnSums<float>();
    verifyColumnSums<double>();
  }
  return lutra::test::finish("matmul_test");
}

// Matrix products. Operands are windows on whole storages: an offset, a leading dimension, a transpose flag.
#include "kernels/matmul/matmul.h"

#include <algorithm>

#include "binding/family.h"
#include "binding/planned/matmul.h"

namespace lutra::binding {

namespace {

// How far an operand of rows × columns (as stored) reaches, all of its batch included.
int64_t reachOf(const PlannedCall& call, int64_t rows, int64_t columns, int64_t ld, const MatmulBatch& batch,
                const int64_t* strides) {
  if (rows == 0 || columns == 0 || batch.count() == 0) return 0;
  double last = static_cast<double>(call.product(rows - 1, ld)) + static_cast<double>(columns);
  for (int d = 0; d < batch.dims; d++) last += static_cast<double>(call.product(batch.sizes[d] - 1, strides[d]));
  return call.product(static_cast<int64_t>(last), 1);
}

MatmulBatch readBatch(Planned<MatmulLayout>& call) {
  const int64_t dims = call[call.dims];
  if (dims > MatmulBatch::kMaxDims) call.fail(ErrorKind::range, "a batch has at most 16 dimensions");
  call.repeat(dims);
  MatmulBatch batch;
  batch.dims = static_cast<int>(dims);
  for (int64_t d = 0; d < dims; d++) {
    batch.sizes[d] = call.repeated(d, call.length);
    batch.stridesC[d] = call.repeated(d, call.strideC);
    batch.stridesA[d] = call.repeated(d, call.strideA);
    batch.stridesB[d] = call.repeated(d, call.strideB);
  }
  return batch;
}

void multiply(Args& args) {
  Planned<MatmulLayout> call(args);
  const MatmulBatch batch = readBatch(call);
  const int64_t M = call[call.M], N = call[call.N], K = call[call.K];
  const int64_t ldc = call[call.ldc], lda = call[call.lda], ldb = call[call.ldb];
  const bool transposeA = call[call.transposeA], transposeB = call[call.transposeB];
  if (M > 1 && ldc < N) call.fail(ErrorKind::range, "rows of c overlap");
  // One row may be repeated without end; beyond this an operand has to have memory for K elements.
  constexpr int64_t kMostRepeated = 1 << 24;
  if (K > kMostRepeated && K > std::max(call.span(call.a).length, call.span(call.b).length)) {
    call.fail(ErrorKind::range, "K is beyond what a and b hold");
  }
  int64_t products = 1;
  for (int d = 0; d < batch.dims; d++) products = call.product(products, batch.sizes[d]);
  if (M == 0 || N == 0) return;
  if (call.product(products, call.product(M, N)) > call.span(call.c).length) {
    call.fail(ErrorKind::range, "products of a batch overlap in c");
  }
  const int64_t rowsA = transposeA ? K : M, columnsA = transposeA ? M : K;
  const int64_t rowsB = transposeB ? N : K, columnsB = transposeB ? K : N;
  call.withFloat(call.c, [&](auto zero) {
    using T = decltype(zero);
    T* const c = call.array<T>(call.c, reachOf(call, M, N, ldc, batch, batch.stridesC));
    const T* const a = call.array<T>(call.a, reachOf(call, rowsA, columnsA, lda, batch, batch.stridesA));
    const T* const b = call.array<T>(call.b, reachOf(call, rowsB, columnsB, ldb, batch, batch.stridesB));
    const T* const bias = call.optional<T>(call.bias, N);
    const MatmulOptions<T> options = {bias, call[call.accumulate]};
    if (batch.dims == 0) {
      matmul<T>(c, ldc, {a, lda, transposeA}, {b, ldb, transposeB}, M, N, K, options);
    } else {
      matmulBatched<T>(c, ldc, {a, lda, transposeA}, {b, ldb, transposeB}, batch, M, N, K, options);
    }
  });
}

void sums(Args& args) {
  const Planned<ColumnSumsLayout> call(args);
  const int64_t M = call[call.M], N = call[call.N], lda = call[call.lda];
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, N);
    const T* const a = call.array<T>(call.a, reachOf(call, M, N, lda, {}, nullptr));
    columnSums<T>(out, a, lda, M, N, false);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<multiply>(exports, "matmul");
  define<sums>(exports, "columnSums");
});

}  // namespace lutra::binding

// Matrix products. Operands are windows on whole storages: an offset, a leading dimension, a transpose flag.
#include "kernels/matmul/matmul.h"

#include <algorithm>

#include "binding/families.h"
#include "binding/numbers.h"

namespace lutra::binding {

namespace {

// How far an operand of rows × columns (as stored) reaches, all of its batch included.
int64_t reachOf(const Numbers& plan, int64_t rows, int64_t columns, int64_t ld, const MatmulBatch& batch,
                const int64_t* strides) {
  if (rows == 0 || columns == 0 || batch.count() == 0) return 0;
  double last = static_cast<double>(plan.product(rows - 1, ld)) + static_cast<double>(columns);
  for (int d = 0; d < batch.dims; d++) last += static_cast<double>(plan.product(batch.sizes[d] - 1, strides[d]));
  return plan.product(static_cast<int64_t>(last), 1);
}

// (plan: M, N, K, offsetC, ldc, offsetA, lda, transposeA, offsetB, ldb, transposeB, offsetBias, accumulate, dims, then
//  for each dimension of the batch: size, strideC, strideA, strideB; c, a, b, bias | null)
template <class T>
void multiply(Args& args) {
  constexpr int64_t kFixed = 14;
  const int64_t dims = Numbers(args, 0, kFixed).size(13);
  if (dims > MatmulBatch::kMaxDims) args.fail(ErrorKind::range, "a batch has at most 16 dimensions");
  const Numbers plan(args, 0, kFixed + 4 * dims);
  const int64_t M = plan.size(0), N = plan.size(1), K = plan.size(2);
  const int64_t ldc = plan.size(4), lda = plan.size(6), ldb = plan.size(9);
  const bool transposeA = plan.flag(7), transposeB = plan.flag(10);
  if (M > 1 && ldc < N) args.fail(ErrorKind::range, "rows of c overlap");
  // One row may be repeated without end; beyond this an operand has to have memory for K elements.
  constexpr int64_t kMostRepeated = 1 << 24;
  const size_t elements = std::max(args.span(2, "a").length, args.span(3, "b").length);
  if (K > kMostRepeated && K > static_cast<int64_t>(elements)) {
    args.fail(ErrorKind::range, "K is beyond what a and b hold");
  }
  MatmulBatch batch;
  batch.dims = static_cast<int>(dims);
  int64_t products = 1;
  for (int64_t d = 0; d < dims; d++) {
    batch.sizes[d] = plan.size(kFixed + 4 * d);
    batch.stridesC[d] = plan.size(kFixed + 4 * d + 1);
    batch.stridesA[d] = plan.size(kFixed + 4 * d + 2);
    batch.stridesB[d] = plan.size(kFixed + 4 * d + 3);
    products = plan.product(products, batch.sizes[d]);
  }
  if (M == 0 || N == 0) return;
  if (plan.product(products, plan.product(M, N)) > static_cast<int64_t>(args.span(1, "c").length)) {
    args.fail(ErrorKind::range, "products of a batch overlap in c");
  }
  T* const c = args.array<T>(1, "c", plan.size(3), reachOf(plan, M, N, ldc, batch, batch.stridesC));
  const T* const a = args.array<T>(2, "a", plan.size(5),
                                   reachOf(plan, transposeA ? K : M, transposeA ? M : K, lda, batch, batch.stridesA));
  const T* const b = args.array<T>(3, "b", plan.size(8),
                                   reachOf(plan, transposeB ? N : K, transposeB ? K : N, ldb, batch, batch.stridesB));
  const T* const bias = args.optionalArray<T>(4, "bias", plan.size(11), N);
  const MatmulOptions<T> options = {bias, plan.flag(12)};
  if (dims == 0) {
    matmul<T>(c, ldc, {a, lda, transposeA}, {b, ldb, transposeB}, M, N, K, options);
  } else {
    matmulBatched<T>(c, ldc, {a, lda, transposeA}, {b, ldb, transposeB}, batch, M, N, K, options);
  }
}

void multiplyEntry(Args& args) { return args.isDouble(1, "c") ? multiply<double>(args) : multiply<float>(args); }

// (plan: M, N, offsetOut, offsetA, lda; out, a)
template <class T>
void sums(Args& args, const Numbers& plan) {
  const int64_t M = plan.size(0), N = plan.size(1), lda = plan.size(4);
  T* const out = args.array<T>(1, "out", plan.size(2), N);
  const T* const a = args.array<T>(2, "a", plan.size(3), reachOf(plan, M, N, lda, {}, nullptr));
  columnSums<T>(out, a, lda, M, N);
}

void sumsEntry(Args& args) {
  const Numbers plan(args, 0, 5);
  return args.isDouble(1, "out") ? sums<double>(args, plan) : sums<float>(args, plan);
}

}  // namespace

void registerMatmul(Napi::Object exports) {
  define<multiplyEntry>(exports, "matmul");
  define<sumsEntry>(exports, "columnSums");
}

}  // namespace lutra::binding

// Matrix products over row-major matrices with leading dimensions and transposes as flags.
//
// Every element of a product is the same chain of multiply-adds wherever it lies in the matrix and however the work is
// split, so the number of threads never changes a bit of a result.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/**
 * An operand as it lies in memory: row-major, `ld` elements from one row to the next. With `transposed`, the operand is
 * the transpose of what is stored. `ld` may be anything from the stored row's length up (0 only for one row or none).
 */
template <class T>
struct Matrix {
  const T* data;
  int64_t ld;
  bool transposed = false;
};

/** What is added to a product. */
template <class T>
struct MatmulOptions {
  /** One value per column of C, added once; or null. */
  const T* bias = nullptr;
  /** Add the product to what C holds, instead of overwriting it. */
  bool accumulate = false;
  /** For matmulPacked: the K that B was packed with, where only its first rows take part; 0 when all of them do. */
  int64_t packedK = 0;
};

/** A product to compute. */
template <class T>
struct Product {
  T* c;
  int64_t ldc;
  Matrix<T> a;
  Matrix<T> b;
  const T* packedB;  // b laid out by packMatrix; null: b is packed as needed
  int64_t M, N, K;
  MatmulOptions<T> options;

  int64_t packedK() const { return options.packedK == 0 ? K : options.packedK; }
};

LUTRA_KERNEL(multiply, void(const Product<T>& product));

/** C [M, N] (ldc elements between rows) = A [M, K] · B [K, N] (+ bias) (+ C). K = 0 gives the sum of the options. */
template <class T>
void matmul(T* c, int64_t ldc, Matrix<T> a, Matrix<T> b, int64_t M, int64_t N, int64_t K,
            MatmulOptions<T> options = {}) {
  multiply<T>({c, ldc, a, b, nullptr, M, N, K, options});
}

/** Where the operands of many products of one shape lie: a grid of any dimensions, a step of each operand along each.
 */
struct MatmulBatch {
  static constexpr int kMaxDims = 16;
  int dims = 0;
  int64_t sizes[kMaxDims];
  int64_t stridesC[kMaxDims], stridesA[kMaxDims], stridesB[kMaxDims];  // in elements; 0 repeats an input

  int64_t count() const {
    int64_t n = 1;
    for (int i = 0; i < dims; i++) n *= sizes[i];
    return n;
  }
};

/** A product for each point of the grid; c, a and b are at its first. */
LUTRA_KERNEL(multiplyBatches, void(const Product<T>& first, const MatmulBatch& batch));

template <class T>
void matmulBatched(T* c, int64_t ldc, Matrix<T> a, Matrix<T> b, const MatmulBatch& batch, int64_t M, int64_t N,
                   int64_t K, MatmulOptions<T> options = {}) {
  multiplyBatches<T>({c, ldc, a, b, nullptr, M, N, K, options}, batch);
}

/** Elements that packMatrix writes for a B of K × N. Depends on the active instruction set. */
LUTRA_KERNEL(packedElements, int64_t(int64_t N, int64_t K));

/** Lays B [K, N] out for matmulPacked. `packed` should be aligned to 64 bytes. */
LUTRA_KERNEL(packMatrix, void(T* packed, const Matrix<T>& b, int64_t N, int64_t K));

/**
 * matmul with a B that packMatrix laid out: for many products with the same B. A row's bits don't depend on the rows
 * beside it, nor on M.
 */
template <class T>
void matmulPacked(T* c, int64_t ldc, Matrix<T> a, const T* packed, int64_t M, int64_t N, int64_t K,
                  MatmulOptions<T> options = {}) {
  multiply<T>({c, ldc, a, {nullptr, 0, false}, packed, M, N, K, options});
}

/** out [N] = the sums of the columns of A [M, N] (+ out): the gradient of a bias. */
LUTRA_KERNEL(columnSums, void(T* out, const T* a, int64_t lda, int64_t M, int64_t N, bool accumulate));

}  // namespace lutra

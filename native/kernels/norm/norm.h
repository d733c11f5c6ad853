// Layer and root-mean-square normalisation of the rows of x [rows, n], row-major. T is float or double.
//
// The gradients of weight and bias are sums over rows: rows are cut into chunks whose number depends on `rows` alone,
// each chunk is summed in order, and the chunks are added up in order, so threads don't change a bit.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** What a backward reads and writes; nulls are left out. Its sums are those of one chunk of rows. */
template <class T>
struct NormGradients {
  T *dx, *dweight, *dbias;
  const T *dy, *x, *weight, *mean, *rstd;
  int64_t n;
};

/**
 * y = (x - mean) · rstd · weight + bias, with mean = sum(x) / n and rstd = 1 / sqrt(sum((x - mean)²) / n + eps).
 * mean, rstd [rows] are written for the backward; weight, bias [n] may be null (1 and 0). Where mean is null, nothing
 * is taken off.
 */
LUTRA_KERNEL(normalise, void(T* y, T* mean, T* rstd, const T* x, const T* weight, const T* bias, double eps,
                             int64_t rows, int64_t n));

/**
 * With h = (x - mean) · rstd and g = dy · weight: dx = rstd · (g - sum(g) / n - h · sum(g · h) / n),
 * dweight = sum over rows of dy · h, dbias = sum over rows of dy. Where mean is null, h = x · rstd and
 * dx = rstd · (g - h · sum(g · h) / n).
 */
LUTRA_KERNEL(normaliseBackward, void(const NormGradients<T>& gradients, int64_t rows));

}  // namespace lutra

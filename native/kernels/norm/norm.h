// Layer and root-mean-square normalisation of the rows of x [rows, n], row-major. T is float or double.
//
// The gradients of weight and bias are sums over rows: rows are cut into chunks whose number depends on `rows` alone,
// each chunk is summed in order, and the chunks are added up in order, so threads don't change a bit.
#pragma once

#include <cstdint>

namespace lutra {

/**
 * y = (x - mean) · rstd · weight + bias, with mean = sum(x) / n and rstd = 1 / sqrt(sum((x - mean)²) / n + eps).
 * mean, rstd [rows] are written for the backward; weight, bias [n] may be null (1 and 0).
 */
template <class T>
void layerNorm(T* y, T* mean, T* rstd, const T* x, const T* weight, const T* bias, double eps, int64_t rows, int64_t n);

/** y = x · rstd · weight, with rstd = 1 / sqrt(sum(x²) / n + eps). rstd [rows]; weight [n] may be null (1). */
template <class T>
void rmsNorm(T* y, T* rstd, const T* x, const T* weight, double eps, int64_t rows, int64_t n);

/**
 * With h = (x - mean) · rstd and g = dy · weight: dx = rstd · (g - sum(g) / n - h · sum(g · h) / n),
 * dweight = sum over rows of dy · h, dbias = sum over rows of dy. Outputs that are null are left out.
 */
template <class T>
void layerNormBackward(T* dx, T* dweight, T* dbias, const T* dy, const T* x, const T* weight, const T* mean,
                       const T* rstd, int64_t rows, int64_t n);

/** With h = x · rstd and g = dy · weight: dx = rstd · (g - h · sum(g · h) / n), dweight = sum over rows of dy · h. */
template <class T>
void rmsNormBackward(T* dx, T* dweight, const T* dy, const T* x, const T* weight, const T* rstd, int64_t rows,
                     int64_t n);

}  // namespace lutra

// Adafactor (torch/optim/_adafactor.py): the mean squares of a matrix's gradients by their rows and columns only. T is
// float or double.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

struct AdafactorOptions {
  double lr;
  double share;  // how far the mean squares go to those of this gradient: step^beta2Decay
  double step;   // counts from 1
  double eps1;
  double eps2;
  double d;
  double weightDecay;
  bool maximize;
};

/**
 * Updates weight[matrices, rows, columns] from a gradient of its shape. With V = rowMeans columnMeans / mean(rowMeans)
 * for each matrix: rho = min(lr, 1 / sqrt(step)), alpha = max(eps2, RMS(weight)) rho; weight *= 1 - lr weightDecay; U =
 * gradient / sqrt(max(V, eps1^2)); weight -= alpha U / max(1, RMS(U) / d). rowMeans: [matrices, rows]; columnMeans:
 * [matrices, columns]. Both are brought up to date first.
 */
LUTRA_KERNEL(adafactorMatrix, void(T* weight, T* rowMeans, T* columnMeans, const T* gradient, int64_t matrices,
                                   int64_t rows, int64_t columns, const AdafactorOptions& options));

/** The same for a vector, whose mean squares V = variance [n] are kept whole. */
LUTRA_KERNEL(adafactorVector,
             void(T* weight, T* variance, const T* gradient, int64_t n, const AdafactorOptions& options));

}  // namespace lutra

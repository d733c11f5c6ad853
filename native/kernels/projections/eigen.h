// Eigenvalues and eigenvectors of a symmetric matrix.
//
// Householder reflections make it tridiagonal, implicit QL steps with Wilkinson's shift make that diagonal (Golub & Van
// Loan, Matrix Computations, 8.3). Every row is worked on by itself, so that the number of threads changes nothing.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/**
 * values [n], the largest first, and their eigenvectors as the rows of vectors [n, n], of length 1. `matrix` [n, n] is
 * overwritten; it must be symmetric and finite. Returns whether the steps came to an end, as they do for finite
 * numbers.
 */
LUTRA_KERNEL(symmetricEigen, bool(T* values, T* vectors, T* matrix, int64_t n));

}  // namespace lutra

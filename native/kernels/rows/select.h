// Elements and slices by index along one dimension. A tensor is seen as [outer, rows, inner], contiguous; indices must
// have passed findBadIndex, and one that has changed since is skipped. Moves bytes or adds numbers: bandwidth-bound, so
// there is one version for all instruction sets.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** dst[o, i, :] = src[o, indices[i], :], all of it (zeros for an index that has changed); dst is [outer, count, inner]
 * of elements of `size` bytes. */
void selectSlices(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                  int64_t inner, int64_t size);

/** dst[o, indices[i], :] = src[o, i, :], i ascending: the last of equal indices stays; dst is [outer, rows, inner]. */
void placeSlices(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                 int64_t inner, int64_t size);

/** dst[o, indices[i], :] += src[o, i, :], i ascending; dst is [outer, rows, inner]. */
LUTRA_KERNEL(addSlices, void(T* dst, const T* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                             int64_t inner));

/** dst[o, i, k] = src[o, indices[o, i, k], k]; dst and indices are [outer, count, inner]. */
void gatherElements(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                    int64_t inner, int64_t size);

/** dst[o, indices[o, i, k], k] = src[o, i, k], i ascending: the last of equal indices stays. */
void scatterElements(void* dst, const void* src, const int32_t* indices, int64_t outer, int64_t rows, int64_t count,
                     int64_t inner, int64_t size);

/** dst[o, indices[o, i, k], k] += src[o, i, k], i ascending. */
LUTRA_KERNEL(scatterAddElements, void(T* dst, const T* src, const int32_t* indices, int64_t outer, int64_t rows,
                                      int64_t count, int64_t inner));

/** How many bytes of mask are not 0. */
int64_t countSet(const uint8_t* mask, int64_t n);

/**
 * Writes the positions of the set bytes of mask to out, ascending, at most `capacity` of them, whatever a thread that
 * changes the mask meanwhile makes of their number; returns how many were written.
 */
int64_t setPositions(int32_t* out, int64_t capacity, const uint8_t* mask, int64_t n);

}  // namespace lutra

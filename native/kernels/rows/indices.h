// Index lists: range checks, and bringing equal indices together. Integer work, the same for every instruction set.
#pragma once

#include <cstdint>

#include "simd/inline.h"
#include "simd/kernel.h"

namespace lutra {

/** The position of the first index outside [0, size), or -1 when all are inside. */
int64_t findBadIndex(const int32_t* indices, int64_t count, int64_t size);

/** indices[i], which may have changed since it was checked: read once, and -1 unless it is inside [0, size). */
LUTRA_INLINE int64_t safeIndex(const int32_t* indices, int64_t i, int64_t size) {
  const int32_t index = *static_cast<const volatile int32_t*>(indices + i);
  return index >= 0 && index < size ? index : -1;
}

/**
 * The positions of a list of indices, brought together by index: groups ascend by index, and positions ascend within a
 * group, so that sums over a group have one order whatever the number of threads.
 */
struct IndexGroups {
  int64_t groups;        // distinct indices
  const int32_t* index;  // [groups], ascending
  const int32_t* begin;  // [groups + 1], into order: group g's positions are order[begin[g]] … order[begin[g + 1] - 1]
  const int32_t* order;  // positions in the list of indices
};

/**
 * Groups indices[0, count) by value; indices equal to skip (-1: none) and indices outside [0, size) are left out, the
 * latter so that a list changed by another thread after its check can do no harm. Each index is read once.
 *
 * The result lies in memory of the calling thread and holds until that thread's next call. count < 2^31.
 */
IndexGroups groupIndices(const int32_t* indices, int64_t count, int64_t size, int64_t skip);

/** scale[i] /= how often indices[i] occurs in the list; one outside [0, size) leaves its scale alone. T: float, double.
 */
LUTRA_KERNEL(divideByFrequency, void(T* scale, const int32_t* indices, int64_t count, int64_t size));

}  // namespace lutra

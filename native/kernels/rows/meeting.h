// Values that an index sends to places, reduced where they meet. Places are [outer, rows, inner], values [outer, count,
// inner].
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

/** What becomes of values that meet. Codes are shared with lib/calls/meeting.ts. */
enum class Meeting : int { sum, prod, mean, amax, amin };

struct MeetingShape {
  int64_t outer;
  int64_t rows;
  int64_t count;
  int64_t inner;
  bool elementwise;  // indices are [outer, count, inner], or [count], the same for every slice
  bool includeSelf;  // a place's own value takes part
};

/**
 * dst[o, indices[..], k] = the reduction of all src[o, i, k] sent there, i ascending. T is float, double, int32_t or
 * uint8_t: integers wrap, their means are rounded down. A NaN is the extreme of all. `counts`, of dst's shape, is
 * needed for means.
 */
LUTRA_KERNEL(meetElements, void(Meeting how, T* dst, const T* src, const int32_t* indices, int32_t* counts,
                                const MeetingShape& shape));

}  // namespace lutra

// Copies between layouts whose fastest dimensions differ, as of a transposed matrix: tile by tile, so that each cache
// line is read and written once.
#pragma once

#include <cstdint>

namespace lutra {

/**
 * Copies elements of 1, 2, 4 or 8 bytes between strided windows (strides in elements, outermost first) when that is a
 * transposition: one dimension steps by 1 in `to`, another in `from`, both of some length. False, and nothing done,
 * for any other layout.
 */
bool copyTransposed(void* to, const int64_t* toStrides, const void* from, const int64_t* fromStrides, int elementSize,
                    int ndim, const int64_t* sizes);

}  // namespace lutra

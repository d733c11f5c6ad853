// Casts between the storage dtypes and fills, over contiguous blocks; strided_loop.h carries them over any strides.
#pragma once

#include <cstdint>

#include "kernels/elementwise/strided_loop.h"

namespace lutra {

/** What an element is; the numbers are those of lib/tensor/dtype.ts. */
enum class ElementType : int { float32, float64, int32, uint8, boolean, float16, bfloat16 };
constexpr int kElementTypes = 7;

/** Bytes of one element. */
int elementSize(ElementType type);

/**
 * The kernel that converts pointers[1] to pointers[0], as PyTorch converts: floats round to nearest even; to int32 they
 * truncate (what does not fit becomes -2^31), to uint8 they truncate and wrap, to bool they compare with zero.
 */
BlockKernel convertKernel(ElementType to, ElementType from);

/** Copies `from` to `to`, converting: strides in elements, outermost first, each with its own. */
void copyStrided(void* to, ElementType toType, const int64_t* toStrides, const void* from, ElementType fromType,
                 const int64_t* fromStrides, int ndim, const int64_t* sizes);

/** Sets every element of a strided window to a value, converted as convertKernel does from float64. */
void fillStrided(void* to, ElementType type, const int64_t* strides, int ndim, const int64_t* sizes, double value);

}  // namespace lutra

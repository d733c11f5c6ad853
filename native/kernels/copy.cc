#include "kernels/copy.h"

#include "kernels/transpose.h"

#define LUTRA_KERNEL_SOURCE "kernels/copy.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

int elementSize(ElementType type) {
  switch (type) {
    case ElementType::float64:
      return 8;
    case ElementType::float32:
    case ElementType::int32:
      return 4;
    case ElementType::float16:
    case ElementType::bfloat16:
      return 2;
    default:
      return 1;
  }
}

BlockKernel convertKernel(ElementType to, ElementType from) {
  return LUTRA_DISPATCH(convertKernel<0>)(static_cast<int>(to), static_cast<int>(from));
}

void copyStrided(void* to, ElementType toType, const int64_t* toStrides, const void* from, ElementType fromType,
                 const int64_t* fromStrides, int ndim, const int64_t* sizes) {
  if (toType == fromType && copyTransposed(to, toStrides, from, fromStrides, elementSize(toType), ndim, sizes)) return;
  StridedLoop loop(ndim, sizes);
  loop.add(to, elementSize(toType), toStrides);
  loop.add(from, elementSize(fromType), fromStrides);
  loop.run(convertKernel(toType, fromType), nullptr, kCheapGrain);
}

void fillStrided(void* to, ElementType type, const int64_t* strides, int ndim, const int64_t* sizes, double value) {
  uint64_t element = 0;  // room for any one element
  void* const pointers[2] = {&element, &value};
  convertKernel(type, ElementType::float64)(pointers, nullptr, 1);
  StridedLoop loop(ndim, sizes);
  loop.add(to, elementSize(type), strides);
  loop.add(&element, elementSize(type), nullptr);
  loop.run(convertKernel(type, type), nullptr, kCheapGrain);
}

}  // namespace lutra

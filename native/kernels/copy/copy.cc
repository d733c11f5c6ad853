#include "kernels/copy/copy.h"

#include "kernels/copy/transpose.h"
#include "memory/write_around.h"

#define LUTRA_KERNEL_SOURCE "kernels/copy/copy.inl.h"
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

namespace {

// Copies between windows whose innermost dimensions have some length and are contiguous, or one number of `from`: parts
// of rows, as joining makes them, and columns that are broadcast. False, and nothing done, for any other layout.
template <class T>
bool copyLongRows(void* to, const int64_t* toStrides, const void* from, const int64_t* fromStrides, int ndim,
                  const int64_t* sizes) {
  constexpr int64_t kShortest = 8;
  if (ndim < 2 || toStrides[ndim - 1] != 1 || sizes[ndim - 1] < kShortest) return false;
  if (fromStrides[ndim - 1] != 1 && fromStrides[ndim - 1] != 0) return false;
  int64_t rows = 1;
  for (int d = 0; d < ndim - 1; ++d) rows *= sizes[d];
  const int64_t n = sizes[ndim - 1];
  const bool around = goesAroundCache(to, rows * n, sizeof(T));
  const auto copy = LUTRA_DISPATCH(copyRows<T>);
  parallelFor(rows, 1 + kCheapGrain / n, [&](int64_t begin, int64_t end) {
    copy(static_cast<T*>(to), toStrides, static_cast<const T*>(from), fromStrides, ndim, sizes, begin, end, around);
  });
  return true;
}

}  // namespace

void copyStrided(void* to, ElementType toType, const int64_t* toStrides, const void* from, ElementType fromType,
                 const int64_t* fromStrides, int ndim, const int64_t* sizes) {
  if (toType == fromType) {
    const int size = elementSize(toType);
    if (size == 4 && copyLongRows<float>(to, toStrides, from, fromStrides, ndim, sizes)) return;
    if (size == 8 && copyLongRows<double>(to, toStrides, from, fromStrides, ndim, sizes)) return;
    if (copyTransposed(to, toStrides, from, fromStrides, size, ndim, sizes)) return;
  }
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

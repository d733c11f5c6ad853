#include "random/blocks.h"

#define LUTRA_KERNEL_SOURCE "random/blocks.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

void uniformFromDraws(float* out, const uint32_t* draws, int64_t n, float from, float to) {
  LUTRA_DISPATCH(uniformFloat)(out, draws, n, from, to);
}

void uniformFromDraws(double* out, const uint32_t* draws, int64_t n, double from, double to) {
  LUTRA_DISPATCH(uniformDouble)(out, draws, n, from, to);
}

void normalFromDraws(float* out, const uint32_t* draws, int64_t n, float mean, float std) {
  LUTRA_DISPATCH(normalFloat)(out, draws, n, mean, std);
}

template <class T>
void bernoulliFromDraws(T* out, const uint32_t* draws, int64_t n, uint64_t threshold) {
  LUTRA_DISPATCH(bernoulli<T>)(out, draws, n, threshold);
}

template void bernoulliFromDraws(float*, const uint32_t*, int64_t, uint64_t);
template void bernoulliFromDraws(double*, const uint32_t*, int64_t, uint64_t);
template void bernoulliFromDraws(int32_t*, const uint32_t*, int64_t, uint64_t);
template void bernoulliFromDraws(int64_t*, const uint32_t*, int64_t, uint64_t);
template void bernoulliFromDraws(uint8_t*, const uint32_t*, int64_t, uint64_t);

}  // namespace lutra

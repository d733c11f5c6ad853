#include "kernels/rows/embedding_bag.h"

#include "kernels/rows/indices.h"
#include "memory/prefetch.h"

#define LUTRA_KERNEL_SOURCE "kernels/rows/embedding_bag.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_DEFINE_KERNEL(gatherStored, LUTRA_DISPATCH(gatherStored<T>))
template struct gatherStoredKernel<Float16Bits>;
template struct gatherStoredKernel<BFloat16Bits>;
template struct gatherStoredKernel<int8_t>;

LUTRA_DEFINE_KERNEL(bagSums, LUTRA_DISPATCH(bagSums<T>))
template struct bagSumsKernel<float>;
template struct bagSumsKernel<double>;
template struct bagSumsKernel<Float16Bits>;
template struct bagSumsKernel<BFloat16Bits>;
template struct bagSumsKernel<int8_t>;

LUTRA_DEFINE_KERNEL(bagMaxima, LUTRA_DISPATCH(bagMaxima<T>))
template struct bagMaximaKernel<float>;
template struct bagMaximaKernel<double>;
template struct bagMaximaKernel<Float16Bits>;
template struct bagMaximaKernel<BFloat16Bits>;
template struct bagMaximaKernel<int8_t>;

LUTRA_FLOAT_KERNEL(bagWeightGradients, bagWeightGradients<T>)

LUTRA_FLOAT_KERNEL(addToWinners, addToWinners<T>)

namespace plain {

template <class T>
int64_t bagTokens(int32_t* outIndices, int32_t* source, T* scale, const Bags& bags, const T* weights, bool mean) {
  int64_t kept = 0;
  for (int64_t bag = 0; bag < bags.bags; bag++) {
    const int64_t first = kept;
    for (int64_t i = bags.begin[bag]; i < bags.begin[bag + 1]; i++) {
      if (bags.indices[i] == bags.padding) continue;
      outIndices[kept] = bags.indices[i];
      source[kept] = static_cast<int32_t>(bag);
      scale[kept] = weights ? weights[i] : T(1);
      kept++;
    }
    if (!mean) continue;
    const T share = T(1) / static_cast<T>(std::max<int64_t>(1, kept - first));
    for (int64_t k = first; k < kept; k++) scale[k] = share;
  }
  return kept;
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(bagTokens, plain::bagTokens<T>)

}  // namespace lutra

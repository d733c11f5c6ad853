#include "kernels/rows/embedding_bag.h"

#include "kernels/rows/indices.h"
#include "memory/prefetch.h"

#define LUTRA_KERNEL_SOURCE "kernels/rows/embedding_bag.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class S>
void gatherStored(float* out, const StoredTable<S>& table, const int32_t* indices, int64_t count) {
  LUTRA_DISPATCH(gatherStored<S>)(out, table, indices, count);
}

template <class S>
void bagSums(ComputedType<S>* out, const StoredTable<S>& table, const Bags& bags, const ComputedType<S>* weights,
             bool mean) {
  LUTRA_DISPATCH(bagSums<S>)(out, table, bags, weights, mean);
}

template <class S>
void bagMaxima(ComputedType<S>* out, int32_t* winner, const StoredTable<S>& table, const Bags& bags) {
  LUTRA_DISPATCH(bagMaxima<S>)(out, winner, table, bags);
}

template <class T>
void bagWeightGradients(T* out, const T* gradient, const StoredTable<T>& table, const Bags& bags) {
  LUTRA_DISPATCH(bagWeightGradients<T>)(out, gradient, table, bags);
}

template <class T>
void addToWinners(T* out, const int32_t* place, const int32_t* winner, const T* gradient, int64_t bags, int64_t dim) {
  LUTRA_DISPATCH(addToWinners<T>)(out, place, winner, gradient, bags, dim);
}

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

#define LUTRA_INSTANTIATE_STORED(S)                                                                             \
  template void bagSums<S>(ComputedType<S>*, const StoredTable<S>&, const Bags&, const ComputedType<S>*, bool); \
  template void bagMaxima<S>(ComputedType<S>*, int32_t*, const StoredTable<S>&, const Bags&);
LUTRA_INSTANTIATE_STORED(float)
LUTRA_INSTANTIATE_STORED(double)
LUTRA_INSTANTIATE_STORED(Float16Bits)
LUTRA_INSTANTIATE_STORED(BFloat16Bits)
LUTRA_INSTANTIATE_STORED(int8_t)

template void gatherStored<Float16Bits>(float*, const StoredTable<Float16Bits>&, const int32_t*, int64_t);
template void gatherStored<BFloat16Bits>(float*, const StoredTable<BFloat16Bits>&, const int32_t*, int64_t);
template void gatherStored<int8_t>(float*, const StoredTable<int8_t>&, const int32_t*, int64_t);

#define LUTRA_INSTANTIATE(T)                                                             \
  template void bagWeightGradients<T>(T*, const T*, const StoredTable<T>&, const Bags&); \
  template int64_t bagTokens<T>(int32_t*, int32_t*, T*, const Bags&, const T*, bool);    \
  template void addToWinners<T>(T*, const int32_t*, const int32_t*, const T*, int64_t, int64_t);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra

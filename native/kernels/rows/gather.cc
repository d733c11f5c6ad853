#include "kernels/rows/gather.h"

#include <atomic>

#include "kernels/rows/indices.h"
#include "memory/prefetch.h"
#include "memory/write_around.h"

#define LUTRA_KERNEL_SOURCE "kernels/rows/gather.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

template <class T>
void gatherRows(T* out, const T* table, const int32_t* indices, int64_t count, int64_t rows, int64_t dim) {
  LUTRA_DISPATCH(gatherRows<T>)(out, table, indices, count, rows, dim);
}

template <class T>
void scatterAddRows(T* table, const RowList<T>& list, const int32_t* indices, int64_t count, int64_t rows, int64_t dim,
                    int64_t skip) {
  LUTRA_DISPATCH(scatterAddRows<T>)(table, list, indices, count, rows, dim, skip);
}

template <class T>
void scatterRows(T* table, const RowList<T>& list, const int32_t* indices, int64_t count, int64_t rows, int64_t dim,
                 int64_t skip) {
  LUTRA_DISPATCH(scatterRows<T>)(table, list, indices, count, rows, dim, skip);
}

template <class T>
int64_t coalesceRows(int32_t* outIndices, T* outValues, const int32_t* indices, const RowList<T>& list, int64_t count,
                     int64_t rows, int64_t dim, int64_t skip) {
  return LUTRA_DISPATCH(coalesceRows<T>)(outIndices, outValues, indices, list, count, rows, dim, skip);
}

template <class T>
bool renormRows(T* table, const int32_t* indices, int64_t count, int64_t rows, int64_t dim, double maxNorm, double p) {
  return LUTRA_DISPATCH(renormRows<T>)(table, indices, count, rows, dim, maxNorm, p);
}

#define LUTRA_INSTANTIATE(T)                                                                                   \
  template void gatherRows<T>(T*, const T*, const int32_t*, int64_t, int64_t, int64_t);                        \
  template void scatterAddRows<T>(T*, const RowList<T>&, const int32_t*, int64_t, int64_t, int64_t, int64_t);  \
  template void scatterRows<T>(T*, const RowList<T>&, const int32_t*, int64_t, int64_t, int64_t, int64_t);     \
  template int64_t coalesceRows<T>(int32_t*, T*, const int32_t*, const RowList<T>&, int64_t, int64_t, int64_t, \
                                   int64_t);                                                                   \
  template bool renormRows<T>(T*, const int32_t*, int64_t, int64_t, int64_t, double, double);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)

}  // namespace lutra

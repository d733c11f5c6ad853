#include "kernels/projections/umap.h"

#define LUTRA_KERNEL_SOURCE "kernels/projections/umap.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(fuzzyRows, umap::fuzzyRows<T>)
LUTRA_FLOAT_KERNEL(graphProduct, umap::graphProduct<T>)
LUTRA_FLOAT_KERNEL(umapEpoch, umap::umapEpoch<T>)

}  // namespace lutra

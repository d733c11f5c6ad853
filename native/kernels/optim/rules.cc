#include "kernels/optim/rules.h"

#include "kernels/rows/indices.h"
#include "memory/prefetch.h"

#define LUTRA_KERNEL_SOURCE "kernels/optim/rules.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(sgdDense, sgdDense<T>)
LUTRA_FLOAT_KERNEL(sgdRows, sgdRows<T>)

LUTRA_FLOAT_KERNEL(adamDense, adamDense<T>)
LUTRA_FLOAT_KERNEL(adamRows, adamRows<T>)
LUTRA_FLOAT_KERNEL(sparseAdamRows, sparseAdamRows<T>)

LUTRA_FLOAT_KERNEL(adagradDense, adagradDense<T>)
LUTRA_FLOAT_KERNEL(adagradRows, adagradRows<T>)

LUTRA_FLOAT_KERNEL(rmspropDense, rmspropDense<T>)
LUTRA_FLOAT_KERNEL(rmspropRows, rmspropRows<T>)

}  // namespace lutra

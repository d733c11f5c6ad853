#include "kernels/projections/eigen.h"

#include <vector>

#define LUTRA_KERNEL_SOURCE "kernels/projections/eigen.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_FLOAT_KERNEL(symmetricEigen, eigen::symmetricEigen<T>)

}  // namespace lutra

#include "kernels/projections/tsne.h"

#define LUTRA_KERNEL_SOURCE "kernels/projections/tsne.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

LUTRA_DEFINE_KERNEL(perplexityRows, LUTRA_DISPATCH(tsne::perplexityRows<T>))
template struct perplexityRowsKernel<float>;
LUTRA_DEFINE_KERNEL(tsneRepulsion, LUTRA_DISPATCH(tsne::tsneRepulsion<T>))
template struct tsneRepulsionKernel<float>;
LUTRA_DEFINE_KERNEL(tsneSteps, LUTRA_DISPATCH(tsne::tsneSteps<T>))
template struct tsneStepsKernel<float>;
LUTRA_DEFINE_KERNEL(tsneCosts, LUTRA_DISPATCH(tsne::tsneCosts<T>))
template struct tsneCostsKernel<float>;

}  // namespace lutra

// Eigenvalues of symmetric matrices.
#include "kernels/projections/eigen.h"

#include "binding/family.h"
#include "binding/planned/eigen.h"

namespace lutra::binding {

namespace {

void symmetric(Args& args) {
  const Planned<SymmetricEigenLayout> call(args);
  call.withFloat(call.values, [&](auto zero) {
    using T = decltype(zero);
    const int64_t n = call[call.n], total = call.product(n, n);
    T* const values = call.array<T>(call.values, n);
    T* const vectors = call.array<T>(call.vectors, total);
    T* const matrix = call.array<T>(call.matrix, total);
    call.set(call.done, symmetricEigen<T>(values, vectors, matrix, n) ? 1 : 0);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) { define<symmetric>(exports, "symmetricEigen"); });

}  // namespace lutra::binding

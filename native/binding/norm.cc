// Layer and root-mean-square normalisation; the latter is what runs where `mean` is null.
#include "kernels/norm/norm.h"

#include "binding/family.h"
#include "binding/planned/norm.h"

namespace lutra::binding {

namespace {

void forward(Args& args) {
  const Planned<NormLayout> call(args);
  const int64_t rows = call[call.rows], n = call[call.n], total = call.product(rows, n);
  const double eps = call[call.eps];
  call.withFloat(call.y, [&](auto zero) {
    using T = decltype(zero);
    T* const y = call.array<T>(call.y, total);
    T* const mean = call.optional<T>(call.mean, rows);
    T* const rstd = call.array<T>(call.rstd, rows);
    const T* const x = call.array<T>(call.x, total);
    const T* const weight = call.optional<T>(call.weight, n);
    const T* const bias = call.optional<T>(call.bias, n);
    if (rows > 0) normalise<T>(y, mean, rstd, x, weight, bias, eps, rows, n);
  });
}

void backward(Args& args) {
  const Planned<NormBackwardLayout> call(args);
  const int64_t rows = call[call.rows], n = call[call.n], total = call.product(rows, n);
  call.withFloat(call.dy, [&](auto zero) {
    using T = decltype(zero);
    T* const dx = call.optional<T>(call.dx, total);
    T* const dweight = call.optional<T>(call.dweight, n);
    T* const dbias = call.optional<T>(call.dbias, n);
    const T* const dy = call.array<T>(call.dy, total);
    const T* const x = call.array<T>(call.x, total);
    const T* const weight = call.optional<T>(call.weight, n);
    const T* const mean = call.optional<T>(call.mean, rows);
    const T* const rstd = call.array<T>(call.rstd, rows);
    if (n > 0) normaliseBackward<T>({dx, dweight, dbias, dy, x, weight, mean, rstd, n}, rows);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<forward>(exports, "norm");
  define<backward>(exports, "normBackward");
});

}  // namespace lutra::binding

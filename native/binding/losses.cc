// Elementwise losses.
#include "kernels/losses/element.h"

#include "binding/family.h"
#include "binding/planned/losses.h"

namespace lutra::binding {

namespace {

// (n, offset; x): the position of the first value outside [0, 1], or -1
int64_t findOutside(Args& args) {
  const int64_t n = args.integer(0, "n"), offset = args.integer(1, "offset");
  return args.withFloat(2, "x", [&](auto zero) {
    using T = decltype(zero);
    return findOutsideUnit<T>(args.array<T>(2, "x", offset, n), n);
  });
}

template <class Layout>
LossKind kindOf(const Planned<Layout>& call) {
  const int64_t kind = call[call.kind];
  if (kind > static_cast<int64_t>(LossKind::gaussianVariance)) call.fail(ErrorKind::range, "there is no such loss");
  return static_cast<LossKind>(kind);
}

double loss(Args& args) {
  const Planned<ElementLossLayout> call(args);
  const LossKind kind = kindOf(call);
  const int64_t n = call[call.n];
  return call.withFloat(call.x, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.optional<T>(call.out, n);
    const T* const x = call.array<T>(call.x, n);
    const T* const target = call.array<T>(call.target, n);
    const T* const weight = call.optional<T>(call.weight, n);
    const T* const positive = call.optional<T>(call.positive, n);
    return elementLoss<T>(kind, out, x, target, n, {call[call.parameter], weight, positive});
  });
}

void lossBackward(Args& args) {
  const Planned<ElementLossBackwardLayout> call(args);
  const LossKind kind = kindOf(call);
  const int64_t n = call[call.n];
  const bool perElement = call[call.perElement];
  call.withFloat(call.dx, [&](auto zero) {
    using T = decltype(zero);
    T* const dx = call.array<T>(call.dx, n);
    const T* const x = call.array<T>(call.x, n);
    const T* const target = call.array<T>(call.target, n);
    const T* const weight = call.optional<T>(call.weight, n);
    const T* const positive = call.optional<T>(call.positive, n);
    const T* const dloss = call.array<T>(call.dloss, perElement ? n : 1);
    elementLossBackward<T>(kind, dx, x, target, dloss, perElement, call[call.scale], n,
                           {call[call.parameter], weight, positive});
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<findOutside>(exports, "findOutsideUnit");
  define<loss>(exports, "elementLoss");
  define<lossBackward>(exports, "elementLossBackward");
});

}  // namespace lutra::binding

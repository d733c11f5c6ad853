// Cross entropy of a projection.
#include "kernels/losses/linear_cross_entropy.h"

#include "binding/family.h"
#include "binding/planned/linear_cross_entropy.h"

namespace lutra::binding {

namespace {

int64_t loss(Args& args) {
  const Planned<LinearCrossEntropyLayout> call(args);
  const int64_t rows = call[call.rows], features = call[call.features], classes = call[call.classes];
  const LinearLossShape shape{
      rows, features, classes, call[call.chunkRows], call[call.ignoreIndex], call[call.labelSmoothing]};
  if (shape.chunkRows < 1) call.fail(ErrorKind::range, "a chunk has at least one row");
  return call.withFloat(call.logits, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    const LinearLossResults<T> out{
        call.optional<T>(call.loss, rows), call.optional<T>(call.dx, call.product(rows, features)),
        call.optional<T>(call.dw, call.product(classes, features)), call.optional<T>(call.dbias, classes),
        call.array<T>(call.logits, call.product(shape.chunkRows, classes))};
    const LinearLossOperands<T> in{call.array<T>(call.x, call.product(rows, features)),
                                   call.array<T>(call.w, call.product(classes, features)),
                                   call.optional<T>(call.bias, classes), call.optional<T>(call.weight, classes),
                                   call.array<int32_t>(call.targets, rows)};
    const bool perRow = call[call.perRow];
    const LinearLossScale<T> scale{call.optional<T>(call.dloss, perRow ? rows : 1), perRow, call[call.mean]};
    const int64_t bad = findBadTarget(in.targets, rows, classes, shape.ignoreIndex);
    if (bad >= 0) return bad;
    const ClassLossSums sums = linearCrossEntropy<T>(out, in, scale, shape);
    call.set(call.sum, sums.loss);
    call.set(call.divisor, sums.weight);
    return -1;
  });
}

}  // namespace

static const Family family([](Napi::Object exports) { define<loss>(exports, "linearCrossEntropy"); });

}  // namespace lutra::binding

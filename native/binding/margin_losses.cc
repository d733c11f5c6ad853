// Margin losses over classes.
#include "kernels/losses/margin.h"

#include "binding/family.h"
#include "binding/planned/margin_losses.h"

namespace lutra::binding {

namespace {

// What both calls read alike.
template <class Layout>
struct MarginCall {
  MarginShape shape;
  bool multilabel;
  MultiMargin how;
  int64_t scores, targets;
  explicit MarginCall(const Planned<Layout>& call)
      : shape{call[call.rows], call[call.classes]},
        multilabel(call[call.multilabel]),
        how{call[call.margin], call[call.squared]},
        scores(call.product(shape.rows, shape.classes)),
        targets(multilabel ? scores : shape.rows) {}
};

int64_t loss(Args& args) {
  const Planned<MarginLossLayout> call(args);
  const MarginCall<MarginLossLayout> c(call);
  return call.withFloat(call.loss, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    T* const loss = call.array<T>(call.loss, c.shape.rows);
    const T* const x = call.array<T>(call.x, c.scores);
    const int32_t* const targets = call.array<int32_t>(call.targets, c.targets);
    const T* const weight = call.optional<T>(call.weight, c.shape.classes);
    const int64_t bad = findOutsideClasses(targets, c.targets, c.multilabel ? -1 : 0, c.shape.classes);
    if (bad >= 0) return bad;
    call.set(call.sum, c.multilabel ? multilabelMarginLoss<T>(loss, x, targets, c.shape)
                                    : multiMarginLoss<T>(loss, x, targets, weight, c.how, c.shape));
    return -1;
  });
}

void lossBackward(Args& args) {
  const Planned<MarginLossBackwardLayout> call(args);
  const MarginCall<MarginLossBackwardLayout> c(call);
  const bool perRow = call[call.perRow];
  const double scale = call[call.scale];
  call.withFloat(call.dx, [&](auto zero) {
    using T = decltype(zero);
    T* const dx = call.array<T>(call.dx, c.scores);
    const T* const x = call.array<T>(call.x, c.scores);
    const int32_t* const targets = call.array<int32_t>(call.targets, c.targets);
    const T* const weight = call.optional<T>(call.weight, c.shape.classes);
    const T* const dloss = call.array<T>(call.dloss, perRow ? c.shape.rows : 1);
    if (c.multilabel) {
      multilabelMarginBackward<T>(dx, x, targets, dloss, perRow, scale, c.shape);
    } else {
      multiMarginBackward<T>(dx, x, targets, weight, dloss, perRow, scale, c.how, c.shape);
    }
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<loss>(exports, "marginLoss");
  define<lossBackward>(exports, "marginLossBackward");
});

}  // namespace lutra::binding

// The loss of connectionist temporal classification.
#include "kernels/losses/ctc.h"

#include "binding/family.h"
#include "binding/planned/ctc.h"

namespace lutra::binding {

namespace {

// What both calls read alike.
template <class Layout>
struct CtcCall {
  CtcShape shape;
  int64_t scores, states;
  explicit CtcCall(const Planned<Layout>& call)
      : shape{call[call.steps], call[call.batch], call[call.classes], call[call.longest], 0},
        scores(call.product(shape.steps, shape.batch, shape.classes)),
        states(call.product(shape.batch, shape.steps, shape.row())) {
    const int64_t blank = call[call.blank];
    if (blank >= shape.classes || blank > INT32_MAX) call.fail(ErrorKind::range, "blank is no class");
    shape.blank = static_cast<int32_t>(blank);
  }
  CtcLabels labels(const Planned<Layout>& call) const {
    const int64_t n = shape.batch, count = call[call.targetCount];
    const CtcLabels labels{
        call.template array<int32_t>(call.targets, count), call.template array<int32_t>(call.starts, n),
        call.template array<int32_t>(call.inputLengths, n), call.template array<int32_t>(call.targetLengths, n)};
    for (int64_t i = 0; i < n; i++) {
      const int64_t start = labels.starts[i], length = labels.targetLengths[i], steps = labels.inputLengths[i];
      const bool fits = start >= 0 && length >= 0 && start + length <= count && length <= shape.longest;
      if (!fits || steps < 0 || steps > shape.steps) call.fail(ErrorKind::range, "a length is out of range");
    }
    return labels;
  }
};

int64_t loss(Args& args) {
  const Planned<CtcLossLayout> call(args);
  const CtcCall<CtcLossLayout> c(call);
  return call.withFloat(call.loss, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    T* const loss = call.array<T>(call.loss, c.shape.batch);
    T* const alpha = call.array<T>(call.alpha, c.states);
    double* const shifts = call.array<double>(call.shifts, call.product(c.shape.batch, c.shape.steps));
    const T* const logProbs = call.array<T>(call.logProbs, c.scores);
    const CtcLabels labels = c.labels(call);
    const int64_t bad = findBadLabel(labels, c.shape);
    if (bad < 0) ctcLoss<T>(loss, alpha, shifts, logProbs, labels, c.shape);
    return bad;
  });
}

void lossBackward(Args& args) {
  const Planned<CtcLossBackwardLayout> call(args);
  const CtcCall<CtcLossBackwardLayout> c(call);
  const bool zeroInfinity = call[call.zeroInfinity];
  call.withFloat(call.dlogProbs, [&](auto zero) {
    using T = decltype(zero);
    T* const dlogProbs = call.array<T>(call.dlogProbs, c.scores);
    const T* const dloss = call.array<T>(call.dloss, c.shape.batch);
    const T* const loss = call.array<T>(call.loss, c.shape.batch);
    const T* const alpha = call.array<T>(call.alpha, c.states);
    const double* const shifts = call.array<double>(call.shifts, call.product(c.shape.batch, c.shape.steps));
    const T* const logProbs = call.array<T>(call.logProbs, c.scores);
    ctcLossBackward<T>(dlogProbs, dloss, loss, alpha, shifts, logProbs, c.labels(call), zeroInfinity, c.shape);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<loss>(exports, "ctcLoss");
  define<lossBackward>(exports, "ctcLossBackward");
});

}  // namespace lutra::binding

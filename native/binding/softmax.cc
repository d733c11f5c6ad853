// Softmax, cross entropy and negative log likelihood.
#include "kernels/losses/softmax.h"

#include "binding/family.h"
#include "binding/planned/softmax.h"
#include "kernels/losses/cross_entropy.h"

namespace lutra::binding {

namespace {

void forward(Args& args) {
  const Planned<SoftmaxLayout> call(args);
  const int64_t outer = call[call.outer], dim = call[call.rows], inner = call[call.inner];
  const int64_t n = call.product(outer, dim, inner);
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, n);
    const T* const x = call.array<T>(call.x, n);
    if (n == 0) return;
    if (call[call.log]) {
      logSoftmax<T>(out, x, outer, dim, inner);
    } else {
      softmax<T>(out, x, outer, dim, inner);
    }
  });
}

void backward(Args& args) {
  const Planned<SoftmaxBackwardLayout> call(args);
  const int64_t outer = call[call.outer], dim = call[call.rows], inner = call[call.inner];
  const int64_t n = call.product(outer, dim, inner);
  call.withFloat(call.dx, [&](auto zero) {
    using T = decltype(zero);
    T* const dx = call.array<T>(call.dx, n);
    const T* const dy = call.array<T>(call.dy, n);
    const T* const y = call.array<T>(call.y, n);
    if (n == 0) return;
    if (call[call.log]) {
      logSoftmaxBackward<T>(dx, dy, y, outer, dim, inner);
    } else {
      softmaxBackward<T>(dx, dy, y, outer, dim, inner);
    }
  });
}

// What both calls of a loss over classes read alike.
template <class Layout>
struct ClassLoss {
  ClassLossShape shape;
  int64_t samples, scores;
  explicit ClassLoss(const Planned<Layout>& call)
      : shape{call[call.outer], call[call.classes], call[call.inner], call[call.ignoreIndex],
              call[call.labelSmoothing]},
        samples(call.product(shape.outer, shape.inner)),
        scores(call.product(samples, shape.classes)) {}
};

int64_t classLoss(Args& args) {
  const Planned<ClassLossLayout> call(args);
  const ClassLoss<ClassLossLayout> c(call);
  return call.withFloat(call.loss, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    T* const loss = call.array<T>(call.loss, c.samples);
    T* const normaliser = call.optional<T>(call.normaliser, call.product(c.samples, 2));
    const T* const scores = call.array<T>(call.scores, c.scores);
    const int32_t* const targets = call.array<int32_t>(call.targets, c.samples);
    const T* const weight = call.optional<T>(call.weight, c.shape.classes);
    const int64_t bad = findBadTarget(targets, c.samples, c.shape.classes, c.shape.ignoreIndex);
    if (bad >= 0) return bad;
    ClassLossSums sums{0, 0};
    if (c.scores > 0) {
      sums = call.has(call.normaliser) ? crossEntropy<T>(loss, normaliser, scores, targets, weight, c.shape)
                                       : negativeLogLikelihood<T>(loss, scores, targets, weight, c.shape);
    }
    call.set(call.sum, sums.loss);
    call.set(call.divisor, sums.weight);
    return -1;
  });
}

void classLossBackward(Args& args) {
  const Planned<ClassLossBackwardLayout> call(args);
  const ClassLoss<ClassLossBackwardLayout> c(call);
  const bool perSample = call[call.perSample];
  const double scale = call[call.scale];
  call.withFloat(call.dscores, [&](auto zero) {
    using T = decltype(zero);
    T* const dscores = call.array<T>(call.dscores, c.scores);
    const T* const normaliser = call.optional<T>(call.normaliser, call.product(c.samples, 2));
    const T* const scores = call.optional<T>(call.scores, c.scores);
    const int32_t* const targets = call.array<int32_t>(call.targets, c.samples);
    const T* const weight = call.optional<T>(call.weight, c.shape.classes);
    const T* const dloss = call.array<T>(call.dloss, perSample ? c.samples : 1);
    if (c.scores == 0) return;
    if (!call.has(call.normaliser)) {
      negativeLogLikelihoodBackward<T>(dscores, targets, weight, dloss, perSample, scale, c.shape);
      return;
    }
    if (scores == nullptr) call.missing(call.scores, "typed array");
    crossEntropyBackward<T>(dscores, scores, normaliser, targets, weight, dloss, perSample, scale, c.shape);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<forward>(exports, "softmax");
  define<backward>(exports, "softmaxBackward");
  define<classLoss>(exports, "classLoss");
  define<classLossBackward>(exports, "classLossBackward");
});

}  // namespace lutra::binding

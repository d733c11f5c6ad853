// Softmax, cross entropy and negative log likelihood.
#include "kernels/losses/softmax.h"

#include "binding/families.h"
#include "binding/numbers.h"
#include "kernels/losses/cross_entropy.h"

namespace lutra::binding {

namespace {

// (plan: log, outer, dim, inner, outOffset, xOffset; out, x)
template <class T>
void forward(Args& args, const Numbers& plan) {
  const int64_t outer = plan.size(1), dim = plan.size(2), inner = plan.size(3);
  const int64_t n = plan.product(outer, dim, inner);
  T* const out = args.array<T>(1, "out", plan.size(4), n);
  const T* const x = args.array<T>(2, "x", plan.size(5), n);
  if (n > 0) (plan.flag(0) ? logSoftmax<T> : softmax<T>)(out, x, outer, dim, inner);
}

void softmaxEntry(Args& args) {
  const Numbers plan(args, 0, 6);
  return args.isDouble(1, "out") ? forward<double>(args, plan) : forward<float>(args, plan);
}

// (plan: log, outer, dim, inner, dxOffset, dyOffset, yOffset; dx, dy, y)
template <class T>
void backward(Args& args, const Numbers& plan) {
  const int64_t outer = plan.size(1), dim = plan.size(2), inner = plan.size(3);
  const int64_t n = plan.product(outer, dim, inner);
  T* const dx = args.array<T>(1, "dx", plan.size(4), n);
  const T* const dy = args.array<T>(2, "dy", plan.size(5), n);
  const T* const y = args.array<T>(3, "y", plan.size(6), n);
  if (n > 0) (plan.flag(0) ? logSoftmaxBackward<T> : softmaxBackward<T>)(dx, dy, y, outer, dim, inner);
}

void softmaxBackwardEntry(Args& args) {
  const Numbers plan(args, 0, 7);
  return args.isDouble(1, "dx") ? backward<double>(args, plan) : backward<float>(args, plan);
}

// plan: outer, classes, inner, ignoreIndex, labelSmoothing, then what a function documents.
struct ClassLoss {
  Numbers plan;
  ClassLossShape shape;
  int64_t samples, scores;
  ClassLoss(const Args& args, int64_t numbers)
      : plan(args, 0, numbers),
        shape{plan.size(0), plan.size(1), plan.size(2), plan.integer(3), plan.real(4)},
        samples(plan.product(shape.outer, shape.inner)),
        scores(plan.product(samples, shape.classes)) {}
};

// (plan: …, lossOffset, normaliserOffset, scoreOffset, targetOffset, weightOffset;
//  loss, normaliser | null, scores, targets, weight | null): cross entropy with a normaliser, negative log likelihood
// without. Returns the position of the first bad target, or -1 and then the two sums in plan[0] and plan[1].
template <class T>
int64_t classLoss(Args& args, ClassLoss& c) {
  T* const loss = args.array<T>(1, "loss", c.plan.size(5), c.samples);
  const bool logits = !args.isNullish(2);
  T* const normaliser = args.optionalArray<T>(2, "normaliser", c.plan.size(6), c.plan.product(c.samples, 2));
  const T* const scores = args.array<T>(3, "scores", c.plan.size(7), c.scores);
  const int32_t* const targets = args.array<int32_t>(4, "targets", c.plan.size(8), c.samples);
  const T* const weight = args.optionalArray<T>(5, "weight", c.plan.size(9), c.shape.classes);
  const int64_t bad = findBadTarget(targets, c.samples, c.shape.classes, c.shape.ignoreIndex);
  if (bad >= 0) return bad;
  ClassLossSums sums{0, 0};
  if (c.scores > 0) {
    sums = logits ? crossEntropy(loss, normaliser, scores, targets, weight, c.shape)
                  : negativeLogLikelihood(loss, scores, targets, weight, c.shape);
  }
  c.plan.set(0, sums.loss);
  c.plan.set(1, sums.weight);
  return -1;
}

int64_t classLossEntry(Args& args) {
  ClassLoss c(args, 10);
  return args.isDouble(1, "loss") ? classLoss<double>(args, c) : classLoss<float>(args, c);
}

// (plan: …, dscoreOffset, normaliserOffset, scoreOffset, targetOffset, weightOffset, dlossOffset, perSample, scale;
//  dscores, normaliser | null, scores | null, targets, weight | null, dloss)
template <class T>
void classLossBackward(Args& args, const ClassLoss& c) {
  const bool logits = !args.isNullish(2);
  const bool perSample = c.plan.flag(11);
  const double scale = c.plan.real(12);
  T* const dscores = args.array<T>(1, "dscores", c.plan.size(5), c.scores);
  const T* const normaliser = args.optionalArray<T>(2, "normaliser", c.plan.size(6), c.plan.product(c.samples, 2));
  const T* const scores = args.optionalArray<T>(3, "scores", c.plan.size(7), c.scores);
  const int32_t* const targets = args.array<int32_t>(4, "targets", c.plan.size(8), c.samples);
  const T* const weight = args.optionalArray<T>(5, "weight", c.plan.size(9), c.shape.classes);
  const T* const dloss = args.array<T>(6, "dloss", c.plan.size(10), perSample ? c.samples : 1);
  if (c.scores == 0) return;
  if (!logits) {
    negativeLogLikelihoodBackward(dscores, targets, weight, dloss, perSample, scale, c.shape);
    return;
  }
  if (scores == nullptr) args.wrongKind(3, "scores", "typed array");
  crossEntropyBackward(dscores, scores, normaliser, targets, weight, dloss, perSample, scale, c.shape);
}

void classLossBackwardEntry(Args& args) {
  const ClassLoss c(args, 13);
  return args.isDouble(1, "dscores") ? classLossBackward<double>(args, c) : classLossBackward<float>(args, c);
}

}  // namespace

void registerSoftmax(Napi::Object exports) {
  define<softmaxEntry>(exports, "softmax");
  define<softmaxBackwardEntry>(exports, "softmaxBackward");
  define<classLossEntry>(exports, "classLoss");
  define<classLossBackwardEntry>(exports, "classLossBackward");
}

}  // namespace lutra::binding

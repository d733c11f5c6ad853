// Elementwise losses.
#include "kernels/losses/element.h"

#include "binding/families.h"
#include "binding/numbers.h"

namespace lutra::binding {

namespace {

// (n, offset; x): the position of the first value outside [0, 1], or -1
int64_t findOutsideUnitEntry(Args& args) {
  const int64_t n = args.integer(0, "n"), offset = args.integer(1, "offset");
  const int64_t found = args.isDouble(2, "x") ? findOutsideUnit(args.array<double>(2, "x", offset, n), n)
                                              : findOutsideUnit(args.array<float>(2, "x", offset, n), n);
  return found;
}

LossKind kindOf(const Args& args, const Numbers& plan) {
  const int64_t kind = plan.size(0);
  if (kind > static_cast<int64_t>(LossKind::bceLogits)) args.fail(ErrorKind::range, "there is no such loss");
  return static_cast<LossKind>(kind);
}

// (plan: kind, parameter, n, outOffset, xOffset, tOffset, weightOffset, positiveOffset;
//  out | null, x, t, weight | null, positive | null) → the sum of the losses
template <class T>
double loss(Args& args, const Numbers& plan) {
  const LossKind kind = kindOf(args, plan);
  const int64_t n = plan.size(2);
  T* const out = args.optionalArray<T>(1, "out", plan.size(3), n);
  const T* const x = args.array<T>(2, "x", plan.size(4), n);
  const T* const t = args.array<T>(3, "t", plan.size(5), n);
  const T* const weight = args.optionalArray<T>(4, "weight", plan.size(6), n);
  const T* const positive = args.optionalArray<T>(5, "positive", plan.size(7), n);
  return elementLoss<T>(kind, out, x, t, n, {plan.real(1), weight, positive});
}

double lossEntry(Args& args) {
  const Numbers plan(args, 0, 8);
  return args.isDouble(2, "x") ? loss<double>(args, plan) : loss<float>(args, plan);
}

// (plan: kind, parameter, n, dxOffset, xOffset, tOffset, weightOffset, positiveOffset, dlossOffset, perElement, scale;
//  dx, x, t, weight | null, positive | null, dloss)
template <class T>
void lossBackward(Args& args, const Numbers& plan) {
  const LossKind kind = kindOf(args, plan);
  const int64_t n = plan.size(2);
  const bool perElement = plan.flag(9);
  T* const dx = args.array<T>(1, "dx", plan.size(3), n);
  const T* const x = args.array<T>(2, "x", plan.size(4), n);
  const T* const t = args.array<T>(3, "t", plan.size(5), n);
  const T* const weight = args.optionalArray<T>(4, "weight", plan.size(6), n);
  const T* const positive = args.optionalArray<T>(5, "positive", plan.size(7), n);
  const T* const dloss = args.array<T>(6, "dloss", plan.size(8), perElement ? n : 1);
  elementLossBackward<T>(kind, dx, x, t, dloss, perElement, plan.real(10), n, {plan.real(1), weight, positive});
}

void lossBackwardEntry(Args& args) {
  const Numbers plan(args, 0, 11);
  return args.isDouble(1, "dx") ? lossBackward<double>(args, plan) : lossBackward<float>(args, plan);
}

}  // namespace

void registerLosses(Napi::Object exports) {
  define<findOutsideUnitEntry>(exports, "findOutsideUnit");
  define<lossEntry>(exports, "elementLoss");
  define<lossBackwardEntry>(exports, "elementLossBackward");
}

}  // namespace lutra::binding

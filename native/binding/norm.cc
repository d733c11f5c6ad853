// Layer and root-mean-square normalisation; the latter is what runs where `mean` is null.
#include "kernels/norm/norm.h"

#include "binding/families.h"
#include "binding/numbers.h"

namespace lutra::binding {

namespace {

// (plan: rows, n, eps, yOffset, meanOffset, rstdOffset, xOffset, weightOffset, biasOffset;
//  y, mean | null, rstd, x, weight | null, bias | null)
template <class T>
void forward(Args& args, const Numbers& plan) {
  const int64_t rows = plan.size(0), n = plan.size(1), total = plan.product(rows, n);
  const double eps = plan.real(2);
  T* const y = args.array<T>(1, "y", plan.size(3), total);
  T* const mean = args.optionalArray<T>(2, "mean", plan.size(4), rows);
  T* const rstd = args.array<T>(3, "rstd", plan.size(5), rows);
  const T* const x = args.array<T>(4, "x", plan.size(6), total);
  const T* const weight = args.optionalArray<T>(5, "weight", plan.size(7), n);
  const T* const bias = args.optionalArray<T>(6, "bias", plan.size(8), n);
  if (rows == 0) return;
  if (mean != nullptr) {
    layerNorm(y, mean, rstd, x, weight, bias, eps, rows, n);
  } else {
    rmsNorm(y, rstd, x, weight, eps, rows, n);
  }
}

void normEntry(Args& args) {
  const Numbers plan(args, 0, 9);
  return args.isDouble(1, "y") ? forward<double>(args, plan) : forward<float>(args, plan);
}

// (plan: rows, n, dxOffset, dweightOffset, dbiasOffset, dyOffset, xOffset, weightOffset, meanOffset, rstdOffset;
//  dx | null, dweight | null, dbias | null, dy, x, weight | null, mean | null, rstd)
template <class T>
void backward(Args& args, const Numbers& plan) {
  const int64_t rows = plan.size(0), n = plan.size(1), total = plan.product(rows, n);
  T* const dx = args.optionalArray<T>(1, "dx", plan.size(2), total);
  T* const dweight = args.optionalArray<T>(2, "dweight", plan.size(3), n);
  T* const dbias = args.optionalArray<T>(3, "dbias", plan.size(4), n);
  const T* const dy = args.array<T>(4, "dy", plan.size(5), total);
  const T* const x = args.array<T>(5, "x", plan.size(6), total);
  const T* const weight = args.optionalArray<T>(6, "weight", plan.size(7), n);
  const T* const mean = args.optionalArray<T>(7, "mean", plan.size(8), rows);
  const T* const rstd = args.array<T>(8, "rstd", plan.size(9), rows);
  if (n == 0) return;
  if (rows == 0 || mean != nullptr) {
    layerNormBackward(dx, dweight, dbias, dy, x, weight, mean, rstd, rows, n);
  } else {
    rmsNormBackward(dx, dweight, dy, x, weight, rstd, rows, n);
  }
}

void normBackwardEntry(Args& args) {
  const Numbers plan(args, 0, 10);
  return args.isDouble(4, "dy") ? backward<double>(args, plan) : backward<float>(args, plan);
}

}  // namespace

void registerNorm(Napi::Object exports) {
  define<normEntry>(exports, "norm");
  define<normBackwardEntry>(exports, "normBackward");
}

}  // namespace lutra::binding

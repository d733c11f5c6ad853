// Cosines of pairs of rows.
#include "kernels/norm/similarity.h"

#include "binding/families.h"
#include "binding/numbers.h"

namespace lutra::binding {

namespace {

// Rows of arguments i and i + 1 from plan[k] on: aOffset, stepA, bOffset, stepB.
template <class T>
RowPairs<T> rowPairs(Args& args, const Numbers& plan, size_t i, int64_t k) {
  RowPairs<T> pairs;
  pairs.rows = plan.size(0);
  pairs.n = plan.size(1);
  const auto rows = [&](size_t at, const char* name, int64_t offset, int64_t& step) {
    step = plan.flag(offset + 1) ? pairs.n : 0;
    const int64_t count = step == 0 && pairs.rows > 0 ? 1 : pairs.rows;
    return args.array<T>(at, name, plan.size(offset), plan.product(count, pairs.n));
  };
  pairs.a = rows(i, "a", k, pairs.stepA);
  pairs.b = rows(i + 1, "b", k + 2, pairs.stepB);
  return pairs;
}

// (plan: rows, n, eps, cosinesOffset, lengthsOffset, aOffset, whether a steps, bOffset, whether b steps;
//  cosines, lengths, a, b)
template <class T>
void forward(Args& args, const Numbers& plan) {
  const RowPairs<T> pairs = rowPairs<T>(args, plan, 3, 5);
  T* const out = args.array<T>(1, "cosines", plan.size(3), pairs.rows);
  T* const lengths = args.array<T>(2, "lengths", plan.size(4), plan.product(pairs.rows, 2));
  cosines(out, lengths, pairs, plan.real(2));
}

void cosinesEntry(Args& args) {
  const Numbers plan(args, 0, 9);
  return args.isDouble(1, "cosines") ? forward<double>(args, plan) : forward<float>(args, plan);
}

// (plan: rows, n, eps, daOffset, dbOffset, gradOffset, cosinesOffset, lengthsOffset, aOffset, whether a steps, bOffset,
//  whether b steps; da | null, db | null, grad, cosines, lengths, a, b)
template <class T>
void backward(Args& args, const Numbers& plan) {
  const RowPairs<T> pairs = rowPairs<T>(args, plan, 6, 8);
  const int64_t total = plan.product(pairs.rows, pairs.n);
  T* const da = args.optionalArray<T>(1, "da", plan.size(3), total);
  T* const db = args.optionalArray<T>(2, "db", plan.size(4), total);
  const T* const grad = args.array<T>(3, "grad", plan.size(5), pairs.rows);
  const T* const out = args.array<T>(4, "cosines", plan.size(6), pairs.rows);
  const T* const lengths = args.array<T>(5, "lengths", plan.size(7), plan.product(pairs.rows, 2));
  cosinesBackward(da, db, grad, out, lengths, pairs, plan.real(2));
}

void cosinesBackwardEntry(Args& args) {
  const Numbers plan(args, 0, 12);
  return args.isDouble(3, "grad") ? backward<double>(args, plan) : backward<float>(args, plan);
}

}  // namespace

void registerSimilarity(Napi::Object exports) {
  define<cosinesEntry>(exports, "cosines");
  define<cosinesBackwardEntry>(exports, "cosinesBackward");
}

}  // namespace lutra::binding

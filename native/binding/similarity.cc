// Cosines of pairs of rows.
#include "kernels/norm/similarity.h"

#include "binding/family.h"
#include "binding/planned/similarity.h"

namespace lutra::binding {

namespace {

template <class T, class Layout>
RowPairs<T> rowPairs(const Planned<Layout>& call) {
  RowPairs<T> pairs;
  pairs.rows = call[call.rows];
  pairs.n = call[call.n];
  const auto rows = [&](const Array& array, bool steps, int64_t& step) {
    step = steps ? pairs.n : 0;
    const int64_t count = step == 0 && pairs.rows > 0 ? 1 : pairs.rows;
    return call.template array<T>(array, call.product(count, pairs.n));
  };
  pairs.a = rows(call.a, call[call.aSteps], pairs.stepA);
  pairs.b = rows(call.b, call[call.bSteps], pairs.stepB);
  return pairs;
}

void forward(Args& args) {
  const Planned<CosinesLayout> call(args);
  call.withFloat(call.cosines, [&](auto zero) {
    using T = decltype(zero);
    const RowPairs<T> pairs = rowPairs<T>(call);
    T* const out = call.array<T>(call.cosines, pairs.rows);
    T* const lengths = call.array<T>(call.lengths, call.product(pairs.rows, 2));
    cosines<T>(out, lengths, pairs, call[call.eps]);
  });
}

void backward(Args& args) {
  const Planned<CosinesBackwardLayout> call(args);
  call.withFloat(call.grad, [&](auto zero) {
    using T = decltype(zero);
    const RowPairs<T> pairs = rowPairs<T>(call);
    const int64_t total = call.product(pairs.rows, pairs.n);
    T* const da = call.optional<T>(call.da, total);
    T* const db = call.optional<T>(call.db, total);
    const T* const grad = call.array<T>(call.grad, pairs.rows);
    const T* const out = call.array<T>(call.cosines, pairs.rows);
    const T* const lengths = call.array<T>(call.lengths, call.product(pairs.rows, 2));
    cosinesBackward<T>(da, db, grad, out, lengths, pairs, call[call.eps]);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<forward>(exports, "cosines");
  define<backward>(exports, "cosinesBackward");
});

}  // namespace lutra::binding

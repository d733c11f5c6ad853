// Running products and extremes, runs, counts, and what meets at a place.
#include "kernels/reduce/running.h"

#include "binding/family.h"
#include "binding/planned/running.h"
#include "kernels/rows/meeting.h"
#include "kernels/rows/runs.h"

namespace lutra::binding {

namespace {

// Calls use(T{}) with the type of an array's elements: float, double, int32_t or uint8_t.
template <class Call, class Use>
auto withElement(const Call& call, const Array& a, Use&& use) {
  const auto type = call.span(a).type;
  if (type == napi_int32_array) return use(int32_t{});
  if (type == napi_uint8_array) return use(uint8_t{});
  return call.withFloat(a, use);
}

void meet(Args& args) {
  const Planned<MeetElementsLayout> call(args);
  const MeetingShape s{call[call.outer], call[call.rows],        call[call.count],
                       call[call.inner], call[call.elementwise], call[call.includeSelf]};
  const int64_t how = call[call.how];
  if (how > static_cast<int64_t>(Meeting::amin)) call.fail(ErrorKind::range, "there is no such reduction");
  const int64_t places = call.product(s.outer, s.rows, s.inner), values = call.product(s.outer, s.count, s.inner);
  withElement(call, call.dst, [&](auto zero) {
    using T = decltype(zero);
    T* const dst = call.array<T>(call.dst, places);
    const T* const src = call.array<T>(call.src, values);
    const int32_t* const indices = call.array<int32_t>(call.indices, s.elementwise ? values : s.count);
    int32_t* const counts = call.optional<int32_t>(call.counts, places);
    const auto reduction = static_cast<Meeting>(how);
    if (reduction == Meeting::mean && counts == nullptr && places > 0) call.missing(call.counts, "Int32Array");
    if (values > 0 && places > 0) meetElements<T>(reduction, dst, src, indices, counts, s);
  });
}

template <class Call>
int64_t elementsOf(const Call& call) {
  return call.product(call[call.outer], call[call.n], call[call.inner]);
}

void products(Args& args) {
  const Planned<RunningProductsLayout> call(args);
  const int64_t n = elementsOf(call);
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, n);
    const T* const x = call.array<T>(call.x, n);
    if (n > 0) runningProducts<T>(out, x, call[call.outer], call[call.n], call[call.inner]);
  });
}

void extremes(Args& args) {
  const Planned<RunningExtremesLayout> call(args);
  const int64_t n = elementsOf(call);
  withElement(call, call.values, [&](auto zero) {
    using T = decltype(zero);
    T* const values = call.array<T>(call.values, n);
    int32_t* const indices = call.array<int32_t>(call.indices, n);
    const T* const x = call.array<T>(call.x, n);
    if (n > 0)
      runningExtremes<T>(values, indices, x, call[call.largest], call[call.outer], call[call.n], call[call.inner]);
  });
}

int64_t runs(Args& args) {
  const Planned<FindRunsLayout> call(args);
  const int64_t n = call[call.n];
  if (n > kMaxPositions) call.fail(ErrorKind::range, "positions are beyond 32 bits");
  return withElement(call, call.values, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    T* const values = call.array<T>(call.values, n);
    int32_t* const inverse = call.optional<int32_t>(call.inverse, n);
    int32_t* const counts = call.optional<int32_t>(call.counts, n);
    return findRuns<T>(values, inverse, counts, call.array<T>(call.x, n), n);
  });
}

void range(Args& args) {
  const Planned<NumberRangeLayout> call(args);
  const int64_t n = call[call.n];
  if (n == 0) call.fail(ErrorKind::range, "there are no numbers");
  const bool bytes = call.span(call.x).type == napi_uint8_array;
  const NumberRange found = bytes ? numberRange<uint8_t>(call.array<uint8_t>(call.x, n), n)
                                  : numberRange<int32_t>(call.array<int32_t>(call.x, n), n);
  call.set(call.least, static_cast<double>(found.least));
  call.set(call.most, static_cast<double>(found.most));
}

void count(Args& args) {
  const Planned<CountNumbersLayout> call(args);
  const int64_t n = call[call.n], length = call[call.length];
  if (call.has(call.weights)) {
    call.withFloat(call.out, [&](auto zero) {
      using T = decltype(zero);
      T* const out = call.array<T>(call.out, length);
      const int32_t* const x = call.array<int32_t>(call.x, n);
      const T* const weights = call.array<T>(call.weights, n);
      if (length > 0) weighNumbers<T>(out, length, x, weights, n);
    });
    return;
  }
  int32_t* const out = call.array<int32_t>(call.out, length);
  if (call.span(call.x).type == napi_uint8_array) {
    const uint8_t* const x = call.array<uint8_t>(call.x, n);
    if (length > 0) countNumbers<uint8_t>(out, length, x, n);
  } else {
    const int32_t* const x = call.array<int32_t>(call.x, n);
    if (length > 0) countNumbers<int32_t>(out, length, x, n);
  }
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<meet>(exports, "meetElements");
  define<products>(exports, "runningProducts");
  define<extremes>(exports, "runningExtremes");
  define<runs>(exports, "findRuns");
  define<range>(exports, "numberRange");
  define<count>(exports, "countNumbers");
});

}  // namespace lutra::binding

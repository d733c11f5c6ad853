// Pools along one dimension, of rows.
#include "kernels/pooling/pool1d.h"

#include "binding/family.h"
#include "binding/planned/pooling.h"

namespace lutra::binding {

namespace {

template <class Call>
Windows windowsOf(const Call& call) {
  const Windows w = {call[call.rows],   call[call.length],   call[call.outLength], call[call.kernel],
                     call[call.stride], call[call.dilation], call[call.padding],   call[call.adaptive]};
  if (w.length > kMaxPositions) call.fail(ErrorKind::range, "a row has too many elements");
  if (w.kernel < 1 || w.stride < 1 || w.dilation < 1) call.fail(ErrorKind::range, "a size of the windows is zero");
  // The products that windows are found by.
  call.product(w.outLength + 1, w.adaptive ? w.length + 1 : w.stride);
  const int64_t reach = call.product(w.kernel, w.dilation);
  if (!w.adaptive && w.padding >= reach) call.fail(ErrorKind::range, "a window lies before the row");
  return w;
}

template <class Call>
int64_t sizeOfX(const Call& call, const Windows& w) {
  return call.product(w.rows, w.length);
}

template <class Call>
int64_t sizeOfOut(const Call& call, const Windows& w) {
  return call.product(w.rows, w.outLength);
}

void largest(Args& args) {
  const Planned<MaxPoolLayout> call(args);
  const Windows w = windowsOf(call);
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, sizeOfOut(call, w));
    int32_t* const index = call.array<int32_t>(call.index, sizeOfOut(call, w));
    const T* const x = call.array<T>(call.x, sizeOfX(call, w));
    maxPool<T>(out, index, x, w);
  });
}

void largestBackward(Args& args) {
  const Planned<MaxPoolBackwardLayout> call(args);
  const Windows w = windowsOf(call);
  call.withFloat(call.dx, [&](auto zero) {
    using T = decltype(zero);
    T* const dx = call.array<T>(call.dx, sizeOfX(call, w));
    const T* const dy = call.array<T>(call.dy, sizeOfOut(call, w));
    const int32_t* const index = call.array<int32_t>(call.index, sizeOfOut(call, w));
    if (!maxPoolBackward<T>(dx, dy, index, w)) call.fail(ErrorKind::range, "an index lies outside its row");
  });
}

void average(Args& args) {
  const Planned<AveragePoolLayout> call(args);
  const Windows w = windowsOf(call);
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, sizeOfOut(call, w));
    const T* const x = call.array<T>(call.x, sizeOfX(call, w));
    averagePool<T>(out, x, w, call[call.countPadding]);
  });
}

void averageBackward(Args& args) {
  const Planned<AveragePoolBackwardLayout> call(args);
  const Windows w = windowsOf(call);
  call.withFloat(call.dx, [&](auto zero) {
    using T = decltype(zero);
    T* const dx = call.array<T>(call.dx, sizeOfX(call, w));
    const T* const dy = call.array<T>(call.dy, sizeOfOut(call, w));
    averagePoolBackward<T>(dx, dy, w, call[call.countPadding]);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<largest>(exports, "maxPool");
  define<largestBackward>(exports, "maxPoolBackward");
  define<average>(exports, "averagePool");
  define<averageBackward>(exports, "averagePoolBackward");
});

}  // namespace lutra::binding

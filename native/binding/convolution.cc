// Convolutions along one dimension.
#include "kernels/convolution/conv1d.h"

#include "binding/family.h"
#include "binding/planned/convolution.h"

namespace lutra::binding {

namespace {

template <class Call>
Conv1dShape shapeOf(const Call& call) {
  const Conv1dShape s = {call[call.batch],   call[call.channels], call[call.length], call[call.groups],
                         call[call.outputs], call[call.kernel],   call[call.stride], call[call.dilation],
                         call[call.padding], call[call.outLength]};
  if (s.groups < 1 || s.channels < 1 || s.outputs < 1 || s.kernel < 1 || s.stride < 1 || s.dilation < 1) {
    call.fail(ErrorKind::range, "a size of the convolution is zero");
  }
  if (s.channels % s.groups != 0 || s.outputs % s.groups != 0) {
    call.fail(ErrorKind::range, "groups divide the channels unevenly");
  }
  // Signals are laid out with their zeros, many at a time.
  const int64_t reach = call.product(s.kernel, s.dilation);
  const int64_t places = call.product(s.outLength, s.stride) + s.length + s.padding;
  call.product(call.product(s.channels + s.outputs, s.kernel), places + reach, 512);
  return s;
}

template <class Call>
int64_t sizeOfX(const Call& call, const Conv1dShape& s) {
  return call.product(s.batch, s.channels, s.length);
}

template <class Call>
int64_t sizeOfOut(const Call& call, const Conv1dShape& s) {
  return call.product(s.batch, s.outputs, s.outLength);
}

template <class Call>
int64_t sizeOfWeight(const Call& call, const Conv1dShape& s) {
  return call.product(s.outputs, s.groupChannels(), s.kernel);
}

void forward(Args& args) {
  const Planned<Conv1dLayout> call(args);
  const Conv1dShape s = shapeOf(call);
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, sizeOfOut(call, s));
    const T* const x = call.array<T>(call.x, sizeOfX(call, s));
    const T* const weight = call.array<T>(call.weight, sizeOfWeight(call, s));
    const T* const bias = call.optional<T>(call.bias, s.outputs);
    if (s.batch > 0 && s.outLength > 0) conv1d<T>(out, x, weight, bias, s);
  });
}

void inputGradient(Args& args) {
  const Planned<Conv1dInputGradientLayout> call(args);
  const Conv1dShape s = shapeOf(call);
  call.withFloat(call.dx, [&](auto zero) {
    using T = decltype(zero);
    T* const dx = call.array<T>(call.dx, sizeOfX(call, s));
    const T* const dout = call.array<T>(call.dout, sizeOfOut(call, s));
    const T* const weight = call.array<T>(call.weight, sizeOfWeight(call, s));
    if (s.batch > 0 && s.length > 0) conv1dInputGradient<T>(dx, dout, weight, s);
  });
}

void weightGradient(Args& args) {
  const Planned<Conv1dWeightGradientLayout> call(args);
  const Conv1dShape s = shapeOf(call);
  if (s.outLength < 1) call.fail(ErrorKind::range, "the convolution has no columns");
  call.withFloat(call.dweight, [&](auto zero) {
    using T = decltype(zero);
    T* const dweight = call.array<T>(call.dweight, sizeOfWeight(call, s));
    const T* const dout = call.array<T>(call.dout, sizeOfOut(call, s));
    const T* const x = call.array<T>(call.x, sizeOfX(call, s));
    conv1dWeightGradient<T>(dweight, dout, x, s);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<forward>(exports, "conv1d");
  define<inputGradient>(exports, "conv1dInputGradient");
  define<weightGradient>(exports, "conv1dWeightGradient");
});

}  // namespace lutra::binding

// Normalisation of channels: over a batch, and over groups of channels.
#include "kernels/norm/channel_norm.h"

#include "binding/family.h"
#include "binding/planned/channel_norm.h"

namespace lutra::binding {

namespace {

template <class Call>
ChannelShape shapeOf(const Call& call) {
  return {call[call.batch], call[call.channels], call[call.inner]};
}

template <class Call>
int64_t sizeOf(const Call& call, const ChannelShape& s) {
  return call.product(s.batch, s.channels, s.inner);
}

template <class Call>
int64_t groupsOf(const Call& call, const ChannelShape& s) {
  const int64_t groups = call[call.groups];
  if (groups < 1 || s.channels % groups != 0) call.fail(ErrorKind::range, "groups divide the channels unevenly");
  return groups;
}

template <class T, class Call>
ChannelGradients<T> gradientsOf(const Call& call, const ChannelShape& s, int64_t statistics) {
  const int64_t total = sizeOf(call, s);
  T* const dx = call.template optional<T>(call.dx, total);
  T* const dweight = call.template optional<T>(call.dweight, s.channels);
  T* const dbias = call.template optional<T>(call.dbias, s.channels);
  const T* const dy = call.template array<T>(call.dy, total);
  const T* const x = call.template array<T>(call.x, total);
  const T* const weight = call.template optional<T>(call.weight, s.channels);
  const T* const mean = call.template array<T>(call.mean, statistics);
  const T* const rstd = call.template array<T>(call.rstd, statistics);
  return {dx, dweight, dbias, dy, x, weight, mean, rstd};
}

void statistics(Args& args) {
  const Planned<ChannelStatisticsLayout> call(args);
  const ChannelShape s = shapeOf(call);
  call.withFloat(call.x, [&](auto zero) {
    using T = decltype(zero);
    T* const mean = call.array<T>(call.mean, s.channels);
    T* const variance = call.array<T>(call.variance, s.channels);
    const T* const x = call.array<T>(call.x, sizeOf(call, s));
    channelStatistics<T>(mean, variance, x, s);
  });
}

void forward(Args& args) {
  const Planned<ChannelNormLayout> call(args);
  const ChannelShape s = shapeOf(call);
  call.withFloat(call.y, [&](auto zero) {
    using T = decltype(zero);
    T* const y = call.array<T>(call.y, sizeOf(call, s));
    const T* const x = call.array<T>(call.x, sizeOf(call, s));
    const T* const mean = call.array<T>(call.mean, s.channels);
    const T* const rstd = call.array<T>(call.rstd, s.channels);
    const T* const weight = call.optional<T>(call.weight, s.channels);
    const T* const bias = call.optional<T>(call.bias, s.channels);
    channelNormalise<T>(y, x, mean, rstd, weight, bias, s);
  });
}

void backward(Args& args) {
  const Planned<ChannelNormBackwardLayout> call(args);
  const ChannelShape s = shapeOf(call);
  call.withFloat(call.dy, [&](auto zero) {
    using T = decltype(zero);
    channelNormBackward<T>(gradientsOf<T>(call, s, s.channels), s, call[call.training]);
  });
}

void groups(Args& args) {
  const Planned<GroupNormLayout> call(args);
  const ChannelShape s = shapeOf(call);
  const int64_t count = groupsOf(call, s), rows = call.product(s.batch, count);
  const double eps = call[call.eps];
  call.withFloat(call.y, [&](auto zero) {
    using T = decltype(zero);
    T* const y = call.array<T>(call.y, sizeOf(call, s));
    T* const mean = call.array<T>(call.mean, rows);
    T* const rstd = call.array<T>(call.rstd, rows);
    const T* const x = call.array<T>(call.x, sizeOf(call, s));
    const T* const weight = call.optional<T>(call.weight, s.channels);
    const T* const bias = call.optional<T>(call.bias, s.channels);
    groupNormalise<T>(y, mean, rstd, x, weight, bias, eps, count, s);
  });
}

void groupsBackward(Args& args) {
  const Planned<GroupNormBackwardLayout> call(args);
  const ChannelShape s = shapeOf(call);
  const int64_t count = groupsOf(call, s);
  call.product(2, sizeOf(call, s));
  call.withFloat(call.dy, [&](auto zero) {
    using T = decltype(zero);
    groupNormBackward<T>(gradientsOf<T>(call, s, call.product(s.batch, count)), count, s);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<statistics>(exports, "channelStatistics");
  define<forward>(exports, "channelNorm");
  define<backward>(exports, "channelNormBackward");
  define<groups>(exports, "groupNorm");
  define<groupsBackward>(exports, "groupNormBackward");
});

}  // namespace lutra::binding

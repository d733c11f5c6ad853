// Uniform, normal, exponential and truncated normal fills.

#include <cmath>
#include <limits>
#include <vector>

#include "random/blocks.h"
#include "random/generator.h"
#include "random/fill.h"

namespace lutra {

using detail::checkCount;
using detail::rejectArgument;
using detail::transformDraws;
using detail::unitDouble;

namespace {

constexpr double kPi = 3.14159265358979323846;

/** Draws per value of type T: a float's 24 bits come from one, a double's 53 from two. */
template <class T>
constexpr int64_t kDrawsFor = sizeof(T) / sizeof(uint32_t);

/** Box-Muller over blocks of 16, in double: normalFromDraws' double counterpart. draws (n, 2). */
void normalFromDraws(double* out, const uint32_t* draws, int64_t n, double mean, double std) {
  for (int64_t block = 0; block < n; block += 16) {
    const uint32_t* const from = draws + 2 * block;
    double* const to = out + block;
    for (int64_t i = 0; i < 8; i++) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - unitDouble(from + 2 * i)));
      const double angle = 2.0 * kPi * unitDouble(from + 2 * (i + 8));
      to[i] = std::fma(radius * std::cos(angle), std, mean);
      to[i + 8] = std::fma(radius * std::sin(angle), std, mean);
    }
  }
}

/** One value of N(mean, std²): half of a Box-Muller pair whose other half waits in the generator. */
double normalOfPair(Generator& generator, double mean, double std) {
  if (const std::optional<double> waiting = generator.takeNextNormal()) return std::fma(*waiting, std, mean);
  uint32_t draws[4];
  generator.draw(draws, 4);
  const double angle = 2.0 * kPi * unitDouble(draws);
  const double radius = std::sqrt(-2.0 * std::log1p(-unitDouble(draws + 2)));
  generator.setNextNormal(radius * std::sin(angle));
  return std::fma(radius * std::cos(angle), std, mean);
}

double normalCdf(double x) { return (1.0 + std::erf(x / std::sqrt(2.0))) / 2.0; }

/** Replaces values outside of [low, high] by fresh normals, a whole fill of them at a time, until none is left. */
template <class T>
void redrawOutside(Generator& generator, T* out, int64_t n, double mean, double std, T low, T high) {
  std::vector<T> fresh;
  const auto outside = [&](T value) { return value < low || value > high; };
  while (std::any_of(out, out + n, outside)) {
    fresh.resize(static_cast<size_t>(n));
    fillNormal(generator, fresh.data(), n, mean, std);
    for (int64_t i = 0; i < n; i++) {
      if (outside(out[i])) out[i] = fresh[static_cast<size_t>(i)];
    }
  }
}

/** Rejection under the density's peak: uniform candidates in [a, b], kept with probability density / peak. */
template <class T>
void rejectUnderPeak(Generator& generator, T* out, int64_t n, double mean, double std, double a, double b) {
  const double peakDistance = (std::max(a, std::min(mean, b)) - mean) / std;
  const T logPeak = static_cast<T>(-0.5 * (peakDistance * peakDistance));
  std::vector<T> candidates(static_cast<size_t>(n));
  std::vector<T> acceptances(static_cast<size_t>(n));
  std::vector<uint8_t> pending(static_cast<size_t>(n), 1);
  bool anyPending = n > 0;
  while (anyPending) {
    fillUniform(generator, candidates.data(), n, a, b);
    fillUniform(generator, acceptances.data(), n, 0.0, 1.0);
    anyPending = false;
    for (size_t i = 0; i < pending.size(); i++) {
      if (pending[i] == 0) continue;
      out[i] = candidates[i];
      const T distance = (candidates[i] - static_cast<T>(mean)) / static_cast<T>(std);
      const T logRatio = distance * distance * static_cast<T>(-0.5) - logPeak;
      const T logAcceptance = static_cast<T>(std::log(static_cast<double>(acceptances[i])));
      pending[i] = logAcceptance > logRatio ? 1 : 0;
      anyPending = anyPending || pending[i] != 0;
    }
  }
}

}  // namespace

template <class T>
void fillUniform(Generator& generator, T* out, int64_t n, double from, double to) {
  checkCount("uniform", n);
  if (!std::isfinite(static_cast<T>(from)))
    rejectArgument("uniform", "from must be finite in the tensor's dtype", from);
  if (!std::isfinite(static_cast<T>(to))) rejectArgument("uniform", "to must be finite in the tensor's dtype", to);
  if (!(from <= to)) rejectArgument("uniform", "from must not exceed to: expected from <= to", from);
  if (to - from > static_cast<double>(std::numeric_limits<T>::max())) {
    rejectArgument("uniform", "to - from must be finite in the tensor's dtype", to - from);
  }
  transformDraws(generator, n, kDrawsFor<T>, [=](int64_t begin, int64_t count, const uint32_t* draws) {
    uniformFromDraws(out + begin, draws, count, static_cast<T>(from), static_cast<T>(to));
  });
}

template <class T>
void fillNormal(Generator& generator, T* out, int64_t n, double mean, double std) {
  checkCount("normal", n);
  if (!(std >= 0)) rejectArgument("normal", "std must be at least 0", std);
  if (n < 16) {
    for (int64_t i = 0; i < n; i++) out[i] = static_cast<T>(normalOfPair(generator, mean, std));
    return;
  }
  const T typedMean = static_cast<T>(mean);
  const T typedStd = static_cast<T>(std);
  const int64_t rest = n % 16;
  transformDraws(generator, n - rest, kDrawsFor<T>, [=](int64_t begin, int64_t count, const uint32_t* draws) {
    normalFromDraws(out + begin, draws, count, typedMean, typedStd);
  });
  if (rest == 0) return;
  // The draws of an incomplete block are spent but not used: the last 16 values come from 16 fresh uniforms.
  uint32_t draws[16 * kDrawsFor<T>];
  generator.draw(draws, rest * kDrawsFor<T>);
  generator.draw(draws, 16 * kDrawsFor<T>);
  normalFromDraws(out + n - 16, draws, 16, typedMean, typedStd);
}

template <class T>
void fillExponential(Generator& generator, T* out, int64_t n, double lambda) {
  checkCount("exponential", n);
  if (!(lambda > 0)) rejectArgument("exponential", "lambda must be greater than 0", lambda);
  const double scale = -1.0 / lambda;
  transformDraws(generator, n, 2, [=](int64_t begin, int64_t count, const uint32_t* draws) {
    for (int64_t i = 0; i < count; i++) out[begin + i] = static_cast<T>(scale * std::log1p(-unitDouble(draws + 2 * i)));
  });
}

template <class T>
void fillTruncNormal(Generator& generator, T* out, int64_t n, double mean, double std, double a, double b) {
  checkCount("truncNormal", n);
  if (!(std > 0)) rejectArgument("truncNormal", "std must be greater than 0", std);
  if (!std::isfinite(mean)) rejectArgument("truncNormal", "mean must be finite", mean);
  if (!(a <= b)) rejectArgument("truncNormal", "a must not exceed b: expected a <= b", a);
  const double inside = normalCdf((b - mean) / std) - normalCdf((a - mean) / std);
  if (inside > 0.3) {
    fillNormal(generator, out, n, mean, std);
    redrawOutside(generator, out, n, mean, std, static_cast<T>(a), static_cast<T>(b));
  } else {
    rejectUnderPeak(generator, out, n, mean, std, a, b);
  }
}

template void fillUniform(Generator&, float*, int64_t, double, double);
template void fillUniform(Generator&, double*, int64_t, double, double);
template void fillNormal(Generator&, float*, int64_t, double, double);
template void fillNormal(Generator&, double*, int64_t, double, double);
template void fillExponential(Generator&, float*, int64_t, double);
template void fillExponential(Generator&, double*, int64_t, double);
template void fillTruncNormal(Generator&, float*, int64_t, double, double, double, double);
template void fillTruncNormal(Generator&, double*, int64_t, double, double, double, double);

}  // namespace lutra

// Bernoulli, integer, permutation and multinomial fills.

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "random/blocks.h"
#include "random/generator.h"
#include "random/fill.h"

namespace lutra {

using detail::checkCount;
using detail::rejectArgument;
using detail::transformDraws;
using detail::unitDouble;

namespace detail {

void rejectArgument(const char* op, const char* message, double value) {
  char number[32];
  std::snprintf(number, sizeof(number), "%.9g", value);
  throw std::invalid_argument(std::string(op) + ": " + message + ", got " + number);
}

void checkCount(const char* op, int64_t n) {
  if (n < 0) rejectArgument(op, "the number of values must be at least 0", static_cast<double>(n));
}

}  // namespace detail

namespace {

/** Ranges from here on take two draws a value, so that the remainder's skew stays below 2^-36. */
constexpr uint64_t kWideRange = uint64_t{1} << 28;

/** One draw a value: its remainder by `range`, plus `base`. */
template <class T>
void fillRemainder32(Generator& generator, T* out, int64_t n, uint32_t range, int64_t base) {
  transformDraws(generator, n, 1, [=](int64_t begin, int64_t count, const uint32_t* draws) {
    for (int64_t i = 0; i < count; i++) out[begin + i] = static_cast<T>(static_cast<int64_t>(draws[i] % range) + base);
  });
}

/** Two draws a value: the remainder of their 64 bits by `range`, plus `base`; the sum wraps, as it must for wide
 * ranges. */
template <class T>
void fillRemainder64(Generator& generator, T* out, int64_t n, uint64_t range, int64_t base) {
  transformDraws(generator, n, 2, [=](int64_t begin, int64_t count, const uint32_t* draws) {
    for (int64_t i = 0; i < count; i++) {
      const uint64_t value = static_cast<uint64_t>(draws[2 * i]) << 32 | draws[2 * i + 1];
      out[begin + i] = static_cast<T>(static_cast<int64_t>(value % range + static_cast<uint64_t>(base)));
    }
  });
}

/**
 * The bounds within which every integer of [low, high) is still inside after its conversion to the floating type T. As
 * in PyTorch, a high that rounds to 2^63 stays as it is.
 */
template <class T>
void moveBoundsInwards(int64_t* low, int64_t* high) {
  constexpr double limit = 0x1p63;
  const T aboveLow = static_cast<T>(*low + 1);
  if (static_cast<double>(aboveLow) < static_cast<double>(*low)) {
    *low = static_cast<int64_t>(std::nextafter(aboveLow, std::numeric_limits<T>::infinity()));
  }
  const T belowHigh = static_cast<T>(*high - 1);
  if (static_cast<double>(belowHigh) < limit && static_cast<int64_t>(belowHigh) >= *high) {
    *high = static_cast<int64_t>(std::nextafter(belowHigh, -std::numeric_limits<T>::infinity()));
  }
}

template <class P>
void checkProbability(const char* op, P p) {
  if (!(p >= 0 && p <= 1)) rejectArgument(op, "p must be from 0 to 1", static_cast<double>(p));
}

/** Checks a row of weights: finite, not negative, at least `needed` of them positive. */
template <class P>
void checkWeights(const P* weights, int64_t categories, int64_t row, int64_t needed) {
  int64_t positive = 0;
  const std::string where = "multinomial: probabilities[" + std::to_string(row);
  for (int64_t i = 0; i < categories; i++) {
    if (!(weights[i] >= 0) || !std::isfinite(weights[i])) {
      throw std::invalid_argument(where + ", " + std::to_string(i) + "] must be finite and at least 0, got " +
                                  std::to_string(static_cast<double>(weights[i])));
    }
    if (weights[i] > 0) positive++;
  }
  if (positive < needed) {
    throw std::invalid_argument(where + "] must have at least " + std::to_string(needed) +
                                " positive probabilities to draw from, got " + std::to_string(positive));
  }
}

/** samples indices by inverting the cumulated weights (cumulated: scratch of `categories`). */
template <class P>
void sampleByInversion(Generator& generator, int32_t* out, const P* weights, int64_t categories, int64_t samples,
                       P* cumulated) {
  P sum = 0;
  for (int64_t i = 0; i < categories; i++) {
    sum += weights[i];
    cumulated[i] = sum;
  }
  for (int64_t i = 0; i < categories; i++) cumulated[i] /= sum;
  cumulated[categories - 1] = 1;
  for (int64_t i = 0; i < samples; i++) {
    uint32_t draws[2];
    generator.draw(draws, 2);
    const double uniform = unitDouble(draws);
    const P* const slot = std::lower_bound(cumulated, cumulated + categories, uniform,
                                           [](P value, double wanted) { return static_cast<double>(value) < wanted; });
    out[i] = static_cast<int32_t>(slot - cumulated);
  }
}

/** The indices of the `samples` largest keys, largest first, the smaller index first among equals. */
template <class P>
void largestKeys(int32_t* out, const P* keys, int64_t categories, int64_t samples, std::vector<int32_t>* order) {
  if (samples == 1) {
    *out = static_cast<int32_t>(std::max_element(keys, keys + categories) - keys);
    return;
  }
  order->resize(static_cast<size_t>(categories));
  std::iota(order->begin(), order->end(), 0);
  std::partial_sort(order->begin(), order->begin() + samples, order->end(),
                    [keys](int32_t a, int32_t b) { return keys[a] > keys[b] || (keys[a] == keys[b] && a < b); });
  std::copy_n(order->begin(), samples, out);
}

}  // namespace

template <class T>
void fillBernoulli(Generator& generator, T* out, int64_t n, double p) {
  checkCount("bernoulli", n);
  checkProbability("bernoulli", p);
  // u·2^-53 < p for an integer u is u < ⌈p·2^53⌉; the product is exact.
  const uint64_t threshold = static_cast<uint64_t>(std::ceil(p * 0x1p53));
  transformDraws(generator, n, 2, [=](int64_t begin, int64_t count, const uint32_t* draws) {
    bernoulliFromDraws(out + begin, draws, count, threshold);
  });
}

template <class T, class P>
void fillBernoulli(Generator& generator, T* out, const P* p, int64_t n) {
  checkCount("bernoulli", n);
  for (int64_t i = 0; i < n; i++) {
    if (!(p[i] >= 0 && p[i] <= 1)) {
      throw std::invalid_argument("bernoulli: p[" + std::to_string(i) + "] must be from 0 to 1, got " +
                                  std::to_string(static_cast<double>(p[i])));
    }
  }
  constexpr bool wide = std::is_same_v<P, double>;
  transformDraws(generator, n, wide ? 2 : 1, [=](int64_t begin, int64_t count, const uint32_t* draws) {
    for (int64_t i = 0; i < count; i++) {
      bool below;
      if constexpr (wide) {
        below = unitDouble(draws + 2 * i) < p[begin + i];
      } else {
        below = static_cast<P>(draws[i] & 0xffffffu) * static_cast<P>(0x1p-24) < p[begin + i];
      }
      out[begin + i] = static_cast<T>(below ? 1 : 0);
    }
  });
}

template <class T>
void fillRandint(Generator& generator, T* out, int64_t n, int64_t low, int64_t high) {
  checkCount("randint", n);
  const auto checkBounds = [&] {
    if (low < high) return;
    throw std::invalid_argument("randint: low must be less than high, got low " + std::to_string(low) + ", high " +
                                std::to_string(high));
  };
  checkBounds();
  if constexpr (std::is_floating_point_v<T>) {
    moveBoundsInwards<T>(&low, &high);
    checkBounds();
  } else if (low < static_cast<int64_t>(std::numeric_limits<T>::lowest()) ||
             high - 1 > static_cast<int64_t>(std::numeric_limits<T>::max())) {
    throw std::invalid_argument("randint: [" + std::to_string(low) + ", " + std::to_string(high) +
                                ") does not fit the tensor's dtype, whose range is " +
                                std::to_string(std::numeric_limits<T>::lowest()) + " to " +
                                std::to_string(std::numeric_limits<T>::max()));
  }
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  if (range < kWideRange) {
    fillRemainder32(generator, out, n, static_cast<uint32_t>(range), low);
  } else {
    fillRemainder64(generator, out, n, range, low);
  }
}

template <class T>
void fillRandom(Generator& generator, T* out, int64_t n) {
  checkCount("random", n);
  if constexpr (std::is_same_v<T, double>) {
    fillRemainder64(generator, out, n, (uint64_t{1} << 53) + 1, 0);
  } else if constexpr (std::is_same_v<T, int64_t>) {
    fillRemainder64(generator, out, n, uint64_t{1} << 63, 0);
  } else if constexpr (std::is_same_v<T, float>) {
    fillRemainder32(generator, out, n, (1u << 24) + 1, 0);
  } else {
    fillRemainder32(generator, out, n, static_cast<uint32_t>(std::numeric_limits<T>::max()) + 1u, 0);
  }
}

void fillRandomBool(Generator& generator, uint8_t* out, int64_t n) {
  checkCount("random", n);
  fillRemainder32(generator, out, n, 2, 0);
}

template <class T>
void fillRandperm(Generator& generator, T* out, int64_t n) {
  checkCount("randperm", n);
  if (static_cast<double>(n) - 1 > static_cast<double>(std::numeric_limits<T>::max())) {
    rejectArgument("randperm", "n is too large for the tensor's dtype", static_cast<double>(n));
  }
  // Where the remainder of 32 bits would be skewed by more than 5 %, PyTorch shuffles inside out with 64-bit draws.
  if (n >= static_cast<int64_t>(std::numeric_limits<uint32_t>::max() / 20)) {
    for (int64_t i = 0; i < n; i++) {
      const int64_t j = static_cast<int64_t>(generator.random64() % static_cast<uint64_t>(i + 1));
      out[i] = static_cast<T>(i);
      std::swap(out[i], out[j]);
    }
    return;
  }
  for (int64_t i = 0; i < n; i++) out[i] = static_cast<T>(i);
  for (int64_t i = 0; i < n - 1; i++) {
    std::swap(out[i], out[i + static_cast<int64_t>(generator.random() % static_cast<uint32_t>(n - i))]);
  }
}

template <class P>
void multinomial(Generator& generator, int32_t* out, const P* probabilities, int64_t rows, int64_t categories,
                 int64_t samples, bool replacement) {
  checkCount("multinomial", rows);
  if (categories < 1 || categories > (1 << 24)) {
    rejectArgument("multinomial", "the number of categories must be from 1 to 2^24", static_cast<double>(categories));
  }
  if (samples < 1)
    rejectArgument("multinomial", "the number of samples must be at least 1", static_cast<double>(samples));
  if (!replacement && samples > categories) {
    rejectArgument("multinomial", "without replacement the number of samples may not exceed the number of categories",
                   static_cast<double>(samples));
  }
  for (int64_t row = 0; row < rows; row++) {
    checkWeights(probabilities + row * categories, categories, row, replacement ? 1 : samples);
  }
  std::vector<P> keys;
  if (replacement && samples > 1) {
    keys.resize(static_cast<size_t>(categories));
    for (int64_t row = 0; row < rows; row++) {
      sampleByInversion(generator, out + row * samples, probabilities + row * categories, categories, samples,
                        keys.data());
    }
    return;
  }
  // The exponential race: the largest of weight / Exp(1) falls on each category in proportion to its weight.
  keys.resize(static_cast<size_t>(rows * categories));
  fillExponential(generator, keys.data(), rows * categories, 1.0);
  for (size_t i = 0; i < keys.size(); i++) keys[i] = probabilities[i] / keys[i];
  std::vector<int32_t> order;
  for (int64_t row = 0; row < rows; row++) {
    largestKeys(out + row * samples, keys.data() + row * categories, categories, samples, &order);
  }
}

#define LUTRA_INSTANTIATE(T)                                            \
  template void fillBernoulli(Generator&, T*, int64_t, double);         \
  template void fillBernoulli(Generator&, T*, const float*, int64_t);   \
  template void fillBernoulli(Generator&, T*, const double*, int64_t);  \
  template void fillRandint(Generator&, T*, int64_t, int64_t, int64_t); \
  template void fillRandom(Generator&, T*, int64_t);                    \
  template void fillRandperm(Generator&, T*, int64_t);
LUTRA_INSTANTIATE(float)
LUTRA_INSTANTIATE(double)
LUTRA_INSTANTIATE(int32_t)
LUTRA_INSTANTIATE(int64_t)
LUTRA_INSTANTIATE(uint8_t)
#undef LUTRA_INSTANTIATE

template void multinomial(Generator&, int32_t*, const float*, int64_t, int64_t, int64_t, bool);
template void multinomial(Generator&, int32_t*, const double*, int64_t, int64_t, int64_t, bool);

}  // namespace lutra

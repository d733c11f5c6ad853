// Decimal numbers in ASCII, as JavaScript's Number reads them: digits that a double holds and a small power of ten are
// divided or multiplied once, which rounds right (Clinger 1990); anything else goes to the C++ library.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "kernels/text/words.h"

namespace lutra::text {

// Powers of ten that a double holds exactly.
inline constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
inline constexpr uint64_t kIntegerPowers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

// Digits at the beginning of eight bytes: how many, and their value.
struct Digits {
  int count;
  uint64_t value;
};

inline Digits digitsOf(uint64_t eight) {
  const uint64_t low = eight ^ 0x3030303030303030u;
  const uint64_t others = ((low + 0x7676767676767676u) | low) & 0x8080808080808080u;
  const int count = others == 0 ? 8 : lowestByte(others);
  // The digits move to the end, behind zeros (in two steps, since none would be a shift by 64); then pairs, fours and
  // all eight are put together.
  uint64_t value = low << (32 - 4 * count) << (32 - 4 * count);
  value = value * 10 + (value >> 8);
  value = (((value & 0x000000ff000000ffu) * 0x000f424000000064u) +
           (((value >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u)) >>
          32;
  return {count, value & 0xffffffffu};
}

// What is too long or too large for the way above. NaN where there is no number.
inline double otherDecimal(const uint8_t* bytes, int64_t at, int64_t end) {
  const auto digits = [&](int64_t from) {
    while (from < end && bytes[from] >= '0' && bytes[from] <= '9') from++;
    return from;
  };
  const int64_t begin = at + (bytes[at] == '+' ? 1 : 0);
  int64_t next = at + (bytes[at] == '-' || bytes[at] == '+' ? 1 : 0);
  const int64_t whole = digits(next);
  const bool hasWhole = whole > next;
  next = whole;
  if (next < end && bytes[next] == '.') {
    const int64_t fraction = digits(next + 1);
    if (!hasWhole && fraction == next + 1) return NAN;
    next = fraction;
  } else if (!hasWhole) {
    return NAN;
  }
  if (next < end && (bytes[next] == 'e' || bytes[next] == 'E')) {
    next++;
    if (next < end && (bytes[next] == '-' || bytes[next] == '+')) next++;
    const int64_t exponent = digits(next);
    if (exponent == next) return NAN;
    next = exponent;
  }
  if (next != end) return NAN;
  const char* const first = reinterpret_cast<const char*>(bytes) + begin;
  const char* const last = reinterpret_cast<const char*>(bytes) + end;
#if defined(__cpp_lib_to_chars) && __cpp_lib_to_chars >= 201611L
  double value = 0;
  if (std::from_chars(first, last, value).ec == std::errc()) return value;
#endif
  return std::strtod(std::string(first, last).c_str(), nullptr);
}

// The number bytes[at, end), of which `readable` may be read, or NaN.
inline double parseDecimal(const uint8_t* bytes, int64_t at, int64_t end, int64_t readable) {
  const int64_t start = at;
  const bool negative = at < end && bytes[at] == '-';
  if (negative || (at < end && bytes[at] == '+')) at++;
  uint64_t value = 0;
  int64_t digits = 0, scale = 0;
  // Nineteen digits fit the value; more are the library's.
  const auto take = [&]() {
    const int64_t before = at;
    while (at + 8 <= readable) {
      const Digits some = digitsOf(load64(bytes + at));
      if (some.count == 0) return at - before;
      value = value * kIntegerPowers[some.count] + some.value;
      at += some.count;
      if (some.count < 8) return at - before;
      if (at - start > 24) return at - before;
    }
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && at - start <= 24)
      value = value * 10 + (bytes[at++] - '0');
    return at - before;
  };
  if (at < end && at + 1 < end && bytes[at + 1] == '.' && bytes[at] >= '0' && bytes[at] <= '9') {
    value = bytes[at++] - '0';
    digits = 1;
  } else {
    digits = take();
  }
  if (at < end && bytes[at] == '.') {
    at++;
    const int64_t fraction = take();
    digits += fraction;
    scale = -fraction;
  }
  if (at > end || digits == 0 || digits > 18) return otherDecimal(bytes, start, end);
  if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
    at++;
    const bool down = at < end && bytes[at] == '-';
    if (down || (at < end && bytes[at] == '+')) at++;
    if (at >= end) return NAN;
    int64_t exponent = 0;
    for (; at < end && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
      if (exponent < 10000) exponent = exponent * 10 + (bytes[at] - '0');
    }
    scale += down ? -exponent : exponent;
  }
  if (at != end) return NAN;
  if (value >= uint64_t{1} << 53 || scale > 22 || scale < -22) return otherDecimal(bytes, start, end);
  const auto exact = static_cast<double>(value);
  const double magnitude = scale < 0 ? exact / kExactPowers[-scale] : exact * kExactPowers[scale];
  return negative ? -magnitude : magnitude;
}

// Eight digits behind each other, the first in the lowest byte, as a number; whether they are digits.
inline bool eightDigits(uint64_t low, uint64_t* number) {
  if ((((low + 0x7676767676767676u) | low) & 0x8080808080808080u) != 0) return false;
  low = low * 10 + (low >> 8);
  *number = (((low & 0x000000ff000000ffu) * 0x000f424000000064u) +
             (((low >> 16) & 0x000000ff000000ffu) * 0x0000271000000001u)) >>
                32 &
            0xffffffffu;
  return true;
}

// The usual form, a digit, a point and one to sixteen digits, of the number bytes[at, end): no step depends on one that
// another number needs, so that several are under way at once. False where it has another form, or begins before
// kBytesBefore.
constexpr int64_t kBytesBefore = 16;

inline bool parseSimple(const uint8_t* bytes, int64_t at, int64_t end, double* number) {
  const uint64_t sign = bytes[at] == '-';
  const uint8_t* const digit = bytes + at + sign;
  const int64_t digits = bytes + end - digit - 2;
  // Also of fewer than one, which are many as a number without a sign.
  if (static_cast<uint64_t>(digits - 1) > 15 || at < kBytesBefore || digit[1] != '.') return false;
  const uint64_t whole = static_cast<uint64_t>(digit[0]) - '0';
  constexpr uint64_t kZeros = 0x3030303030303030u;
  uint64_t fraction = 0, value;
  // What comes before the digits becomes zeros.
  const uint64_t last = load64(bytes + end - 8) ^ kZeros;
  if (digits <= 8) {
    if (whole > 9 || !eightDigits(last & (~uint64_t{0} << (64 - 8 * digits)), &fraction)) return false;
    value = whole * kIntegerPowers[digits] + fraction;
  } else {
    uint64_t first = 0;
    const uint64_t before = (load64(bytes + end - 16) ^ kZeros) & (~uint64_t{0} << (64 - 8 * (digits - 8)));
    if (whole > 9 || !eightDigits(last, &fraction) || !eightDigits(before, &first)) return false;
    value = (whole * kIntegerPowers[digits - 8] + first) * kIntegerPowers[8] + fraction;
    if (value >= uint64_t{1} << 53) return false;
  }
  const double magnitude = static_cast<double>(static_cast<int64_t>(value)) / kExactPowers[digits];
  // No branch by the sign, which is as random as numbers are.
  uint64_t bits;
  std::memcpy(&bits, &magnitude, sizeof bits);
  bits |= sign << 63;
  std::memcpy(number, &bits, sizeof bits);
  return true;
}

}  // namespace lutra::text

// One lane: the baseline target, and the description of what every vector type offers.
//
// Vec<T> holds W lanes of float or double. load/store take any alignment; loadN/storeN touch only the first n lanes
// (0 <= n <= W; the other lanes read as zero). min/max return the second operand when either is NaN. pow2(n) is 2^n for
// integral n in the normal exponent range and 0 for the n below it; timesPow2(x, n) is x * 2^n rounded once, for
// results of any size; splitExponent(x, e) gives m in [1, 2) and integral e with x = m * 2^e for positive normal x.
// Masks are Vec<T>::Mask; select(mask, a, b) takes a where the mask is set.
namespace lutra::scalar {

template <class T>
struct Vec {
  static constexpr int W = 1;
  using Mask = bool;
  T v;

  static LUTRA_INLINE Vec zero() { return {T(0)}; }
  static LUTRA_INLINE Vec set1(T x) { return {x}; }
  static LUTRA_INLINE Vec load(const T* p) {
    Vec r;
    std::memcpy(&r.v, p, sizeof(T));
    return r;
  }
  static LUTRA_INLINE Vec loadN(const T* p, int n) { return n > 0 ? load(p) : zero(); }
  LUTRA_INLINE void store(T* p) const { std::memcpy(p, &v, sizeof(T)); }
  LUTRA_INLINE void storeN(T* p, int n) const {
    if (n > 0) store(p);
  }
  LUTRA_INLINE void stream(T* p) const { store(p); }
};

template <class T>
LUTRA_INLINE Vec<T> operator+(Vec<T> a, Vec<T> b) {
  return {a.v + b.v};
}
template <class T>
LUTRA_INLINE Vec<T> operator-(Vec<T> a, Vec<T> b) {
  return {a.v - b.v};
}
template <class T>
LUTRA_INLINE Vec<T> operator*(Vec<T> a, Vec<T> b) {
  return {a.v * b.v};
}
template <class T>
LUTRA_INLINE Vec<T> operator/(Vec<T> a, Vec<T> b) {
  return {a.v / b.v};
}
// a * b + c; the baseline has no fused multiply-add, so this one rounds twice.
template <class T>
LUTRA_INLINE Vec<T> fma(Vec<T> a, Vec<T> b, Vec<T> c) {
  return {a.v * b.v + c.v};
}
// c - a * b
template <class T>
LUTRA_INLINE Vec<T> fnma(Vec<T> a, Vec<T> b, Vec<T> c) {
  return {c.v - a.v * b.v};
}
template <class T>
LUTRA_INLINE Vec<T> min(Vec<T> a, Vec<T> b) {
  return {a.v < b.v ? a.v : b.v};
}
template <class T>
LUTRA_INLINE Vec<T> max(Vec<T> a, Vec<T> b) {
  return {a.v > b.v ? a.v : b.v};
}
template <class T>
LUTRA_INLINE Vec<T> sqrt(Vec<T> a) {
  return {std::sqrt(a.v)};
}
template <class T>
LUTRA_INLINE Vec<T> abs(Vec<T> a) {
  return {std::fabs(a.v)};
}
template <class T>
LUTRA_INLINE Vec<T> neg(Vec<T> a) {
  return {-a.v};
}
// The magnitude of a with the sign of b.
template <class T>
LUTRA_INLINE Vec<T> copysign(Vec<T> a, Vec<T> b) {
  return {std::copysign(a.v, b.v)};
}
// To the nearest integer, ties to even.
template <class T>
LUTRA_INLINE Vec<T> round(Vec<T> a) {
  return {std::nearbyint(a.v)};
}
template <class T>
LUTRA_INLINE bool lt(Vec<T> a, Vec<T> b) {
  return a.v < b.v;
}
template <class T>
LUTRA_INLINE bool le(Vec<T> a, Vec<T> b) {
  return a.v <= b.v;
}
template <class T>
LUTRA_INLINE bool eq(Vec<T> a, Vec<T> b) {
  return a.v == b.v;
}
template <class T>
LUTRA_INLINE bool isNan(Vec<T> a) {
  return a.v != a.v;
}
template <class T>
LUTRA_INLINE Vec<T> select(bool m, Vec<T> a, Vec<T> b) {
  return m ? a : b;
}
LUTRA_INLINE bool maskAnd(bool a, bool b) { return a && b; }
LUTRA_INLINE bool maskOr(bool a, bool b) { return a || b; }
LUTRA_INLINE bool any(bool m) { return m; }
template <class T>
LUTRA_INLINE T sum(Vec<T> a) {
  return a.v;
}
template <class T>
LUTRA_INLINE T maxLane(Vec<T> a) {
  return a.v;
}
// The bit patterns, as on the vector targets: far cheaper than ldexp and frexp.
template <class T>
LUTRA_INLINE Vec<T> pow2(Vec<T> n) {
  Vec<T> r;
  if constexpr (sizeof(T) == 4) {
    const float magic = n.v + (12582912.0f + 127.0f);
    uint32_t bits;
    std::memcpy(&bits, &magic, 4);
    bits <<= 23;
    std::memcpy(&r.v, &bits, 4);
  } else {
    const double magic = n.v + (6755399441055744.0 + 1023.0);
    uint64_t bits;
    std::memcpy(&bits, &magic, 8);
    bits <<= 52;
    std::memcpy(&r.v, &bits, 8);
  }
  return r;
}
// In two steps, so that both factors are normal numbers when the result is subnormal or near overflow.
template <class T>
LUTRA_INLINE Vec<T> timesPow2(Vec<T> x, Vec<T> n) {
  const Vec<T> half = round(n * Vec<T>::set1(T(0.5)));
  return x * pow2(half) * pow2(n - half);
}
template <class T>
LUTRA_INLINE Vec<T> splitExponent(Vec<T> x, Vec<T>& e) {
  Vec<T> m;
  if constexpr (sizeof(T) == 4) {
    uint32_t bits;
    std::memcpy(&bits, &x.v, 4);
    e.v = static_cast<float>(static_cast<int>(bits >> 23) - 127);
    bits = (bits & 0x007fffffu) | 0x3f800000u;
    std::memcpy(&m.v, &bits, 4);
  } else {
    uint64_t bits;
    std::memcpy(&bits, &x.v, 8);
    e.v = static_cast<double>(static_cast<int>(bits >> 52) - 1023);
    bits = (bits & 0x000fffffffffffffull) | 0x3ff0000000000000ull;
    std::memcpy(&m.v, &bits, 8);
  }
  return m;
}
// Turns W rows of W lanes into columns, in place.
template <class T>
LUTRA_INLINE void transpose(Vec<T> (&)[1]) {}

// The float that a 16-bit float's bits stand for.
LUTRA_INLINE float widenFloat16(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t magnitude = half & 0x7fffu;
  uint32_t bits = magnitude << 13;
  float x;
  if (magnitude >= 0x7c00u) {
    bits |= magnitude > 0x7c00u ? 0x7fc00000u : 0x7f800000u;  // NaNs become quiet, as in hardware
  } else {
    // Shifted into place, the exponent is 112 too small; the multiplication also normalises subnormal halves.
    std::memcpy(&x, &bits, 4);
    x *= 5.192296858534828e33f;
    std::memcpy(&bits, &x, 4);
  }
  bits |= sign;
  std::memcpy(&x, &bits, 4);
  return x;
}
// W stored elements as floats: 16-bit floats by their bits, and int8.
LUTRA_INLINE Vec<float> loadFloat16(const uint16_t* p) { return {widenFloat16(*p)}; }
LUTRA_INLINE Vec<float> loadBFloat16(const uint16_t* p) {
  const uint32_t bits = static_cast<uint32_t>(*p) << 16;
  Vec<float> r;
  std::memcpy(&r.v, &bits, 4);
  return r;
}
LUTRA_INLINE Vec<float> loadInt8(const int8_t* p) { return {static_cast<float>(*p)}; }

}  // namespace lutra::scalar

// The body of random_blocks.h, compiled once per instruction set: loops without branches, which compilers vectorise.

namespace lutra {
namespace LUTRA_NS {

// The builtin is an instruction in the targets that have it; std::fma might stay a call.
#if defined(__GNUC__) || defined(__clang__)
LUTRA_INLINE float fusedMultiplyAdd(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
LUTRA_INLINE double fusedMultiplyAdd(double a, double b, double c) { return __builtin_fma(a, b, c); }
#else
LUTRA_INLINE float fusedMultiplyAdd(float a, float b, float c) { return std::fma(a, b, c); }
LUTRA_INLINE double fusedMultiplyAdd(double a, double b, double c) { return std::fma(a, b, c); }
#endif

LUTRA_INLINE float bitsToFloat(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

LUTRA_INLINE uint32_t floatToBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// 24 bits as a uniform in [0, 1). Signed, because vector units convert signed integers.
LUTRA_INLINE float unitFromDraw(uint32_t draw) {
  return static_cast<float>(static_cast<int32_t>(draw & 0xffffffu)) * 0x1p-24f;
}

inline void uniformFloat(float* LUTRA_RESTRICT out, const uint32_t* LUTRA_RESTRICT draws, int64_t n, float from,
                         float to) {
  const float span = to - from;
  for (int64_t i = 0; i < n; i++) {
    const float value = fusedMultiplyAdd(unitFromDraw(draws[i]), span, from);
    out[i] = value == to ? from : value;
  }
}

inline void uniformDouble(double* LUTRA_RESTRICT out, const uint32_t* LUTRA_RESTRICT draws, int64_t n, double from,
                          double to) {
  const double span = to - from;
  for (int64_t i = 0; i < n; i++) {
    const uint64_t bits = static_cast<uint64_t>(draws[2 * i] & 0x1fffffu) << 32 | draws[2 * i + 1];
    const double unit = static_cast<double>(static_cast<int64_t>(bits)) * 0x1p-53;
    const double value = fusedMultiplyAdd(unit, span, from);
    out[i] = value == to ? from : value;
  }
}

// ln(x) for 2^-24 ≤ x ≤ 1: Cephes' logf. x = m·2^e with m in [√½, √2); ln m from a polynomial in m − 1; e·ln 2 is added
// in two parts.
LUTRA_INLINE float logOfUnit(float x) {
  const uint32_t bits = floatToBits(x);
  const uint32_t half = (bits & 0x007fffffu) | 0x3f000000u;              // m or m/2, in [½, 1)
  const int32_t low = static_cast<int32_t>(half) < 0x3f3504f3 ? -1 : 0;  // below √½: a mask, so that nothing branches
  const float e = static_cast<float>(static_cast<int32_t>(bits >> 23) - 126 + low);
  const float f = (bitsToFloat(half) - 1.0f) + bitsToFloat(half & static_cast<uint32_t>(low));
  const float square = f * f;
  float p = 7.0376836292e-2f;
  p = fusedMultiplyAdd(p, f, -1.1514610310e-1f);
  p = fusedMultiplyAdd(p, f, 1.1676998740e-1f);
  p = fusedMultiplyAdd(p, f, -1.2420140846e-1f);
  p = fusedMultiplyAdd(p, f, 1.4249322787e-1f);
  p = fusedMultiplyAdd(p, f, -1.6668057665e-1f);
  p = fusedMultiplyAdd(p, f, 2.0000714765e-1f);
  p = fusedMultiplyAdd(p, f, -2.4999993993e-1f);
  p = fusedMultiplyAdd(p, f, 3.3333331174e-1f);
  p = fusedMultiplyAdd(p * f, square, e * -2.12194440e-4f);
  p = fusedMultiplyAdd(-square, 0.5f, p);
  return fusedMultiplyAdd(e, 0.693359375f, f + p);
}

// Sine and cosine for 0 ≤ x < 2π: Cephes' sinf and cosf. x is reduced to [−π/4, π/4] by subtracting octant·π/4 in three
// parts; each octant pair takes one polynomial for the sine and the other for the cosine.
LUTRA_INLINE void sineCosine(float x, float* sine, float* cosine) {
  const int32_t octant = (static_cast<int32_t>(x * 1.27323954473516f) + 1) & ~1;
  const float y = static_cast<float>(octant);
  float r = fusedMultiplyAdd(y, -0.78515625f, x);
  r = fusedMultiplyAdd(y, -2.4187564849853515625e-4f, r);
  r = fusedMultiplyAdd(y, -3.77489497744594108e-8f, r);
  const float square = r * r;

  float c = 2.443315711809948e-5f;
  c = fusedMultiplyAdd(c, square, -1.388731625493765e-3f);
  c = fusedMultiplyAdd(c, square, 4.166664568298827e-2f);
  c = fusedMultiplyAdd(c * square, square, -(square * 0.5f)) + 1.0f;

  float s = -1.9515295891e-4f;
  s = fusedMultiplyAdd(s, square, 8.3321608736e-3f);
  s = fusedMultiplyAdd(s, square, -1.6666654611e-1f);
  s = fusedMultiplyAdd(s * square, r, r);

  const bool swap = (octant & 2) != 0;
  const uint32_t sineSign = static_cast<uint32_t>(octant & 4) << 29;
  const uint32_t cosineSign = static_cast<uint32_t>(~(octant - 2) & 4) << 29;
  *sine = bitsToFloat(floatToBits(swap ? c : s) ^ sineSign);
  *cosine = bitsToFloat(floatToBits(swap ? s : c) ^ cosineSign);
}

// Blocks are taken a tile at a time, sorted into radii and angles, and the formula a step at a time: each step is a
// loop that vectorises. Lanes beyond the last block are computed along and never used.
inline void normalFloat(float* LUTRA_RESTRICT out, const uint32_t* LUTRA_RESTRICT draws, int64_t n, float mean,
                        float std) {
  constexpr int kHalf = 8;
  constexpr int kPairs = 16 * kHalf;
  uint32_t radiusDraw[kPairs] = {}, angleDraw[kPairs] = {};
  float radius[kPairs], sine[kPairs], cosine[kPairs];
  for (int64_t tile = 0; tile < n; tile += 2 * kPairs) {
    const int pairs = static_cast<int>(std::min<int64_t>(kPairs, (n - tile) / 2));
    for (int pair = 0; pair < pairs; pair += kHalf) {
      std::memcpy(radiusDraw + pair, draws + tile + 2 * pair, kHalf * sizeof(uint32_t));
      std::memcpy(angleDraw + pair, draws + tile + 2 * pair + kHalf, kHalf * sizeof(uint32_t));
    }
    for (int i = 0; i < kPairs; i++) radius[i] = -2.0f * logOfUnit(1.0f - unitFromDraw(radiusDraw[i]));
    for (int i = 0; i < kPairs; i += Vec<float>::W) sqrt(Vec<float>::load(radius + i)).store(radius + i);
    for (int i = 0; i < kPairs; i++) sineCosine(6.283185307179586f * unitFromDraw(angleDraw[i]), &sine[i], &cosine[i]);
    for (int i = 0; i < kPairs; i++) {
      cosine[i] = fusedMultiplyAdd(radius[i] * cosine[i], std, mean);
      sine[i] = fusedMultiplyAdd(radius[i] * sine[i], std, mean);
    }
    for (int pair = 0; pair < pairs; pair += kHalf) {
      std::memcpy(out + tile + 2 * pair, cosine + pair, kHalf * sizeof(float));
      std::memcpy(out + tile + 2 * pair + kHalf, sine + pair, kHalf * sizeof(float));
    }
  }
}

// The comparison of 53-bit integers in 32-bit halves, which every vector unit can compare.
template <class T>
inline void bernoulli(T* LUTRA_RESTRICT out, const uint32_t* LUTRA_RESTRICT draws, int64_t n, uint64_t threshold) {
  const int32_t highLimit = static_cast<int32_t>(threshold >> 32);
  const uint32_t lowLimit = static_cast<uint32_t>(threshold);
  for (int64_t i = 0; i < n; i++) {
    const int32_t high = static_cast<int32_t>(draws[2 * i] & 0x1fffffu);
    const uint32_t low = draws[2 * i + 1];
    const bool below = (high < highLimit) | ((high == highLimit) & (low < lowLimit));
    out[i] = static_cast<T>(below ? 1 : 0);
  }
}

}  // namespace LUTRA_NS
}  // namespace lutra

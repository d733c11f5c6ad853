// AVX2 + FMA: 8 floats or 4 doubles. See vec_scalar.h for what each function means.
namespace lutra::avx2 {

template <class T>
struct Vec;

alignas(32) inline constexpr int32_t kTail32[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
alignas(32) inline constexpr int64_t kTail64[8] = {-1, -1, -1, -1, 0, 0, 0, 0};

template <>
struct Vec<float> {
  static constexpr int W = 8;
  using Mask = __m256;
  __m256 v;

  static LUTRA_INLINE __m256i tail(int n) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kTail32 + 8 - n));
  }
  static LUTRA_INLINE Vec zero() { return {_mm256_setzero_ps()}; }
  static LUTRA_INLINE Vec set1(float x) { return {_mm256_set1_ps(x)}; }
  static LUTRA_INLINE Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static LUTRA_INLINE Vec loadN(const float* p, int n) { return {_mm256_maskload_ps(p, tail(n))}; }
  LUTRA_INLINE void store(float* p) const { _mm256_storeu_ps(p, v); }
  // Halves and halves of those: AMD's masked stores take as long as ten of these.
  LUTRA_INLINE void storeN(float* p, int n) const {
    if (n >= 8) return store(p);
    __m128 rest = _mm256_castps256_ps128(v);
    if (n >= 4) {
      _mm_storeu_ps(p, rest);
      rest = _mm256_extractf128_ps(v, 1);
      p += 4;
      n -= 4;
    }
    if (n >= 2) {
      _mm_storel_pi(reinterpret_cast<__m64*>(p), rest);
      rest = _mm_movehl_ps(rest, rest);
      p += 2;
      n -= 2;
    }
    if (n > 0) _mm_store_ss(p, rest);
  }
  // Around the cache; p must be aligned to 32 bytes.
  LUTRA_INLINE void stream(float* p) const { _mm256_stream_ps(p, v); }
};

template <>
struct Vec<double> {
  static constexpr int W = 4;
  using Mask = __m256d;
  __m256d v;

  static LUTRA_INLINE __m256i tail(int n) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kTail64 + 4 - n));
  }
  static LUTRA_INLINE Vec zero() { return {_mm256_setzero_pd()}; }
  static LUTRA_INLINE Vec set1(double x) { return {_mm256_set1_pd(x)}; }
  static LUTRA_INLINE Vec load(const double* p) { return {_mm256_loadu_pd(p)}; }
  static LUTRA_INLINE Vec loadN(const double* p, int n) { return {_mm256_maskload_pd(p, tail(n))}; }
  LUTRA_INLINE void store(double* p) const { _mm256_storeu_pd(p, v); }
  LUTRA_INLINE void storeN(double* p, int n) const {
    if (n >= 4) return store(p);
    __m128d rest = _mm256_castpd256_pd128(v);
    if (n >= 2) {
      _mm_storeu_pd(p, rest);
      rest = _mm256_extractf128_pd(v, 1);
      p += 2;
      n -= 2;
    }
    if (n > 0) _mm_store_sd(p, rest);
  }
  LUTRA_INLINE void stream(double* p) const { _mm256_stream_pd(p, v); }
};

using F = Vec<float>;
using D = Vec<double>;

LUTRA_INLINE F operator+(F a, F b) { return {_mm256_add_ps(a.v, b.v)}; }
LUTRA_INLINE D operator+(D a, D b) { return {_mm256_add_pd(a.v, b.v)}; }
LUTRA_INLINE F operator-(F a, F b) { return {_mm256_sub_ps(a.v, b.v)}; }
LUTRA_INLINE D operator-(D a, D b) { return {_mm256_sub_pd(a.v, b.v)}; }
LUTRA_INLINE F operator*(F a, F b) { return {_mm256_mul_ps(a.v, b.v)}; }
LUTRA_INLINE D operator*(D a, D b) { return {_mm256_mul_pd(a.v, b.v)}; }
LUTRA_INLINE F operator/(F a, F b) { return {_mm256_div_ps(a.v, b.v)}; }
LUTRA_INLINE D operator/(D a, D b) { return {_mm256_div_pd(a.v, b.v)}; }
LUTRA_INLINE F fma(F a, F b, F c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
LUTRA_INLINE D fma(D a, D b, D c) { return {_mm256_fmadd_pd(a.v, b.v, c.v)}; }
LUTRA_INLINE F fnma(F a, F b, F c) { return {_mm256_fnmadd_ps(a.v, b.v, c.v)}; }
LUTRA_INLINE D fnma(D a, D b, D c) { return {_mm256_fnmadd_pd(a.v, b.v, c.v)}; }
LUTRA_INLINE F min(F a, F b) { return {_mm256_min_ps(a.v, b.v)}; }
LUTRA_INLINE D min(D a, D b) { return {_mm256_min_pd(a.v, b.v)}; }
LUTRA_INLINE F max(F a, F b) { return {_mm256_max_ps(a.v, b.v)}; }
LUTRA_INLINE D max(D a, D b) { return {_mm256_max_pd(a.v, b.v)}; }
LUTRA_INLINE F sqrt(F a) { return {_mm256_sqrt_ps(a.v)}; }
LUTRA_INLINE D sqrt(D a) { return {_mm256_sqrt_pd(a.v)}; }
LUTRA_INLINE F abs(F a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
LUTRA_INLINE D abs(D a) { return {_mm256_andnot_pd(_mm256_set1_pd(-0.0), a.v)}; }
LUTRA_INLINE F neg(F a) { return {_mm256_xor_ps(_mm256_set1_ps(-0.0f), a.v)}; }
LUTRA_INLINE D neg(D a) { return {_mm256_xor_pd(_mm256_set1_pd(-0.0), a.v)}; }
LUTRA_INLINE F copysign(F a, F b) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  return {_mm256_or_ps(_mm256_andnot_ps(sign, a.v), _mm256_and_ps(sign, b.v))};
}
LUTRA_INLINE D copysign(D a, D b) {
  const __m256d sign = _mm256_set1_pd(-0.0);
  return {_mm256_or_pd(_mm256_andnot_pd(sign, a.v), _mm256_and_pd(sign, b.v))};
}
LUTRA_INLINE F round(F a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
LUTRA_INLINE D round(D a) { return {_mm256_round_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
LUTRA_INLINE __m256 lt(F a, F b) { return _mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ); }
LUTRA_INLINE __m256d lt(D a, D b) { return _mm256_cmp_pd(a.v, b.v, _CMP_LT_OQ); }
LUTRA_INLINE __m256 le(F a, F b) { return _mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ); }
LUTRA_INLINE __m256d le(D a, D b) { return _mm256_cmp_pd(a.v, b.v, _CMP_LE_OQ); }
LUTRA_INLINE __m256 eq(F a, F b) { return _mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ); }
LUTRA_INLINE __m256d eq(D a, D b) { return _mm256_cmp_pd(a.v, b.v, _CMP_EQ_OQ); }
LUTRA_INLINE __m256 isNan(F a) { return _mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q); }
LUTRA_INLINE __m256d isNan(D a) { return _mm256_cmp_pd(a.v, a.v, _CMP_UNORD_Q); }
LUTRA_INLINE F select(__m256 m, F a, F b) { return {_mm256_blendv_ps(b.v, a.v, m)}; }
LUTRA_INLINE D select(__m256d m, D a, D b) { return {_mm256_blendv_pd(b.v, a.v, m)}; }
LUTRA_INLINE __m256 maskAnd(__m256 a, __m256 b) { return _mm256_and_ps(a, b); }
LUTRA_INLINE __m256d maskAnd(__m256d a, __m256d b) { return _mm256_and_pd(a, b); }
LUTRA_INLINE __m256 maskOr(__m256 a, __m256 b) { return _mm256_or_ps(a, b); }
LUTRA_INLINE __m256d maskOr(__m256d a, __m256d b) { return _mm256_or_pd(a, b); }
LUTRA_INLINE bool any(__m256 m) { return _mm256_movemask_ps(m) != 0; }
LUTRA_INLINE bool any(__m256d m) { return _mm256_movemask_pd(m) != 0; }
LUTRA_INLINE float sum(F a) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
}
LUTRA_INLINE double sum(D a) {
  const __m128d s = _mm_add_pd(_mm256_castpd256_pd128(a.v), _mm256_extractf128_pd(a.v, 1));
  return _mm_cvtsd_f64(_mm_add_sd(s, _mm_unpackhi_pd(s, s)));
}
LUTRA_INLINE float maxLane(F a) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_shuffle_ps(s, s, 1)));
}
LUTRA_INLINE double maxLane(D a) {
  const __m128d s = _mm_max_pd(_mm256_castpd256_pd128(a.v), _mm256_extractf128_pd(a.v, 1));
  return _mm_cvtsd_f64(_mm_max_sd(s, _mm_unpackhi_pd(s, s)));
}
// Adding 1.5 * 2^23 (or 2^52) leaves an integral value in the low bits of the mantissa.
LUTRA_INLINE __m256i integralBits(F n, float bias) {
  return _mm256_castps_si256(_mm256_add_ps(n.v, _mm256_set1_ps(12582912.0f + bias)));
}
LUTRA_INLINE __m256i integralBits(D n, double bias) {
  return _mm256_castpd_si256(_mm256_add_pd(n.v, _mm256_set1_pd(6755399441055744.0 + bias)));
}
LUTRA_INLINE F pow2(F n) { return {_mm256_castsi256_ps(_mm256_slli_epi32(integralBits(n, 127.0f), 23))}; }
LUTRA_INLINE D pow2(D n) { return {_mm256_castsi256_pd(_mm256_slli_epi64(integralBits(n, 1023.0), 52))}; }
// In two steps, so that both factors are normal numbers when the result is subnormal or near overflow.
LUTRA_INLINE F timesPow2(F x, F n) {
  const __m256i bits = integralBits(n, 254.0f);
  const __m256i half = _mm256_srli_epi32(bits, 1);
  const F first = {_mm256_castsi256_ps(_mm256_slli_epi32(half, 23))};
  const F second = {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_sub_epi32(bits, half), 23))};
  return x * first * second;
}
LUTRA_INLINE D timesPow2(D x, D n) {
  const __m256i bits = integralBits(n, 2046.0);
  const __m256i half = _mm256_srli_epi64(bits, 1);
  const D first = {_mm256_castsi256_pd(_mm256_slli_epi64(half, 52))};
  const D second = {_mm256_castsi256_pd(_mm256_slli_epi64(_mm256_sub_epi64(bits, half), 52))};
  return x * first * second;
}
LUTRA_INLINE F splitExponent(F x, F& e) {
  const __m256i bits = _mm256_castps_si256(x.v);
  e.v = _mm256_cvtepi32_ps(_mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(127)));
  const __m256i mantissa = _mm256_and_si256(bits, _mm256_set1_epi32(0x007fffff));
  return {_mm256_castsi256_ps(_mm256_or_si256(mantissa, _mm256_set1_epi32(0x3f800000)))};
}
LUTRA_INLINE D splitExponent(D x, D& e) {
  const __m256i bits = _mm256_castpd_si256(x.v);
  const __m256i magic = _mm256_castpd_si256(_mm256_set1_pd(4503599627370496.0));
  const __m256i biased = _mm256_or_si256(_mm256_srli_epi64(bits, 52), magic);
  e.v = _mm256_sub_pd(_mm256_castsi256_pd(biased), _mm256_set1_pd(4503599627370496.0 + 1023.0));
  const __m256i mantissa = _mm256_and_si256(bits, _mm256_set1_epi64x(0x000fffffffffffff));
  return {_mm256_castsi256_pd(_mm256_or_si256(mantissa, _mm256_set1_epi64x(0x3ff0000000000000)))};
}
LUTRA_INLINE void transpose(F (&r)[8]) {
  __m256 pairs[8], quads[8];
  for (int i = 0; i < 8; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(r[i].v, r[i + 1].v);
    pairs[i + 1] = _mm256_unpackhi_ps(r[i].v, r[i + 1].v);
  }
  for (int i = 0; i < 8; i += 4) {
    quads[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    quads[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    quads[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    quads[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
  for (int i = 0; i < 4; ++i) {
    r[i].v = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20);
    r[i + 4].v = _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31);
  }
}
LUTRA_INLINE void transpose(D (&r)[4]) {
  const __m256d a = _mm256_unpacklo_pd(r[0].v, r[1].v);
  const __m256d b = _mm256_unpackhi_pd(r[0].v, r[1].v);
  const __m256d c = _mm256_unpacklo_pd(r[2].v, r[3].v);
  const __m256d d = _mm256_unpackhi_pd(r[2].v, r[3].v);
  r[0].v = _mm256_permute2f128_pd(a, c, 0x20);
  r[1].v = _mm256_permute2f128_pd(b, d, 0x20);
  r[2].v = _mm256_permute2f128_pd(a, c, 0x31);
  r[3].v = _mm256_permute2f128_pd(b, d, 0x31);
}

LUTRA_INLINE F loadFloat16(const uint16_t* p) {
  return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
LUTRA_INLINE F loadBFloat16(const uint16_t* p) {
  const __m256i bits = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(bits, 16))};
}
LUTRA_INLINE F loadInt8(const int8_t* p) {
  return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))))};
}

}  // namespace lutra::avx2

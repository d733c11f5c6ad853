// AVX-512 (F, DQ, BW, VL): 16 floats or 8 doubles. See vec_scalar.h for what each function means.
namespace lutra::avx512 {

template <class T>
struct Vec;

template <>
struct Vec<float> {
  static constexpr int W = 16;
  using Mask = __mmask16;
  __m512 v;

  static LUTRA_INLINE __mmask16 tail(int n) { return static_cast<__mmask16>((1u << n) - 1u); }
  static LUTRA_INLINE Vec zero() { return {_mm512_setzero_ps()}; }
  static LUTRA_INLINE Vec set1(float x) { return {_mm512_set1_ps(x)}; }
  static LUTRA_INLINE Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static LUTRA_INLINE Vec loadN(const float* p, int n) { return {_mm512_maskz_loadu_ps(tail(n), p)}; }
  LUTRA_INLINE void store(float* p) const { _mm512_storeu_ps(p, v); }
  LUTRA_INLINE void storeN(float* p, int n) const { _mm512_mask_storeu_ps(p, tail(n), v); }
  // Around the cache; p must be aligned to 64 bytes.
  LUTRA_INLINE void stream(float* p) const { _mm512_stream_ps(p, v); }
};

template <>
struct Vec<double> {
  static constexpr int W = 8;
  using Mask = __mmask8;
  __m512d v;

  static LUTRA_INLINE __mmask8 tail(int n) { return static_cast<__mmask8>((1u << n) - 1u); }
  static LUTRA_INLINE Vec zero() { return {_mm512_setzero_pd()}; }
  static LUTRA_INLINE Vec set1(double x) { return {_mm512_set1_pd(x)}; }
  static LUTRA_INLINE Vec load(const double* p) { return {_mm512_loadu_pd(p)}; }
  static LUTRA_INLINE Vec loadN(const double* p, int n) { return {_mm512_maskz_loadu_pd(tail(n), p)}; }
  LUTRA_INLINE void store(double* p) const { _mm512_storeu_pd(p, v); }
  LUTRA_INLINE void storeN(double* p, int n) const { _mm512_mask_storeu_pd(p, tail(n), v); }
  LUTRA_INLINE void stream(double* p) const { _mm512_stream_pd(p, v); }
};

using F = Vec<float>;
using D = Vec<double>;

LUTRA_INLINE F operator+(F a, F b) { return {_mm512_add_ps(a.v, b.v)}; }
LUTRA_INLINE D operator+(D a, D b) { return {_mm512_add_pd(a.v, b.v)}; }
LUTRA_INLINE F operator-(F a, F b) { return {_mm512_sub_ps(a.v, b.v)}; }
LUTRA_INLINE D operator-(D a, D b) { return {_mm512_sub_pd(a.v, b.v)}; }
LUTRA_INLINE F operator*(F a, F b) { return {_mm512_mul_ps(a.v, b.v)}; }
LUTRA_INLINE D operator*(D a, D b) { return {_mm512_mul_pd(a.v, b.v)}; }
LUTRA_INLINE F operator/(F a, F b) { return {_mm512_div_ps(a.v, b.v)}; }
LUTRA_INLINE D operator/(D a, D b) { return {_mm512_div_pd(a.v, b.v)}; }
LUTRA_INLINE F fma(F a, F b, F c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
LUTRA_INLINE D fma(D a, D b, D c) { return {_mm512_fmadd_pd(a.v, b.v, c.v)}; }
LUTRA_INLINE F fnma(F a, F b, F c) { return {_mm512_fnmadd_ps(a.v, b.v, c.v)}; }
LUTRA_INLINE D fnma(D a, D b, D c) { return {_mm512_fnmadd_pd(a.v, b.v, c.v)}; }
LUTRA_INLINE F min(F a, F b) { return {_mm512_min_ps(a.v, b.v)}; }
LUTRA_INLINE D min(D a, D b) { return {_mm512_min_pd(a.v, b.v)}; }
LUTRA_INLINE F max(F a, F b) { return {_mm512_max_ps(a.v, b.v)}; }
LUTRA_INLINE D max(D a, D b) { return {_mm512_max_pd(a.v, b.v)}; }
LUTRA_INLINE F sqrt(F a) { return {_mm512_sqrt_ps(a.v)}; }
LUTRA_INLINE D sqrt(D a) { return {_mm512_sqrt_pd(a.v)}; }
LUTRA_INLINE F abs(F a) { return {_mm512_abs_ps(a.v)}; }
LUTRA_INLINE D abs(D a) { return {_mm512_abs_pd(a.v)}; }
LUTRA_INLINE F neg(F a) { return {_mm512_xor_ps(_mm512_set1_ps(-0.0f), a.v)}; }
LUTRA_INLINE D neg(D a) { return {_mm512_xor_pd(_mm512_set1_pd(-0.0), a.v)}; }
LUTRA_INLINE F copysign(F a, F b) {
  const __m512 sign = _mm512_set1_ps(-0.0f);
  return {_mm512_or_ps(_mm512_andnot_ps(sign, a.v), _mm512_and_ps(sign, b.v))};
}
LUTRA_INLINE D copysign(D a, D b) {
  const __m512d sign = _mm512_set1_pd(-0.0);
  return {_mm512_or_pd(_mm512_andnot_pd(sign, a.v), _mm512_and_pd(sign, b.v))};
}
LUTRA_INLINE F round(F a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
LUTRA_INLINE D round(D a) { return {_mm512_roundscale_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
LUTRA_INLINE __mmask16 lt(F a, F b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ); }
LUTRA_INLINE __mmask8 lt(D a, D b) { return _mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ); }
LUTRA_INLINE __mmask16 le(F a, F b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ); }
LUTRA_INLINE __mmask8 le(D a, D b) { return _mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ); }
LUTRA_INLINE __mmask16 eq(F a, F b) { return _mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ); }
LUTRA_INLINE __mmask8 eq(D a, D b) { return _mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ); }
LUTRA_INLINE __mmask16 isNan(F a) { return _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q); }
LUTRA_INLINE __mmask8 isNan(D a) { return _mm512_cmp_pd_mask(a.v, a.v, _CMP_UNORD_Q); }
LUTRA_INLINE F select(__mmask16 m, F a, F b) { return {_mm512_mask_blend_ps(m, b.v, a.v)}; }
LUTRA_INLINE D select(__mmask8 m, D a, D b) { return {_mm512_mask_blend_pd(m, b.v, a.v)}; }
LUTRA_INLINE __mmask16 maskAnd(__mmask16 a, __mmask16 b) { return static_cast<__mmask16>(a & b); }
LUTRA_INLINE __mmask8 maskAnd(__mmask8 a, __mmask8 b) { return static_cast<__mmask8>(a & b); }
LUTRA_INLINE __mmask16 maskOr(__mmask16 a, __mmask16 b) { return static_cast<__mmask16>(a | b); }
LUTRA_INLINE __mmask8 maskOr(__mmask8 a, __mmask8 b) { return static_cast<__mmask8>(a | b); }
LUTRA_INLINE bool any(__mmask16 m) { return m != 0; }
LUTRA_INLINE bool any(__mmask8 m) { return m != 0; }
LUTRA_INLINE float sum(F a) { return _mm512_reduce_add_ps(a.v); }
LUTRA_INLINE double sum(D a) { return _mm512_reduce_add_pd(a.v); }
LUTRA_INLINE float maxLane(F a) { return _mm512_reduce_max_ps(a.v); }
LUTRA_INLINE double maxLane(D a) { return _mm512_reduce_max_pd(a.v); }
LUTRA_INLINE F timesPow2(F x, F n) { return {_mm512_scalef_ps(x.v, n.v)}; }
LUTRA_INLINE D timesPow2(D x, D n) { return {_mm512_scalef_pd(x.v, n.v)}; }
// Adding 1.5 * 2^23 (or 2^52) leaves an integral value in the low bits of the mantissa.
LUTRA_INLINE F pow2(F n) {
  const __m512 magic = _mm512_add_ps(n.v, _mm512_set1_ps(12582912.0f + 127.0f));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(magic), 23))};
}
LUTRA_INLINE D pow2(D n) {
  const __m512d magic = _mm512_add_pd(n.v, _mm512_set1_pd(6755399441055744.0 + 1023.0));
  return {_mm512_castsi512_pd(_mm512_slli_epi64(_mm512_castpd_si512(magic), 52))};
}
LUTRA_INLINE F splitExponent(F x, F& e) {
  const __m512i bits = _mm512_castps_si512(x.v);
  e.v = _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_srli_epi32(bits, 23), _mm512_set1_epi32(127)));
  const __m512i mantissa = _mm512_and_si512(bits, _mm512_set1_epi32(0x007fffff));
  return {_mm512_castsi512_ps(_mm512_or_si512(mantissa, _mm512_set1_epi32(0x3f800000)))};
}
LUTRA_INLINE D splitExponent(D x, D& e) {
  const __m512i bits = _mm512_castpd_si512(x.v);
  e.v = _mm512_cvtepi64_pd(_mm512_sub_epi64(_mm512_srli_epi64(bits, 52), _mm512_set1_epi64(1023)));
  const __m512i mantissa = _mm512_and_si512(bits, _mm512_set1_epi64(0x000fffffffffffff));
  return {_mm512_castsi512_pd(_mm512_or_si512(mantissa, _mm512_set1_epi64(0x3ff0000000000000)))};
}
LUTRA_INLINE void transpose(F (&r)[16]) {
  __m512 a[16], b[16];
  for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_ps(r[i].v, r[i + 1].v);
    a[i + 1] = _mm512_unpackhi_ps(r[i].v, r[i + 1].v);
  }
  for (int i = 0; i < 16; i += 4) {
    b[i] = _mm512_shuffle_ps(a[i], a[i + 2], 0x44);
    b[i + 1] = _mm512_shuffle_ps(a[i], a[i + 2], 0xee);
    b[i + 2] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0x44);
    b[i + 3] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0xee);
  }
  for (int i = 0; i < 16; i += 8) {
    for (int j = i; j < i + 4; ++j) {
      a[j] = _mm512_shuffle_f32x4(b[j], b[j + 4], 0x88);
      a[j + 4] = _mm512_shuffle_f32x4(b[j], b[j + 4], 0xdd);
    }
  }
  for (int i = 0; i < 8; ++i) {
    r[i].v = _mm512_shuffle_f32x4(a[i], a[i + 8], 0x88);
    r[i + 8].v = _mm512_shuffle_f32x4(a[i], a[i + 8], 0xdd);
  }
}
LUTRA_INLINE void transpose(D (&r)[8]) {
  __m512d a[8], b[8];
  for (int i = 0; i < 8; i += 2) {
    a[i] = _mm512_unpacklo_pd(r[i].v, r[i + 1].v);
    a[i + 1] = _mm512_unpackhi_pd(r[i].v, r[i + 1].v);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int j = i; j < i + 2; ++j) {
      b[j] = _mm512_shuffle_f64x2(a[j], a[j + 2], 0x88);
      b[j + 2] = _mm512_shuffle_f64x2(a[j], a[j + 2], 0xdd);
    }
  }
  for (int i = 0; i < 4; ++i) {
    r[i].v = _mm512_shuffle_f64x2(b[i], b[i + 4], 0x88);
    r[i + 4].v = _mm512_shuffle_f64x2(b[i], b[i + 4], 0xdd);
  }
}

LUTRA_INLINE F loadFloat16(const uint16_t* p) {
  return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
}
LUTRA_INLINE F loadBFloat16(const uint16_t* p) {
  const __m512i bits = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 16))};
}
LUTRA_INLINE F loadInt8(const int8_t* p) {
  return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
}

}  // namespace lutra::avx512

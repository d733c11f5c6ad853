// NEON: 4 floats or 2 doubles. See vec_scalar.h for what each function means.
namespace lutra::neon {

template <class T>
struct Vec;

template <>
struct Vec<float> {
  static constexpr int W = 4;
  using Mask = uint32x4_t;
  float32x4_t v;

  static LUTRA_INLINE Vec zero() { return {vdupq_n_f32(0.0f)}; }
  static LUTRA_INLINE Vec set1(float x) { return {vdupq_n_f32(x)}; }
  static LUTRA_INLINE Vec load(const float* p) { return {vld1q_f32(p)}; }
  static LUTRA_INLINE Vec loadN(const float* p, int n) {
    float lanes[4] = {0, 0, 0, 0};
    for (int i = 0; i < n; ++i) lanes[i] = p[i];
    return load(lanes);
  }
  LUTRA_INLINE void store(float* p) const { vst1q_f32(p, v); }
  LUTRA_INLINE void storeN(float* p, int n) const {
    float lanes[4];
    store(lanes);
    for (int i = 0; i < n; ++i) p[i] = lanes[i];
  }
  LUTRA_INLINE void stream(float* p) const { store(p); }
};

template <>
struct Vec<double> {
  static constexpr int W = 2;
  using Mask = uint64x2_t;
  float64x2_t v;

  static LUTRA_INLINE Vec zero() { return {vdupq_n_f64(0.0)}; }
  static LUTRA_INLINE Vec set1(double x) { return {vdupq_n_f64(x)}; }
  static LUTRA_INLINE Vec load(const double* p) { return {vld1q_f64(p)}; }
  static LUTRA_INLINE Vec loadN(const double* p, int n) {
    double lanes[2] = {0, 0};
    for (int i = 0; i < n; ++i) lanes[i] = p[i];
    return load(lanes);
  }
  LUTRA_INLINE void store(double* p) const { vst1q_f64(p, v); }
  LUTRA_INLINE void storeN(double* p, int n) const {
    double lanes[2];
    store(lanes);
    for (int i = 0; i < n; ++i) p[i] = lanes[i];
  }
  LUTRA_INLINE void stream(double* p) const { store(p); }
};

using F = Vec<float>;
using D = Vec<double>;

LUTRA_INLINE F operator+(F a, F b) { return {vaddq_f32(a.v, b.v)}; }
LUTRA_INLINE D operator+(D a, D b) { return {vaddq_f64(a.v, b.v)}; }
LUTRA_INLINE F operator-(F a, F b) { return {vsubq_f32(a.v, b.v)}; }
LUTRA_INLINE D operator-(D a, D b) { return {vsubq_f64(a.v, b.v)}; }
LUTRA_INLINE F operator*(F a, F b) { return {vmulq_f32(a.v, b.v)}; }
LUTRA_INLINE D operator*(D a, D b) { return {vmulq_f64(a.v, b.v)}; }
LUTRA_INLINE F operator/(F a, F b) { return {vdivq_f32(a.v, b.v)}; }
LUTRA_INLINE D operator/(D a, D b) { return {vdivq_f64(a.v, b.v)}; }
LUTRA_INLINE F fma(F a, F b, F c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
LUTRA_INLINE D fma(D a, D b, D c) { return {vfmaq_f64(c.v, a.v, b.v)}; }
LUTRA_INLINE F fnma(F a, F b, F c) { return {vfmsq_f32(c.v, a.v, b.v)}; }
LUTRA_INLINE D fnma(D a, D b, D c) { return {vfmsq_f64(c.v, a.v, b.v)}; }
LUTRA_INLINE uint32x4_t lt(F a, F b) { return vcltq_f32(a.v, b.v); }
LUTRA_INLINE uint64x2_t lt(D a, D b) { return vcltq_f64(a.v, b.v); }
LUTRA_INLINE uint32x4_t le(F a, F b) { return vcleq_f32(a.v, b.v); }
LUTRA_INLINE uint64x2_t le(D a, D b) { return vcleq_f64(a.v, b.v); }
LUTRA_INLINE uint32x4_t eq(F a, F b) { return vceqq_f32(a.v, b.v); }
LUTRA_INLINE uint64x2_t eq(D a, D b) { return vceqq_f64(a.v, b.v); }
LUTRA_INLINE uint32x4_t isNan(F a) { return vmvnq_u32(vceqq_f32(a.v, a.v)); }
LUTRA_INLINE uint64x2_t isNan(D a) {
  return vreinterpretq_u64_u32(vmvnq_u32(vreinterpretq_u32_u64(vceqq_f64(a.v, a.v))));
}
LUTRA_INLINE F select(uint32x4_t m, F a, F b) { return {vbslq_f32(m, a.v, b.v)}; }
LUTRA_INLINE D select(uint64x2_t m, D a, D b) { return {vbslq_f64(m, a.v, b.v)}; }
LUTRA_INLINE uint32x4_t maskAnd(uint32x4_t a, uint32x4_t b) { return vandq_u32(a, b); }
LUTRA_INLINE uint64x2_t maskAnd(uint64x2_t a, uint64x2_t b) { return vandq_u64(a, b); }
LUTRA_INLINE uint32x4_t maskOr(uint32x4_t a, uint32x4_t b) { return vorrq_u32(a, b); }
LUTRA_INLINE uint64x2_t maskOr(uint64x2_t a, uint64x2_t b) { return vorrq_u64(a, b); }
LUTRA_INLINE bool any(uint32x4_t m) { return vmaxvq_u32(m) != 0; }
LUTRA_INLINE bool any(uint64x2_t m) { return any(vreinterpretq_u32_u64(m)); }
// Compare and select rather than vmin/vmax, whose NaN rule differs from x86's.
LUTRA_INLINE F min(F a, F b) { return select(lt(a, b), a, b); }
LUTRA_INLINE D min(D a, D b) { return select(lt(a, b), a, b); }
LUTRA_INLINE F max(F a, F b) { return select(lt(b, a), a, b); }
LUTRA_INLINE D max(D a, D b) { return select(lt(b, a), a, b); }
LUTRA_INLINE F sqrt(F a) { return {vsqrtq_f32(a.v)}; }
LUTRA_INLINE D sqrt(D a) { return {vsqrtq_f64(a.v)}; }
LUTRA_INLINE F abs(F a) { return {vabsq_f32(a.v)}; }
LUTRA_INLINE D abs(D a) { return {vabsq_f64(a.v)}; }
LUTRA_INLINE F neg(F a) { return {vnegq_f32(a.v)}; }
LUTRA_INLINE D neg(D a) { return {vnegq_f64(a.v)}; }
LUTRA_INLINE F copysign(F a, F b) { return {vbslq_f32(vdupq_n_u32(0x80000000u), b.v, a.v)}; }
LUTRA_INLINE D copysign(D a, D b) { return {vbslq_f64(vdupq_n_u64(0x8000000000000000ull), b.v, a.v)}; }
LUTRA_INLINE F round(F a) { return {vrndnq_f32(a.v)}; }
LUTRA_INLINE D round(D a) { return {vrndnq_f64(a.v)}; }
LUTRA_INLINE float sum(F a) { return vaddvq_f32(a.v); }
LUTRA_INLINE double sum(D a) { return vaddvq_f64(a.v); }
LUTRA_INLINE float maxLane(F a) { return vmaxvq_f32(a.v); }
LUTRA_INLINE double maxLane(D a) { return vmaxvq_f64(a.v); }
LUTRA_INLINE F pow2(F n) {
  return {vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtnq_s32_f32(n.v), vdupq_n_s32(127)), 23))};
}
LUTRA_INLINE D pow2(D n) {
  return {vreinterpretq_f64_s64(vshlq_n_s64(vaddq_s64(vcvtnq_s64_f64(n.v), vdupq_n_s64(1023)), 52))};
}
// In two steps, so that both factors are normal numbers when the result is subnormal or near overflow.
template <class V>
LUTRA_INLINE V timesPow2(V x, V n) {
  const V half = round(n * V::set1(0.5f));
  return x * pow2(half) * pow2(n - half);
}
LUTRA_INLINE F splitExponent(F x, F& e) {
  const uint32x4_t bits = vreinterpretq_u32_f32(x.v);
  e.v = vcvtq_f32_s32(vsubq_s32(vreinterpretq_s32_u32(vshrq_n_u32(bits, 23)), vdupq_n_s32(127)));
  const uint32x4_t mantissa = vandq_u32(bits, vdupq_n_u32(0x007fffffu));
  return {vreinterpretq_f32_u32(vorrq_u32(mantissa, vdupq_n_u32(0x3f800000u)))};
}
LUTRA_INLINE D splitExponent(D x, D& e) {
  const uint64x2_t bits = vreinterpretq_u64_f64(x.v);
  e.v = vcvtq_f64_s64(vsubq_s64(vreinterpretq_s64_u64(vshrq_n_u64(bits, 52)), vdupq_n_s64(1023)));
  const uint64x2_t mantissa = vandq_u64(bits, vdupq_n_u64(0x000fffffffffffffull));
  return {vreinterpretq_f64_u64(vorrq_u64(mantissa, vdupq_n_u64(0x3ff0000000000000ull)))};
}
LUTRA_INLINE void transpose(F (&r)[4]) {
  const float64x2_t a = vreinterpretq_f64_f32(vtrn1q_f32(r[0].v, r[1].v));
  const float64x2_t b = vreinterpretq_f64_f32(vtrn2q_f32(r[0].v, r[1].v));
  const float64x2_t c = vreinterpretq_f64_f32(vtrn1q_f32(r[2].v, r[3].v));
  const float64x2_t d = vreinterpretq_f64_f32(vtrn2q_f32(r[2].v, r[3].v));
  r[0].v = vreinterpretq_f32_f64(vtrn1q_f64(a, c));
  r[1].v = vreinterpretq_f32_f64(vtrn1q_f64(b, d));
  r[2].v = vreinterpretq_f32_f64(vtrn2q_f64(a, c));
  r[3].v = vreinterpretq_f32_f64(vtrn2q_f64(b, d));
}
LUTRA_INLINE void transpose(D (&r)[2]) {
  const float64x2_t first = vtrn1q_f64(r[0].v, r[1].v);
  r[1].v = vtrn2q_f64(r[0].v, r[1].v);
  r[0].v = first;
}

LUTRA_INLINE F loadFloat16(const uint16_t* p) { return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)))}; }
LUTRA_INLINE F loadBFloat16(const uint16_t* p) { return {vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16))}; }
LUTRA_INLINE F loadInt8(const int8_t* p) {
  int32_t four;
  std::memcpy(&four, p, 4);
  const int8x8_t bytes = vreinterpret_s8_s32(vdup_n_s32(four));
  return {vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(bytes))))};
}

}  // namespace lutra::neon

// The angle of a point: for floats by a polynomial, for doubles by libm.
namespace lutra::LUTRA_NS {

// The quotient of the smaller size by the larger one lies in [0, 1]; above tan(π/8) it is turned by π/4, so that the
// polynomial of S. L. Moshier's Cephes (atanf) holds. What is infinite, or 0 twice, goes to libm.
LUTRA_INLINE Vec<float> atan2Float(Vec<float> y, Vec<float> x) {
  using V = Vec<float>;
  const V zero = V::zero(), infinity = V::set1(std::numeric_limits<float>::infinity());
  const V high = abs(y), wide = abs(x);
  const V most = max(high, wide), least = min(high, wide);
  const auto turned = lt(most * V::set1(0.4142135623730950f), least);
  // Halves: a sum of two large numbers must not overflow.
  const V half = V::set1(0.5f);
  const V top = select(turned, least * half - most * half, least);
  const V bottom = select(turned, least * half + most * half, most);
  const V t = top / bottom, z = t * t;
  const V p = polynomial(z, -3.33329491539e-1, 1.99777106478e-1, -1.38776856032e-1, 8.05374449538e-2);
  V angle = fma(p * z, t, t) + select(turned, V::set1(0.78539816339744831f), zero);
  angle = select(lt(wide, high), V::set1(1.57079632679489662f) - angle, angle);
  angle = copysign(select(lt(x, zero), V::set1(3.14159265358979324f) - angle, angle), y);
  const auto ordinary = maskAnd(lt(zero, most), maskAnd(lt(high, infinity), lt(wide, infinity)));
  if (!any(eq(select(ordinary, zero, V::set1(1)), V::set1(1)))) return angle;
  return select(ordinary, angle, mapLanes(y, x, [](float a, float b) { return std::atan2(a, b); }));
}

template <class T>
LUTRA_INLINE Vec<T> atan2(Vec<T> y, Vec<T> x) {
  if constexpr (sizeof(T) == 8) {
    return mapLanes(y, x, [](T a, T b) { return std::atan2(a, b); });
  } else {
    return atan2Float(y, x);
  }
}

}  // namespace lutra::LUTRA_NS

// The logarithm of the gamma function's magnitude: in double for floats, whose digits it leaves enough of; by libm for
// doubles.
namespace lutra::LUTRA_NS {

// ln Γ(x) for x > 0, by Stirling's series from 12 on (Abramowitz and Stegun, 6.1.41), to where ln Γ(x + 12) leads
// otherwise: less the logarithm of x (x + 1) ... (x + 11).
LUTRA_INLINE Vec<double> lgammaPositive(Vec<double> x) {
  using V = Vec<double>;
  const V one = V::set1(1), far = V::set1(12);
  V product = x;
  for (int i = 1; i < 12; i++) product = product * (x + V::set1(i));
  const auto near = lt(x, far);
  const V at = select(near, x + far, x);
  product = select(near, product, one);
  const V z = one / (at * at);
  const V series = polynomial(z, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360);
  return (at - V::set1(0.5)) * log(at) - at + V::set1(0.91893853320467274178) + series / at - log(product);
}

LUTRA_INLINE Vec<double> lgammaOf(Vec<double> x) {
  using V = Vec<double>;
  const V zero = V::zero(), one = V::set1(1), infinity = V::set1(std::numeric_limits<double>::infinity());
  const auto reflected = le(x, zero);
  V y = lgammaPositive(select(reflected, one - x, x));
  if (any(reflected)) {
    // ln Γ(x) = ln(π / |sin πx|) - ln Γ(1 - x); infinite where x is whole.
    const V pi = V::set1(3.14159265358979323846);
    y = select(reflected, log(pi / abs(sin(pi * (x - floor(x))))) - y, y);
    y = select(maskAnd(reflected, eq(x, floor(x))), infinity, y);
  }
  y = select(eq(x, one), zero, select(eq(x, V::set1(2)), zero, y));
  return select(eq(abs(x), infinity), infinity, y);
}

template <class T>
LUTRA_INLINE Vec<T> lgamma(Vec<T> x) {
  if constexpr (sizeof(T) == 8) {
    return mapLanes(x, [](T a) {
#if defined(__GLIBC__)
      int sign;  // lgamma would write it to a variable that all threads share
      return ::lgamma_r(a, &sign);
#else
      return std::lgamma(a);
#endif
    });
  } else {
    using D = Vec<double>;
    constexpr int kLanes = Vec<T>::W < D::W ? D::W : Vec<T>::W;
    T lanes[Vec<T>::W];
    double wide[kLanes] = {};
    x.store(lanes);
    for (int i = 0; i < Vec<T>::W; ++i) wide[i] = static_cast<double>(lanes[i]);
    for (int i = 0; i < kLanes; i += D::W) lgammaOf(D::load(wide + i)).store(wide + i);
    for (int i = 0; i < Vec<T>::W; ++i) lanes[i] = static_cast<T>(wide[i]);
    return Vec<T>::load(lanes);
  }
}

}  // namespace lutra::LUTRA_NS

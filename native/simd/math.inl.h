// Elementary functions over Vec<T>, for T float and double; included for every target before the kernel's source.
//
// Largest errors seen by test/math_test.cc, in units in the last place of the exact result (float / double):
//   exp 1.1, expm1 1.5 / 2, log 0.9, log1p 0.9, tanh 2.9 / 2.6, sigmoid 2.3, gateSigmoid 2.4 / 2.0, erf 2.8 / 1.3,
//   logSigmoid 1.7,
// subnormal results included. Signed zeros, infinities and NaN follow C's libm. sin, cos and pow call libm lane by
// lane.
//
// Polynomials are minimax fits (Remez exchange in 60 digits) on the reduced ranges named beside them; range reductions
// follow P. T. P. Tang, "Table-driven implementation of the exponential / logarithm function" (ACM TOMS 1989, 1990).
namespace lutra::LUTRA_NS {

// c0 + c1 x + c2 x^2 + … by Horner's rule.
template <class T>
LUTRA_INLINE Vec<T> polynomial(Vec<T>, double c0) {
  return Vec<T>::set1(static_cast<T>(c0));
}
template <class T, class... C>
LUTRA_INLINE Vec<T> polynomial(Vec<T> x, double c0, C... rest) {
  return fma(polynomial(x, rest...), x, Vec<T>::set1(static_cast<T>(c0)));
}

// Applies a function of one lane to every lane.
template <class T, class Fn>
LUTRA_INLINE Vec<T> mapLanes(Vec<T> a, Fn fn) {
  T lanes[Vec<T>::W];
  a.store(lanes);
  for (int i = 0; i < Vec<T>::W; ++i) lanes[i] = fn(lanes[i]);
  return Vec<T>::load(lanes);
}
template <class T, class Fn>
LUTRA_INLINE Vec<T> mapLanes(Vec<T> a, Vec<T> b, Fn fn) {
  T lanes[Vec<T>::W], others[Vec<T>::W];
  a.store(lanes);
  b.store(others);
  for (int i = 0; i < Vec<T>::W; ++i) lanes[i] = fn(lanes[i], others[i]);
  return Vec<T>::load(lanes);
}

template <class T>
LUTRA_INLINE Vec<T> constant(double x) {
  return Vec<T>::set1(static_cast<T>(x));
}

// Larger and smaller of two, NaN when either is NaN (PyTorch's maximum and minimum).
template <class T>
LUTRA_INLINE Vec<T> maximum(Vec<T> a, Vec<T> b) {
  return select(isNan(a), a, max(a, b));
}
template <class T>
LUTRA_INLINE Vec<T> minimum(Vec<T> a, Vec<T> b) {
  return select(isNan(a), a, min(a, b));
}
// max(x, 0); NaN stays NaN.
template <class T>
LUTRA_INLINE Vec<T> relu(Vec<T> x) {
  return max(Vec<T>::zero(), x);
}

template <class T>
LUTRA_INLINE Vec<T> floor(Vec<T> x) {
  const Vec<T> r = round(x);
  return select(lt(x, r), r - constant<T>(1), r);
}
template <class T>
LUTRA_INLINE Vec<T> ceil(Vec<T> x) {
  const Vec<T> r = round(x);
  return copysign(select(lt(r, x), r + constant<T>(1), r), x);
}
template <class T>
LUTRA_INLINE Vec<T> trunc(Vec<T> x) {
  return copysign(floor(abs(x)), x);
}

// ln 2 in two parts; the first is short enough for exact products with any exponent.
template <class T>
struct Ln2 {
  static constexpr double hi = sizeof(T) == 4 ? 0.693145751953125 : 2977044471.0 / 4294967296.0;
  static constexpr double lo = sizeof(T) == 4 ? 1.42860682030941723212e-6 : 1.90821492927058770002e-10;
};

// x = n ln 2 + r with |r| <= ln 2 / 2; returns r.
template <class T>
LUTRA_INLINE Vec<T> reduceByLn2(Vec<T> x, Vec<T>& n) {
  n = round(x * constant<T>(1.44269504088896340736));
  const Vec<T> r = fnma(n, constant<T>(Ln2<T>::hi), x);
  return fnma(n, constant<T>(Ln2<T>::lo), r);
}

template <class T>
LUTRA_INLINE Vec<T> exp(Vec<T> x) {
  // Beyond these bounds the result is zero or infinite; min and max let NaN through as their second operand.
  const Vec<T> lowest = constant<T>(sizeof(T) == 4 ? -104.0 : -746.0);
  const Vec<T> highest = constant<T>(sizeof(T) == 4 ? 89.0 : 710.0);
  Vec<T> n;
  const Vec<T> r = reduceByLn2(max(lowest, min(highest, x)), n);
  Vec<T> q;  // (e^r - 1 - r) / r^2
  if constexpr (sizeof(T) == 4) {
    q = polynomial(r, 0.5000000095, 0.166665186, 0.04166620506, 0.008368917894, 0.001395054081);
  } else {
    q = polynomial(r, 0.500000000000001279, 0.166666666666666992, 0.0416666666665149309, 0.00833333333330712084,
                   0.00138888889471562235, 0.000198412699175665352, 0.0000248014897857291741, 2.75572161363202198e-6,
                   2.76313397365413029e-7, 2.51179135374574761e-8);
  }
  return timesPow2(fma(r * r, q, r) + constant<T>(1), n);
}

// e^r - 1 for |r| <= ln 2 / 2.
template <class T>
LUTRA_INLINE Vec<T> expm1Reduced(Vec<T> r) {
  Vec<T> q;
  if constexpr (sizeof(T) == 4) {
    q = polynomial(r, 0.5000000047, 0.1666666682, 0.04166635416, 0.008333272952, 0.001394105004, 0.0001991422932);
  } else {
    q = polynomial(r, 0.5, 0.166666666666666766, 0.0416666666666667015, 0.00833333333332157816, 0.0013888888888866766,
                   0.000198412698862666748, 0.0000248015873606988426, 2.75572440614506794e-6, 2.7557242637057223e-7,
                   2.51090905831637142e-8, 2.09244813984906177e-9);
  }
  return fma(r * r, q, r);
}

template <class T>
LUTRA_INLINE Vec<T> expm1(Vec<T> x) {
  const Vec<T> lowest = constant<T>(-45.0);
  const Vec<T> highest = constant<T>(sizeof(T) == 4 ? 89.0 : 710.0);
  Vec<T> n;
  const Vec<T> r = reduceByLn2(max(lowest, min(highest, x)), n);
  // 2^n (e^r - 1 + 1 - 2^-n); beyond n = 64 the last term no longer counts.
  const Vec<T> p = expm1Reduced(r) + (constant<T>(1) - pow2(neg(min(constant<T>(64), n))));
  const Vec<T> y = timesPow2(p, n);
  return select(eq(x, Vec<T>::zero()), x, y);  // keeps the sign of zero
}

// log(1 + f) + n ln 2 + c for 1 + f in [sqrt(1/2), sqrt(2)] and a small correction c.
// With s = f / (2 + f): log(1 + f) = 2s + s R(s^2) = f - f^2/2 + s (f^2/2 + R).
template <class T>
LUTRA_INLINE Vec<T> logReduced(Vec<T> f, Vec<T> n, Vec<T> c) {
  const Vec<T> s = f / (f + constant<T>(2));
  const Vec<T> z = s * s;
  Vec<T> g;
  if constexpr (sizeof(T) == 4) {
    g = polynomial(z, 0.6666666564, 0.4000033622, 0.2853723831, 0.2358356911);
  } else {
    g = polynomial(z, 0.66666666666667349, 0.399999999994110916, 0.285714287432628855, 0.222221984759616232,
                   0.181835697412464434, 0.153139032063049904, 0.147975081438882578);
  }
  const Vec<T> halfSquare = constant<T>(0.5) * f * f;
  const Vec<T> low = fma(s, fma(z, g, halfSquare), fma(n, constant<T>(Ln2<T>::lo), c));
  return n * constant<T>(Ln2<T>::hi) - ((halfSquare - low) - f);
}

// Splits positive normal x into m * 2^e with m in [sqrt(1/2), sqrt(2)).
template <class T>
LUTRA_INLINE Vec<T> splitAroundOne(Vec<T> x, Vec<T>& e) {
  const Vec<T> m = splitExponent(x, e);
  const auto upper = lt(constant<T>(1.41421356237309504880), m);
  e = select(upper, e + constant<T>(1), e);
  return select(upper, m * constant<T>(0.5), m);
}

template <class T>
LUTRA_INLINE Vec<T> log(Vec<T> x) {
  const Vec<T> zero = Vec<T>::zero();
  const auto subnormal = lt(x, Vec<T>::set1(std::numeric_limits<T>::min()));
  const double shift = sizeof(T) == 4 ? 25 : 54;
  const Vec<T> scaled = select(subnormal, x * constant<T>(sizeof(T) == 4 ? 33554432.0 : 18014398509481984.0), x);
  Vec<T> e;
  const Vec<T> m = splitAroundOne(scaled, e);
  e = e - select(subnormal, constant<T>(shift), zero);
  Vec<T> y = logReduced(m - constant<T>(1), e, zero);
  const Vec<T> infinity = Vec<T>::set1(std::numeric_limits<T>::infinity());
  y = select(eq(x, infinity), infinity, y);
  y = select(eq(x, zero), neg(infinity), y);
  y = select(lt(x, zero), Vec<T>::set1(std::numeric_limits<T>::quiet_NaN()), y);
  return select(isNan(x), x, y);
}

template <class T>
LUTRA_INLINE Vec<T> log1p(Vec<T> x) {
  const Vec<T> zero = Vec<T>::zero();
  const Vec<T> one = constant<T>(1);
  const Vec<T> u = one + x;
  Vec<T> e;
  const Vec<T> m = splitAroundOne(u, e);
  // What rounding 1 + x lost, relative to u.
  const Vec<T> lost = select(lt(one, x), one - (u - x), x - (u - one)) / u;
  const auto near = eq(e, zero);
  Vec<T> y = logReduced(select(near, x, m - one), e, select(near, zero, lost));
  const Vec<T> infinity = Vec<T>::set1(std::numeric_limits<T>::infinity());
  y = select(eq(x, infinity), infinity, y);
  y = select(eq(u, zero), neg(infinity), y);
  y = select(lt(x, constant<T>(-1)), Vec<T>::set1(std::numeric_limits<T>::quiet_NaN()), y);
  return select(maskOr(isNan(x), eq(x, zero)), x, y);
}

// t / (t + 2) with t = e^(2|x|) - 1: keeps relative accuracy near zero.
template <class T>
LUTRA_INLINE Vec<T> tanh(Vec<T> x) {
  const Vec<T> saturated = constant<T>(sizeof(T) == 4 ? 10.0 : 20.0);
  const Vec<T> a = min(saturated, abs(x));  // NaN passes through
  Vec<T> t;
  if constexpr (sizeof(T) == 4) {
    // 2|x| = n ln 2 + 2r; n is small enough for one product with ln 2.
    const Vec<T> n = round(a * constant<T>(2.88539008177792681472));
    const Vec<T> r = fnma(n, constant<T>(0.34657359027997265471), a);
    const Vec<T> q = polynomial(r, 2.0000000212683076, 1.999999924942406, 1.3333204924859288, 0.666674182937019,
                                0.2678104213257645, 0.08888877001526488);
    const Vec<T> scale = pow2(n);
    t = fma(r * q, scale, scale - constant<T>(1));
  } else {
    Vec<T> n;
    const Vec<T> r = reduceByLn2(a + a, n);
    const Vec<T> scale = pow2(n);
    t = fma(expm1Reduced(r), scale, scale - constant<T>(1));
  }
  return copysign(t / (t + constant<T>(2)), x);
}

// 1 / (1 + e^-x), computed from e^-|x| so that both tails keep relative accuracy.
template <class T>
LUTRA_INLINE Vec<T> sigmoid(Vec<T> x) {
  const Vec<T> one = constant<T>(1);
  const Vec<T> e = exp(neg(abs(x)));
  return select(lt(x, Vec<T>::zero()), e, one) / (one + e);
}

// sigmoid for the gates of recurrent layers, the short way: 1 / (1 + e^-x). A gate has no use for what lies below 4e-18
// (double: 5e-131): there it stays.
template <class T>
LUTRA_INLINE Vec<T> gateSigmoid(Vec<T> x) {
  const Vec<T> one = constant<T>(1), most = constant<T>(sizeof(T) == 4 ? 40.0 : 300.0);
  const Vec<T> a = max(neg(most), min(most, x));  // NaN passes through
  if constexpr (sizeof(T) == 4) {
    // -x = n ln 2 - r
    const Vec<T> n = round(a * constant<T>(-1.44269504088896340736));
    const Vec<T> r = fma(n, constant<T>(Ln2<T>::lo), fma(n, constant<T>(Ln2<T>::hi), a));
    const Vec<T> e = polynomial(r, 1, -1, 0.5000000095, -0.166665186, 0.04166620506, -0.008368917894, 0.001395054081);
    return one / fma(e, pow2(n), one);
  } else {
    return one / (one + exp(neg(a)));
  }
}

// log(sigmoid(x)) = min(x, 0) - log(1 + e^-|x|)
template <class T>
LUTRA_INLINE Vec<T> logSigmoid(Vec<T> x) {
  return min(Vec<T>::zero(), x) - log1p(exp(neg(abs(x))));
}

// erf in float: 1 - e^(-g), g = -log(erfc |x|) = |x| P(|x|), of which e^-g - 1 keeps the relative accuracy near zero. P
// is fitted with the relative error of erf as weight (4e-9).
template <class T>
LUTRA_INLINE Vec<T> erfFloat(Vec<T> x) {
  const Vec<T> a = min(constant<T>(4.0), abs(x));  // NaN passes through
  const Vec<T> p = polynomial(a, 1.128379171612286, 0.6366193819150943, 0.10277783079897007, -0.01915306446576019,
                              -0.00016039591394739674, 0.0016670280355976928, -0.000632837436532136,
                              0.00011764147325499851, -9.256288877593092e-06);
  Vec<T> n;
  const Vec<T> r = reduceByLn2(neg(a * p), n);
  const Vec<T> scale = pow2(n);
  return copysign(fnma(expm1Reduced(r), scale, constant<T>(1) - scale), x);
}

// erf in double. |x| < 1: x + x P(x^2). Beyond: 1 - e^(-x^2) Q(t), t = 1 / (1 + |x| / 2), Q fitted with the absolute
// error of erf as weight.
template <class T>
LUTRA_INLINE Vec<T> erfDouble(Vec<T> x) {
  const Vec<T> one = constant<T>(1);
  const Vec<T> a = min(constant<T>(6.0), abs(x));
  const Vec<T> z = a * a;
  const Vec<T> t = one / fma(a, constant<T>(0.5), one);
  const Vec<T> p =
      polynomial(z, 0.12837916709551257, -0.376126389031837476, 0.112837916709548575, -0.0268661706450728943,
                 0.00522397762478086084, -0.000854832697874185572, 0.000120553310368864824, -0.0000149255935065659377,
                 1.64609728117214388e-6, -1.63500251658134541e-7, 1.46578794587758024e-8, -1.13656644853357692e-9,
                 5.9452592746400797e-11);
  const Vec<T> q = polynomial(t, -3.13052738870994199e-6, 0.282188704944410437, 0.280816308917716261,
                              0.257311838488308166, 0.118592236260757999, 0.308995728185607459, -0.642465144889537622,
                              1.25957582324215444, -1.99540433603459875, 1.94294432097895149, -1.12600442200833825,
                              0.365241705346089241, -0.0517902311592545684);
  const Vec<T> tail = fnma(exp(neg(z)), q, one);
  return copysign(select(lt(a, one), fma(a, p, a), tail), x);
}

template <class T>
LUTRA_INLINE Vec<T> erf(Vec<T> x) {
  if constexpr (sizeof(T) == 4) {
    return erfFloat(x);
  } else {
    return erfDouble(x);
  }
}

// The normal distribution function, Phi(x). In float: Phi(-|x|) = 2^u with u = -1 + |x| P(|x|), P fitted so that the
// absolute error stays below 3e-9 and the relative one below 4e-5 as far as x = -6.5; P falls beyond, and where u is
// below -126 the result is 0.
template <class T>
LUTRA_INLINE Vec<T> normalCdf(Vec<T> x) {
  const Vec<T> one = constant<T>(1);
  if constexpr (sizeof(T) == 4) {
    const Vec<T> u =
        max(constant<T>(-127.0),  // NaN passes through
            polynomial(abs(x), -1.0, -1.1511044919632007, -0.4592185937138199, -0.052446298505942616,
                       0.006951504839961806, -1.9172626494625518e-06, -0.0002791056740889983, 7.617064390795023e-05,
                       -1.0851602806488513e-05, 8.379370460681916e-07, -2.7504360817451673e-08));
    const Vec<T> n = round(u);
    const Vec<T> fraction =
        polynomial(u - n, 1.0, 0.693147203, 0.240226479, 0.0555033247, 0.00961843736, 0.00133988746, 0.000153533621);
    const Vec<T> lower = fraction * pow2(n);
    return select(lt(x, Vec<T>::zero()), lower, one - lower);
  } else {
    return constant<T>(0.5) * (one + erf(x * constant<T>(0.70710678118654752440)));
  }
}

// sin (shift 0) or cos (shift 1), where |x| is small enough for the reduction: x = n pi/2 + r in three parts, exact
// with fused multiply-adds; the quadrant n + shift chooses between the polynomials and their signs.
template <class T>
LUTRA_INLINE Vec<T> sinReduced(Vec<T> x, double shift) {
  constexpr bool isFloat = sizeof(T) == 4;
  const Vec<T> one = constant<T>(1);
  const Vec<T> n = round(x * constant<T>(0.63661977236758134308));
  Vec<T> r = fnma(n, constant<T>(isFloat ? 1.5707963705062866 : 1.5707963267948966), x);
  r = fnma(n, constant<T>(isFloat ? -4.371138828673793e-08 : 6.123233995736766e-17), r);
  r = fnma(n, constant<T>(isFloat ? -1.7151245100058819e-15 : -1.4973849048591698e-33), r);
  const Vec<T> z = r * r;
  Vec<T> p, q;
  if constexpr (isFloat) {
    p = polynomial(z, -0.1666665491, 0.008332175846, -0.0001951697747);
    q = polynomial(z, 0.04166664681, -0.001388736449, 2.443809093e-5);
  } else {
    p = polynomial(z, -0.166666666666666319, 0.00833333333332236996, -0.000198412698297711548, 2.75573136786613238e-6,
                   -2.50507559606638843e-8, 1.58966664619966492e-10);
    q = polynomial(z, 0.0416666666666665992, -0.00138888888888740648, 0.0000248015872894434604, -2.75573143406539935e-7,
                   2.08757216230309908e-9, -1.13595592968201189e-11);
  }
  const Vec<T> sine = fma(r * z, p, r);
  const Vec<T> cosine = fma(z * z, q, fnma(z, constant<T>(0.5), one));
  const Vec<T> quadrant = n + constant<T>(shift);
  const Vec<T> phase = quadrant - constant<T>(4) * floor(quadrant * constant<T>(0.25));
  const auto odd = maskOr(eq(phase, one), eq(phase, constant<T>(3)));
  const Vec<T> y = select(odd, cosine, sine);
  return select(lt(phase, constant<T>(2)), y, neg(y));
}

// The baseline has no fused multiply-add, and a vector with a huge angle (or none) is rare: libm serves both.
template <class T>
LUTRA_INLINE bool angleIsLarge(Vec<T> x) {
  const auto small = lt(abs(x), constant<T>(sizeof(T) == 4 ? 1e4 : 1e5));
  return Vec<T>::W == 1 || any(eq(select(small, Vec<T>::zero(), constant<T>(1)), constant<T>(1)));
}
template <class T>
LUTRA_INLINE Vec<T> sin(Vec<T> x) {
  if (angleIsLarge(x)) return mapLanes(x, [](T lane) { return std::sin(lane); });
  return select(eq(x, Vec<T>::zero()), x, sinReduced(x, 0));
}
template <class T>
LUTRA_INLINE Vec<T> cos(Vec<T> x) {
  if (angleIsLarge(x)) return mapLanes(x, [](T lane) { return std::cos(lane); });
  return sinReduced(x, 1);
}

// e^(y log|x|) for finite y and finite x other than 0; the sign, or NaN, where x is negative.
template <class T>
LUTRA_INLINE Vec<T> powOrdinary(Vec<T> x, Vec<T> y) {
  const Vec<T> magnitude = exp(y * log(abs(x)));
  const Vec<T> half = y * constant<T>(0.5);
  const auto odd = lt(Vec<T>::zero(), abs(half - round(half)));
  const Vec<T> nan = Vec<T>::set1(std::numeric_limits<T>::quiet_NaN());
  const Vec<T> signedPower = select(eq(y, round(y)), select(odd, neg(magnitude), magnitude), nan);
  return select(lt(x, Vec<T>::zero()), signedPower, magnitude);
}

// Powers of floats are computed in double, where y log x keeps enough digits; those of doubles, and vectors with a
// special value in them, by libm.
template <class T>
LUTRA_INLINE Vec<T> pow(Vec<T> x, Vec<T> y) {
  const auto byLane = [](T a, T b) { return std::pow(a, b); };
  if constexpr (sizeof(T) == 8 || Vec<T>::W == 1) {
    return mapLanes(x, y, byLane);
  } else {
    const Vec<T> zero = Vec<T>::zero();
    const Vec<T> largest = Vec<T>::set1(std::numeric_limits<T>::max());
    const auto ordinary = maskAnd(maskAnd(lt(zero, abs(x)), le(abs(x), largest)), le(abs(y), largest));
    if (any(eq(select(ordinary, zero, constant<T>(1)), constant<T>(1)))) return mapLanes(x, y, byLane);
    using D = Vec<double>;
    T bases[Vec<T>::W], exponents[Vec<T>::W];
    double a[Vec<T>::W], b[Vec<T>::W];
    x.store(bases);
    y.store(exponents);
    for (int i = 0; i < Vec<T>::W; ++i) a[i] = bases[i], b[i] = exponents[i];
    for (int i = 0; i < Vec<T>::W; i += D::W) powOrdinary(D::load(a + i), D::load(b + i)).store(a + i);
    for (int i = 0; i < Vec<T>::W; ++i) bases[i] = static_cast<T>(a[i]);
    return Vec<T>::load(bases);
  }
}

}  // namespace lutra::LUTRA_NS

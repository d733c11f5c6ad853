// The binary operations of elementwise.h on float and double, backwards of unary operations included.
#include "kernels/elementwise/atan2.inl.h"

namespace lutra::LUTRA_NS {

// The derivative of x Phi(x): Phi(x) + x phi(x).
template <class T>
LUTRA_INLINE Vec<T> geluDerivative(Vec<T> x) {
  const Vec<T> phi = constant<T>(0.39894228040143267794) * exp(constant<T>(-0.5) * x * x);
  return fma(x, phi, normalCdf(x));
}

template <class T>
LUTRA_INLINE Vec<T> geluTanhDerivative(Vec<T> x) {
  const Vec<T> one = constant<T>(1), half = constant<T>(0.5);
  const Vec<T> t = tanh(constant<T>(0.79788456080286535588) * fma(constant<T>(0.044715) * x * x, x, x));
  const Vec<T> inner = constant<T>(0.79788456080286535588) * fma(constant<T>(3 * 0.044715) * x, x, one);
  return half * (one + t) + half * x * (one - t * t) * inner;
}

// Python's modulo: the result has the sign of the divisor.
template <class T>
T remainderLane(T a, T b) {
  const T r = std::fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

// Python's floor division, as PyTorch computes it: the quotient of what is left without the remainder, rounded.
template <class T>
T floorDivideLane(T a, T b) {
  if (b == 0) return a / b;
  const T r = std::fmod(a, b);
  T quotient = (a - r) / b;
  if (r != 0 && (b < 0) != (r < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(T(0), a / b);
  const T whole = std::floor(quotient);
  return quotient - whole > T(0.5) ? whole + 1 : whole;
}

template <class T, BinaryOp op>
LUTRA_INLINE Vec<T> applyBinary(Vec<T> a, Vec<T> b, Vec<T> p0, Vec<T> p1) {
  using V = Vec<T>;
  const V one = constant<T>(1);
  const V zero = V::zero();
  (void)p0, (void)p1, (void)one, (void)zero;
  // Rounded twice even where a fused multiply-add is at hand, so that alpha = 1 and every target agree.
  if constexpr (op == BinaryOp::add) return a + p0 * b;
  if constexpr (op == BinaryOp::sub) return a - p0 * b;
  if constexpr (op == BinaryOp::mul) return a * b;
  if constexpr (op == BinaryOp::div) return a / b;
  if constexpr (op == BinaryOp::pow) return pow(a, b);
  if constexpr (op == BinaryOp::atan2) return atan2(a, b);
  if constexpr (op == BinaryOp::maximum) return maximum(a, b);
  if constexpr (op == BinaryOp::minimum) return minimum(a, b);
  if constexpr (op == BinaryOp::fmod) return mapLanes(a, b, [](T x, T y) { return std::fmod(x, y); });
  if constexpr (op == BinaryOp::remainder) return mapLanes(a, b, [](T x, T y) { return remainderLane(x, y); });
  if constexpr (op == BinaryOp::floorDivide) return mapLanes(a, b, [](T x, T y) { return floorDivideLane(x, y); });
  if constexpr (op == BinaryOp::absBackward) {
    return a * select(lt(zero, b), one, select(lt(b, zero), neg(one), zero));
  }
  if constexpr (op == BinaryOp::squareBackward) return a * (b + b);
  if constexpr (op == BinaryOp::cubeBackward) return a * (constant<T>(3) * (b * b));
  if constexpr (op == BinaryOp::sqrtBackward) return a / (b + b);
  if constexpr (op == BinaryOp::rsqrtBackward) return constant<T>(-0.5) * a * (b * b * b);
  if constexpr (op == BinaryOp::reciprocalBackward) return neg(a) * b * b;
  if constexpr (op == BinaryOp::expm1Backward) return a * (b + one);
  if constexpr (op == BinaryOp::log1pBackward) return a / (b + one);
  if constexpr (op == BinaryOp::log2Backward) return a / (b * constant<T>(0.69314718055994530942));
  if constexpr (op == BinaryOp::log10Backward) return a / (b * constant<T>(2.30258509299404568402));
  if constexpr (op == BinaryOp::sinBackward) return a * cos(b);
  if constexpr (op == BinaryOp::cosBackward) return neg(a) * sin(b);
  if constexpr (op == BinaryOp::tanBackward) return a * (one + b * b);
  if constexpr (op == BinaryOp::asinBackward) return a / sqrt(one - b * b);
  if constexpr (op == BinaryOp::acosBackward) return neg(a) / sqrt(one - b * b);
  if constexpr (op == BinaryOp::atanBackward) return a / (one + b * b);
  if constexpr (op == BinaryOp::sinhBackward) return a * mapLanes(b, [](T x) { return std::cosh(x); });
  if constexpr (op == BinaryOp::coshBackward) return a * mapLanes(b, [](T x) { return std::sinh(x); });
  if constexpr (op == BinaryOp::tanhBackward) return a * (one - b * b);
  if constexpr (op == BinaryOp::sigmoidBackward) return a * (one - b) * b;
  if constexpr (op == BinaryOp::erfBackward) return constant<T>(1.12837916709551257390) * exp(neg(b * b)) * a;
  if constexpr (op == BinaryOp::reluBackward) return select(le(b, zero), zero, a);
  if constexpr (op == BinaryOp::leakyReluBackward) return select(lt(zero, b), a, a * p0);
  if constexpr (op == BinaryOp::geluBackward) return a * geluDerivative(b);
  if constexpr (op == BinaryOp::geluTanhBackward) return a * geluTanhDerivative(b);
  if constexpr (op == BinaryOp::siluBackward) {
    const V s = sigmoid(b);
    return a * s * (one + b * (one - s));
  }
  if constexpr (op == BinaryOp::softplusBackward) {
    const V z = b * p0;
    return select(lt(p1, z), a, a * sigmoid(z));
  }
  // At 0 the curve's slope, for NaN the line's, as in PyTorch.
  if constexpr (op == BinaryOp::eluBackward) return a * p1 * select(le(b, zero), p0 * exp(b), one);
  if constexpr (op == BinaryOp::logSigmoidBackward) return a * sigmoid(neg(b));
  if constexpr (op == BinaryOp::mishBackward) {
    const V t = tanh(select(lt(constant<T>(20), b), b, log1p(exp(b))));
    return a * (t + b * sigmoid(b) * (one - t * t));
  }
  // The gradient passes where low <= x <= high.
  if constexpr (op == BinaryOp::clampBackward) return select(maskAnd(le(p0, b), le(b, p1)), a, zero);
  // Strictly between; NaN passes it, as in PyTorch.
  if constexpr (op == BinaryOp::hardtanhBackward) return select(maskOr(le(b, p0), le(p1, b)), zero, a);
  if constexpr (op == BinaryOp::powScalarBackward) return a * (p0 * pow(b, p0 - one));
  if constexpr (op == BinaryOp::celuBackward) return a * select(le(b, zero), exp(b / p0), one);
  if constexpr (op == BinaryOp::shrinkBackward) return select(maskAnd(le(neg(p0), b), le(b, p0)), zero, a);
  if constexpr (op == BinaryOp::hardsigmoidBackward) {
    return select(maskAnd(lt(constant<T>(-3), b), lt(b, constant<T>(3))), a / constant<T>(6), zero);
  }
  if constexpr (op == BinaryOp::hardswishBackward) {
    const V inside = a * (b / constant<T>(3) + constant<T>(0.5));
    return select(le(b, constant<T>(-3)), zero, select(lt(b, constant<T>(3)), inside, a));
  }
  if constexpr (op == BinaryOp::softsignBackward) {
    const V divisor = one + abs(b);
    return a / (divisor * divisor);
  }
  if constexpr (op == BinaryOp::tanhshrinkBackward) {
    const V t = tanh(b);
    return a * (t * t);
  }
  if constexpr (op == BinaryOp::thresholdBackward) return select(le(b, p0), zero, a);
  if constexpr (op == BinaryOp::glu) return a * sigmoid(b);
  if constexpr (op == BinaryOp::prelu) return select(lt(zero, a), a, b * a);
  if constexpr (op == BinaryOp::preluWeightBackward) return select(lt(zero, b), zero, a * b);
}

template <class T, BinaryOp op>
void binaryBlock(void* const* p, const double* params, int64_t n) {
  using V = Vec<T>;
  T* const y = static_cast<T*>(p[0]);
  const T* const a = static_cast<const T*>(p[1]);
  const T* const b = static_cast<const T*>(p[2]);
  const V p0 = constant<T>(params[0]), p1 = constant<T>(params[1]);
  int64_t i = 0;
  for (; i + V::W <= n; i += V::W) applyBinary<T, op>(V::load(a + i), V::load(b + i), p0, p1).store(y + i);
  const int rest = static_cast<int>(n - i);
  if (rest > 0) applyBinary<T, op>(V::loadN(a + i, rest), V::loadN(b + i, rest), p0, p1).storeN(y + i, rest);
}

template <class T>
BlockKernel binaryKernel(BinaryOp op) {
  switch (op) {
#define LUTRA_CASE(name) \
  case BinaryOp::name:   \
    return &binaryBlock<T, BinaryOp::name>;
    LUTRA_BINARY_OPS(LUTRA_CASE)
#undef LUTRA_CASE
    default:
      return nullptr;
  }
}

}  // namespace lutra::LUTRA_NS

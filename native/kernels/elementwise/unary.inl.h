// The unary operations of elementwise.h on float and double.
#include "kernels/elementwise/lgamma.inl.h"

namespace lutra::LUTRA_NS {

// sqrt(2 / pi) (x + 0.044715 x^3), the argument of the tanh approximation of gelu.
template <class T>
LUTRA_INLINE Vec<T> geluTanhArgument(Vec<T> x) {
  return constant<T>(0.79788456080286535588) * fma(constant<T>(0.044715) * x * x, x, x);
}

// log(1 + e^(beta x)) / beta, and x itself where beta x is beyond the threshold (there they agree).
template <class T>
LUTRA_INLINE Vec<T> softplus(Vec<T> x, Vec<T> beta, Vec<T> threshold) {
  const Vec<T> z = x * beta;
  return select(lt(threshold, z), x, log1p(exp(z)) / beta);
}

template <class T>
LUTRA_INLINE Vec<T> limitedToSix(Vec<T> x) {
  return min(constant<T>(6), max(Vec<T>::zero(), x));
}

template <class T, UnaryOp op>
LUTRA_INLINE Vec<T> applyUnary(Vec<T> x, Vec<T> p0, Vec<T> p1) {
  using V = Vec<T>;
  const V one = constant<T>(1);
  const V zero = V::zero();
  (void)p0, (void)p1, (void)one, (void)zero;
  if constexpr (op == UnaryOp::neg) return neg(x);
  if constexpr (op == UnaryOp::abs) return abs(x);
  // Zero for zero and, as PyTorch's, for NaN.
  if constexpr (op == UnaryOp::sign) return select(lt(zero, x), one, select(lt(x, zero), neg(one), zero));
  if constexpr (op == UnaryOp::square) return x * x;
  if constexpr (op == UnaryOp::cube) return x * x * x;
  if constexpr (op == UnaryOp::sqrt) return sqrt(x);
  if constexpr (op == UnaryOp::rsqrt) return one / sqrt(x);
  if constexpr (op == UnaryOp::reciprocal) return one / x;
  if constexpr (op == UnaryOp::floor) return floor(x);
  if constexpr (op == UnaryOp::ceil) return ceil(x);
  if constexpr (op == UnaryOp::round) return round(x);
  if constexpr (op == UnaryOp::trunc) return trunc(x);
  if constexpr (op == UnaryOp::exp) return exp(x);
  if constexpr (op == UnaryOp::expm1) return expm1(x);
  if constexpr (op == UnaryOp::log) return log(x);
  if constexpr (op == UnaryOp::log1p) return log1p(x);
  if constexpr (op == UnaryOp::log2) return mapLanes(x, [](T a) { return std::log2(a); });
  if constexpr (op == UnaryOp::log10) return mapLanes(x, [](T a) { return std::log10(a); });
  if constexpr (op == UnaryOp::sin) return sin(x);
  if constexpr (op == UnaryOp::cos) return cos(x);
  if constexpr (op == UnaryOp::tan) return mapLanes(x, [](T a) { return std::tan(a); });
  if constexpr (op == UnaryOp::asin) return mapLanes(x, [](T a) { return std::asin(a); });
  if constexpr (op == UnaryOp::acos) return mapLanes(x, [](T a) { return std::acos(a); });
  if constexpr (op == UnaryOp::atan) return mapLanes(x, [](T a) { return std::atan(a); });
  if constexpr (op == UnaryOp::sinh) return mapLanes(x, [](T a) { return std::sinh(a); });
  if constexpr (op == UnaryOp::cosh) return mapLanes(x, [](T a) { return std::cosh(a); });
  if constexpr (op == UnaryOp::tanh) return tanh(x);
  if constexpr (op == UnaryOp::sigmoid) return sigmoid(x);
  if constexpr (op == UnaryOp::erf) return erf(x);
  if constexpr (op == UnaryOp::relu) return relu(x);
  if constexpr (op == UnaryOp::leakyRelu) return select(lt(zero, x), x, x * p0);
  if constexpr (op == UnaryOp::gelu) return x * normalCdf(x);
  if constexpr (op == UnaryOp::geluTanh) return constant<T>(0.5) * x * (one + tanh(geluTanhArgument(x)));
  if constexpr (op == UnaryOp::silu) return x * sigmoid(x);
  if constexpr (op == UnaryOp::softplus) return softplus(x, p0, p1);
  if constexpr (op == UnaryOp::elu) return p1 * select(lt(zero, x), x, p0 * expm1(x));
  if constexpr (op == UnaryOp::logSigmoid) return logSigmoid(x);
  if constexpr (op == UnaryOp::lgamma) return lgamma(x);
  if constexpr (op == UnaryOp::mish) return x * tanh(softplus(x, one, constant<T>(20)));
  // In this order NaN stays NaN, and high wins where low > high.
  if constexpr (op == UnaryOp::clamp) return min(p1, max(p0, x));
  if constexpr (op == UnaryOp::celu) return select(lt(zero, x), x, p0 * expm1(x / p0));
  if constexpr (op == UnaryOp::hardshrink) return select(maskAnd(le(neg(p0), x), le(x, p0)), zero, x);
  // Zero keeps the sign of what it stands for, and NaN is neither above nor below.
  if constexpr (op == UnaryOp::softshrink) {
    return select(lt(p0, x), x - p0, select(lt(x, neg(p0)), x + p0, x * zero));
  }
  if constexpr (op == UnaryOp::hardsigmoid) return limitedToSix(x + constant<T>(3)) / constant<T>(6);
  if constexpr (op == UnaryOp::hardswish) return x * limitedToSix(x + constant<T>(3)) / constant<T>(6);
  if constexpr (op == UnaryOp::softsign) return x / (one + abs(x));
  if constexpr (op == UnaryOp::tanhshrink) return x - tanh(x);
  if constexpr (op == UnaryOp::threshold) return select(le(x, p0), p1, x);
}

// The operations that are one long chain of arithmetic, and gain from going through it four vectors at a time.
constexpr bool goesByFour(UnaryOp op) {
  return op == UnaryOp::exp || op == UnaryOp::expm1 || op == UnaryOp::tanh || op == UnaryOp::sigmoid ||
         op == UnaryOp::erf || op == UnaryOp::gelu || op == UnaryOp::geluTanh || op == UnaryOp::silu;
}

template <class T, UnaryOp op>
void unaryBlock(void* const* p, const double* params, int64_t n) {
  using V = Vec<T>;
  T* const y = static_cast<T*>(p[0]);
  const T* const x = static_cast<const T*>(p[1]);
  const V p0 = constant<T>(params[0]), p1 = constant<T>(params[1]);
  int64_t i = 0;
  if constexpr (goesByFour(op)) {
    using Fours = Vec<Four<T>>;
    const Fours unused = Fours::zero();
    for (; i + Fours::W <= n; i += Fours::W) applyUnary<Four<T>, op>(Fours::load(x + i), unused, unused).store(y + i);
  }
  for (; i + V::W <= n; i += V::W) applyUnary<T, op>(V::load(x + i), p0, p1).store(y + i);
  const int rest = static_cast<int>(n - i);
  if (rest > 0) applyUnary<T, op>(V::loadN(x + i, rest), p0, p1).storeN(y + i, rest);
}

template <class T>
BlockKernel unaryKernel(UnaryOp op) {
  switch (op) {
#define LUTRA_CASE(name) \
  case UnaryOp::name:    \
    return &unaryBlock<T, UnaryOp::name>;
    LUTRA_UNARY_OPS(LUTRA_CASE)
#undef LUTRA_CASE
    default:
      return nullptr;
  }
}

}  // namespace lutra::LUTRA_NS

// What each elementwise operation should give, in long double, straight from its definition.
#pragma once

#include <algorithm>
#include <cmath>

#include "kernels/elementwise/elementwise.h"

namespace lutra::test {

using Real = long double;
constexpr Real kPi = 3.14159265358979323846264338327950288L;

inline Real sigma(Real x) { return 1 / (1 + std::exp(-x)); }
inline Real cumulative(Real x) { return std::erfc(-x / std::sqrt(Real(2))) / 2; }
inline Real density(Real x) { return std::exp(-x * x / 2) / std::sqrt(2 * kPi); }
inline Real geluArgument(Real x) { return std::sqrt(2 / kPi) * (x + 0.044715L * x * x * x); }
inline Real softplus(Real x) { return std::log1p(std::exp(x)); }
inline Real signOf(Real x) { return (x > 0) - (x < 0); }
inline Real modulo(Real a, Real b) {
  const Real r = std::fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

constexpr double kP0 = 0.25, kP1 = 1.5;

inline Real unaryReference(UnaryOp op, Real x) {
  switch (op) {
    case UnaryOp::neg:
      return -x;
    case UnaryOp::abs:
      return std::fabs(x);
    case UnaryOp::sign:
      return signOf(x);
    case UnaryOp::square:
      return x * x;
    case UnaryOp::cube:
      return x * x * x;
    case UnaryOp::sqrt:
      return std::sqrt(x);
    case UnaryOp::rsqrt:
      return 1 / std::sqrt(x);
    case UnaryOp::reciprocal:
      return 1 / x;
    case UnaryOp::floor:
      return std::floor(x);
    case UnaryOp::ceil:
      return std::ceil(x);
    case UnaryOp::round:
      return std::nearbyint(x);
    case UnaryOp::trunc:
      return std::trunc(x);
    case UnaryOp::exp:
      return std::exp(x);
    case UnaryOp::expm1:
      return std::expm1(x);
    case UnaryOp::log:
      return std::log(x);
    case UnaryOp::log1p:
      return std::log1p(x);
    case UnaryOp::log2:
      return std::log2(x);
    case UnaryOp::log10:
      return std::log10(x);
    case UnaryOp::sin:
      return std::sin(x);
    case UnaryOp::cos:
      return std::cos(x);
    case UnaryOp::tan:
      return std::tan(x);
    case UnaryOp::asin:
      return std::asin(x);
    case UnaryOp::acos:
      return std::acos(x);
    case UnaryOp::atan:
      return std::atan(x);
    case UnaryOp::sinh:
      return std::sinh(x);
    case UnaryOp::cosh:
      return std::cosh(x);
    case UnaryOp::tanh:
      return std::tanh(x);
    case UnaryOp::sigmoid:
      return sigma(x);
    case UnaryOp::erf:
      return std::erf(x);
    case UnaryOp::lgamma:
      return std::lgamma(x);
    case UnaryOp::relu:
      return x > 0 ? x : x != x ? x : 0;
    case UnaryOp::leakyRelu:
      return x > 0 ? x : x * Real(kP0);
    case UnaryOp::gelu:
      return x * cumulative(x);
    case UnaryOp::geluTanh:
      return x / 2 * (1 + std::tanh(geluArgument(x)));
    case UnaryOp::silu:
      return x * sigma(x);
    case UnaryOp::softplus:
      return x * Real(kP0) > Real(kP1) ? x : softplus(x * Real(kP0)) / Real(kP0);
    case UnaryOp::elu:
      return Real(kP1) * (x > 0 ? x : Real(kP0) * std::expm1(x));
    case UnaryOp::logSigmoid:
      return -softplus(-x);
    case UnaryOp::mish:
      return x * std::tanh(softplus(x));
    case UnaryOp::clamp:
      return x != x ? x : std::min(Real(kP1), std::max(Real(kP0), x));
    case UnaryOp::celu:
      return x > 0 ? x : Real(kP0) * std::expm1(x / Real(kP0));
    case UnaryOp::hardshrink:
      return std::fabs(x) <= Real(kP0) ? 0 : x;
    case UnaryOp::softshrink:
      return x > Real(kP0) ? x - Real(kP0) : x < -Real(kP0) ? x + Real(kP0) : 0;
    case UnaryOp::hardsigmoid:
      return std::min(Real(6), std::max(Real(0), x + 3)) / 6;
    case UnaryOp::hardswish:
      return x * std::min(Real(6), std::max(Real(0), x + 3)) / 6;
    case UnaryOp::softsign:
      return x / (1 + std::fabs(x));
    case UnaryOp::tanhshrink:
      return x - std::tanh(x);
    case UnaryOp::threshold:
      return x <= Real(kP0) ? Real(kP1) : x;
    default:
      return NAN;
  }
}

inline Real binaryReference(BinaryOp op, Real a, Real b) {
  switch (op) {
    case BinaryOp::add:
      return a + Real(kP0) * b;
    case BinaryOp::sub:
      return a - Real(kP0) * b;
    case BinaryOp::mul:
      return a * b;
    case BinaryOp::div:
      return a / b;
    case BinaryOp::pow:
      return std::pow(a, b);
    case BinaryOp::atan2:
      return std::atan2(a, b);
    case BinaryOp::maximum:
      return a != a || b != b ? NAN : std::max(a, b);
    case BinaryOp::minimum:
      return a != a || b != b ? NAN : std::min(a, b);
    case BinaryOp::fmod:
      return std::fmod(a, b);
    case BinaryOp::remainder:
      return modulo(a, b);
    case BinaryOp::floorDivide:
      return std::floor((a - modulo(a, b)) / b + Real(0.5));
    case BinaryOp::absBackward:
      return a * signOf(b);
    case BinaryOp::squareBackward:
      return 2 * a * b;
    case BinaryOp::cubeBackward:
      return 3 * a * b * b;
    case BinaryOp::sqrtBackward:
      return a / (2 * b);
    case BinaryOp::rsqrtBackward:
      return -a * b * b * b / 2;
    case BinaryOp::reciprocalBackward:
      return -a * b * b;
    case BinaryOp::expm1Backward:
      return a * (b + 1);
    case BinaryOp::log1pBackward:
      return a / (b + 1);
    case BinaryOp::log2Backward:
      return a / (b * std::log(Real(2)));
    case BinaryOp::log10Backward:
      return a / (b * std::log(Real(10)));
    case BinaryOp::sinBackward:
      return a * std::cos(b);
    case BinaryOp::cosBackward:
      return -a * std::sin(b);
    case BinaryOp::tanBackward:
      return a * (1 + b * b);
    case BinaryOp::asinBackward:
      return a / std::sqrt(1 - b * b);
    case BinaryOp::acosBackward:
      return -a / std::sqrt(1 - b * b);
    case BinaryOp::atanBackward:
      return a / (1 + b * b);
    case BinaryOp::sinhBackward:
      return a * std::cosh(b);
    case BinaryOp::coshBackward:
      return a * std::sinh(b);
    case BinaryOp::tanhBackward:
      return a * (1 - b * b);
    case BinaryOp::sigmoidBackward:
      return a * (1 - b) * b;
    case BinaryOp::erfBackward:
      return a * 2 / std::sqrt(kPi) * std::exp(-b * b);
    case BinaryOp::reluBackward:
      return b <= 0 ? 0 : a;
    case BinaryOp::leakyReluBackward:
      return b > 0 ? a : a * Real(kP0);
    case BinaryOp::geluBackward:
      return a * (cumulative(b) + b * density(b));
    case BinaryOp::geluTanhBackward: {
      const Real t = std::tanh(geluArgument(b));
      const Real inner = std::sqrt(2 / kPi) * (1 + 3 * 0.044715L * b * b);
      return a * ((1 + t) / 2 + b / 2 * (1 - t * t) * inner);
    }
    case BinaryOp::siluBackward:
      return a * sigma(b) * (1 + b * (1 - sigma(b)));
    case BinaryOp::softplusBackward:
      return b * Real(kP0) > Real(kP1) ? a : a * sigma(b * Real(kP0));
    case BinaryOp::eluBackward:
      return a * Real(kP1) * (b > 0 ? 1 : Real(kP0) * std::exp(b));
    case BinaryOp::logSigmoidBackward:
      return a * sigma(-b);
    case BinaryOp::mishBackward: {
      const Real t = std::tanh(softplus(b));
      return a * (t + b * sigma(b) * (1 - t * t));
    }
    case BinaryOp::clampBackward:
      return b >= Real(kP0) && b <= Real(kP1) ? a : 0;
    case BinaryOp::hardtanhBackward:
      return b <= Real(kP0) || b >= Real(kP1) ? 0 : a;
    case BinaryOp::powScalarBackward:
      return a * Real(kP0) * std::pow(b, Real(kP0) - 1);
    case BinaryOp::celuBackward:
      return a * (b > 0 ? 1 : std::exp(b / Real(kP0)));
    case BinaryOp::shrinkBackward:
      return std::fabs(b) <= Real(kP0) ? 0 : a;
    case BinaryOp::hardsigmoidBackward:
      return std::fabs(b) < 3 ? a / 6 : 0;
    case BinaryOp::hardswishBackward:
      return b <= -3 ? 0 : b < 3 ? a * (b / 3 + Real(0.5)) : a;
    case BinaryOp::softsignBackward:
      return a / std::pow(1 + std::fabs(b), 2);
    case BinaryOp::tanhshrinkBackward:
      return a * std::pow(std::tanh(b), 2);
    case BinaryOp::thresholdBackward:
      return b <= Real(kP0) ? 0 : a;
    case BinaryOp::glu:
      return a * sigma(b);
    case BinaryOp::prelu:
      return a > 0 ? a : b * a;
    case BinaryOp::preluWeightBackward:
      return b > 0 ? 0 : a * b;
    default:
      return NAN;
  }
}

inline Real ternaryReference(TernaryOp op, Real a, Real b, Real c) {
  switch (op) {
    case TernaryOp::addcmul:
      return a + Real(kP0) * b * c;
    case TernaryOp::addcdiv:
      return a + Real(kP0) * b / c;
    case TernaryOp::lerp:
      return a + c * (b - a);
    case TernaryOp::maximumBackward:
      return b > c ? a : b == c ? a / 2 : 0;
    case TernaryOp::minimumBackward:
      return b < c ? a : b == c ? a / 2 : 0;
    case TernaryOp::powBackward:
      return c == 0 ? 0 : a * c * std::pow(b, c - 1);
    case TernaryOp::powExponentBackward:
      return b == 0 && c >= 0 ? 0 : a * std::pow(b, c) * std::log(b);
    case TernaryOp::divOtherBackward:
      return -a * b / (c * c);
    case TernaryOp::preluBackward:
      return b > 0 ? a : c * a;
    case TernaryOp::gluGateBackward:
      return a * b * sigma(c) * (1 - sigma(c));
    case TernaryOp::clampBetween:
      return a > b ? (a < c ? a : c) : (b < c ? b : c);
    case TernaryOp::passWhereGreater:
      return b > c ? a : 0;
    case TernaryOp::passWhereAtLeast:
      return b >= c ? a : 0;
    default:
      return NAN;
  }
}

}  // namespace lutra::test

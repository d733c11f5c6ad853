// The vectorised elementary functions on every instruction set of this machine, against libm in higher precision.

#include <cmath>
#include <cstdio>
#include <vector>

#include "test/check.h"

#define LUTRA_KERNEL_SOURCE "test/math_lanes.inl.h"
#include "simd/foreach_target.h"

namespace lutra {
template <class T>
void applyMath(int function, T* y, const T* x, int64_t n) {
  LUTRA_DISPATCH(applyMath<T>)(function, y, x, n);
}
template <class T>
void applyByFour(int function, T* y, const T* x, int64_t n) {
  LUTRA_DISPATCH(applyByFour<T>)(function, y, x, n);
}
}  // namespace lutra

namespace {

using Real = long double;

struct Function {
  const char* name;
  Real (*reference)(Real);
  double floatLimit, doubleLimit;  // ulp
};

Real sigmoidReference(Real x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
Real reluReference(Real x) { return x < 0 ? 0 : x; }
Real logSigmoidReference(Real x) { return (x < 0 ? x : 0) - std::log1p(std::exp(-std::fabs(x))); }

const Function kFunctions[] = {
    {"exp", [](Real x) { return std::exp(x); }, 1.1, 1.1},
    {"expm1", [](Real x) { return std::expm1(x); }, 1.6, 2},
    {"log", [](Real x) { return std::log(x); }, 0.9, 0.9},
    {"log1p", [](Real x) { return std::log1p(x); }, 0.9, 0.9},
    {"tanh", [](Real x) { return std::tanh(x); }, 2.9, 2.6},
    {"sigmoid", sigmoidReference, 2.3, 2.3},
    {"erf", [](Real x) { return std::erf(x); }, 3.0, 1.5},
    {"floor", [](Real x) { return std::floor(x); }, 0, 0},
    {"ceil", [](Real x) { return std::ceil(x); }, 0, 0},
    {"trunc", [](Real x) { return std::trunc(x); }, 0, 0},
    {"relu", reluReference, 0, 0},
    {"logSigmoid", logSigmoidReference, 1.8, 1.8},
    {"sin", [](Real x) { return std::sin(x); }, 1.7, 1.7},
    {"cos", [](Real x) { return std::cos(x); }, 1.7, 1.7},
    {"x^2.5", [](Real x) { return std::pow(x, Real(2.5)); }, 0.6, 1},
    {"x^-3", [](Real x) { return std::pow(x, Real(-3)); }, 0.6, 1},
    {"1.7^x", nullptr, 0.6, 1},
};

/** The distance of y from the exact value, in units in the last place of a T of that value; NaN where kinds differ. */
template <class T>
double ulpError(T y, Real exact) {
  const T rounded = static_cast<T>(exact);
  if (std::isnan(exact)) return std::isnan(y) ? 0 : NAN;
  if (std::isinf(rounded)) return y == rounded || std::fabs(y) == std::numeric_limits<T>::max() ? 0 : NAN;
  if (exact == 0) return y == 0 && std::signbit(y) == std::signbit(exact) ? 0 : NAN;
  if (std::isnan(y) || std::isinf(y)) return NAN;
  int exponent;
  std::frexp(rounded, &exponent);
  exponent = std::max(exponent, std::numeric_limits<T>::min_exponent);
  return static_cast<double>(std::fabs(y - exact) / std::ldexp(Real(1), exponent - std::numeric_limits<T>::digits));
}

/** Special values, then bit patterns spread over the whole range, then a dense walk through the interesting part. */
template <class T>
std::vector<T> inputs() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> x = {T(0),
                      T(1),
                      T(0.5),
                      T(2),
                      T(100),
                      T(1000),
                      T(88.7),
                      T(87.4),
                      T(103.9),
                      T(104),
                      T(709.7),
                      T(745.2),
                      Limits::infinity(),
                      Limits::max(),
                      Limits::min(),
                      Limits::denorm_min(),
                      Limits::epsilon(),
                      T(1) - Limits::epsilon(),
                      T(1) + Limits::epsilon(),
                      T(0.3465736),
                      T(1.4142135),
                      T(0.70710677)};
  const size_t specials = x.size();
  for (size_t i = 0; i < specials; ++i) x.push_back(-x[i]);
  x.push_back(Limits::quiet_NaN());
  uint64_t state = 88172645463325252u;
  for (int i = 0; i < 60000; ++i) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    T value;
    if (sizeof(T) == 4) {
      const uint32_t bits = static_cast<uint32_t>(state >> 16);
      std::memcpy(&value, &bits, sizeof(T));
    } else {
      std::memcpy(&value, &state, sizeof(T));
    }
    x.push_back(value);
    const double unit = static_cast<double>(state >> 11) / 9007199254740992.0 - 0.5;
    x.push_back(static_cast<T>(unit * 3));
    x.push_back(static_cast<T>(unit * 25));
    x.push_back(static_cast<T>(unit * (sizeof(T) == 4 ? 215 : 1500)));
    x.push_back(static_cast<T>(std::ldexp(unit, -static_cast<int>(state % 40))));
  }
  return x;
}

template <class T>
void testFunctions(const char* type) {
  const std::vector<T> x = inputs<T>();
  std::vector<T> y(x.size() + 1);
  std::vector<Real> exact(x.size());
  for (int f = 0; f < static_cast<int>(std::size(kFunctions)); ++f) {
    const Function& function = kFunctions[f];
    const double limit = sizeof(T) == 4 ? function.floatLimit : function.doubleLimit;
    for (size_t i = 0; i < x.size(); ++i) {
      const Real base = static_cast<T>(1.7);
      const Real value = x[i];
      exact[i] = function.reference ? function.reference(value) : std::pow(base, value);
    }
    std::printf("%-10s %-6s", function.name, type);
    for (const lutra::Isa isa : {lutra::Isa::scalar, lutra::Isa::avx2, lutra::Isa::avx512, lutra::Isa::neon}) {
      if (!lutra::setIsa(isa)) continue;
      y.assign(y.size(), T(12345));
      lutra::applyMath(f, y.data(), x.data(), static_cast<int64_t>(x.size()));
      CHECK(y.back() == T(12345));
      double worst = 0;
      size_t at = 0;
      bool kinds = true;
      for (size_t i = 0; i < x.size(); ++i) {
        const double error = ulpError(y[i], exact[i]);
        if (std::isnan(error) && kinds) {
          kinds = false;
          std::fprintf(stderr, "%s(%a) = %a, expected %La (%s)\n", function.name, static_cast<double>(x[i]),
                       static_cast<double>(y[i]), exact[i], lutra::isaName(isa));
        }
        if (error > worst) worst = error, at = i;
      }
      CHECK(kinds);
      CHECK(worst <= limit);
      std::printf("  %s %.3f ulp at %g", lutra::isaName(isa), worst, static_cast<double>(x[at]));
    }
    std::printf("\n");
  }
}

/**
 * normalCdf, whose float form promises an absolute error (in units of 2^-24 here) and, as far as -6.5, a relative one.
 * In double its lower tail is 1 + erf, which has an absolute error only.
 */
template <class T>
void testNormalCdf(double limit, double relativeLimit) {
  const std::vector<T> x = inputs<T>();
  std::vector<T> y(x.size());
  for (const lutra::Isa isa : {lutra::Isa::scalar, lutra::Isa::avx2, lutra::Isa::avx512, lutra::Isa::neon}) {
    if (!lutra::setIsa(isa)) continue;
    lutra::applyMath(17, y.data(), x.data(), static_cast<int64_t>(x.size()));
    double worst = 0, relative = 0;
    bool kinds = true;
    for (size_t i = 0; i < x.size(); ++i) {
      const Real exact = std::erfc(-static_cast<Real>(x[i]) * 0.707106781186547524400844362104849039L) / 2;
      kinds &= std::isnan(y[i]) == std::isnan(x[i]) && !(y[i] < 0) && !(y[i] > 1);
      if (std::isnan(x[i])) continue;
      const double error = static_cast<double>(std::fabs(y[i] - exact));
      worst = std::max(worst, std::ldexp(error, std::numeric_limits<T>::digits));
      if (x[i] >= T(-6.5)) relative = std::max(relative, error / static_cast<double>(exact));
      if (x[i] < -40) kinds &= y[i] == 0;
    }
    CHECK(kinds);
    CHECK(worst <= limit);
    CHECK(relative <= relativeLimit);
    std::printf("normalCdf  %s  %.3f of 2^-%d, relative %.2g\n", lutra::isaName(isa), worst,
                std::numeric_limits<T>::digits, relative);
  }
}

/** gateSigmoid, which is a sigmoid as far as `bound` and stays at its value there beyond. */
template <class T>
void testGateSigmoid(T bound, double limit) {
  const std::vector<T> x = inputs<T>();
  std::vector<T> y(x.size());
  for (const lutra::Isa isa : {lutra::Isa::scalar, lutra::Isa::avx2, lutra::Isa::avx512, lutra::Isa::neon}) {
    if (!lutra::setIsa(isa)) continue;
    lutra::applyMath(18, y.data(), x.data(), static_cast<int64_t>(x.size()));
    double worst = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const Real bounded = std::isnan(x[i]) ? x[i] : std::max(-bound, std::min(bound, x[i]));
      const double error = ulpError(y[i], sigmoidReference(bounded));
      CHECK(!std::isnan(error));
      worst = std::max(worst, error);
    }
    CHECK(worst <= limit);
    std::printf("gateSigmoid  %s  %.3f ulp\n", lutra::isaName(isa), worst);
  }
}

/** Four vectors at a time give the bits of one at a time. */
template <class T>
void testFours() {
  std::vector<T> x = inputs<T>();
  x.resize(x.size() / 64 * 64);
  std::vector<T> y(x.size()), byFour(x.size());
  const int64_t n = static_cast<int64_t>(x.size());
  for (const lutra::Isa isa : {lutra::Isa::scalar, lutra::Isa::avx2, lutra::Isa::avx512, lutra::Isa::neon}) {
    if (!lutra::setIsa(isa)) continue;
    CASE(lutra::isaName(isa), lutra::test::typeName<T>());
    for (const int function : {0, 1, 4, 5, 6, 17, 18}) {
      CASE(function);
      lutra::applyMath(function, y.data(), x.data(), n);
      lutra::applyByFour(function, byFour.data(), x.data(), n);
      CHECK(std::memcmp(y.data(), byFour.data(), y.size() * sizeof(T)) == 0);
    }
  }
}

}  // namespace

int main() {
  testFunctions<float>("float");
  testFunctions<double>("double");
  testNormalCdf<float>(1.5, 4e-5);
  testNormalCdf<double>(2, 1);
  testGateSigmoid<float>(40, 2.6);
  testGateSigmoid<double>(300, 2.1);
  testFours<float>();
  testFours<double>();
  return lutra::test::finish("math_test");
}

// Applies each function of simd/math.inl.h to an array; compiled once per target by math_test.cc.
namespace lutra::LUTRA_NS {

template <class T, class Fn>
LUTRA_INLINE void eachVector(T* y, const T* x, int64_t n, Fn fn) {
  for (int64_t i = 0; i < n; i += Vec<T>::W) {
    const int lanes = static_cast<int>(std::min<int64_t>(Vec<T>::W, n - i));
    fn(Vec<T>::loadN(x + i, lanes)).storeN(y + i, lanes);
  }
}

template <class T>
void applyMath(int function, T* y, const T* x, int64_t n) {
  using V = Vec<T>;
  switch (function) {
    case 0:
      return eachVector(y, x, n, [](V v) { return exp(v); });
    case 1:
      return eachVector(y, x, n, [](V v) { return expm1(v); });
    case 2:
      return eachVector(y, x, n, [](V v) { return log(v); });
    case 3:
      return eachVector(y, x, n, [](V v) { return log1p(v); });
    case 4:
      return eachVector(y, x, n, [](V v) { return tanh(v); });
    case 5:
      return eachVector(y, x, n, [](V v) { return sigmoid(v); });
    case 6:
      return eachVector(y, x, n, [](V v) { return erf(v); });
    case 7:
      return eachVector(y, x, n, [](V v) { return floor(v); });
    case 8:
      return eachVector(y, x, n, [](V v) { return ceil(v); });
    case 9:
      return eachVector(y, x, n, [](V v) { return trunc(v); });
    case 10:
      return eachVector(y, x, n, [](V v) { return relu(v); });
    case 11:
      return eachVector(y, x, n, [](V v) { return logSigmoid(v); });
    case 12:
      return eachVector(y, x, n, [](V v) { return sin(v); });
    case 13:
      return eachVector(y, x, n, [](V v) { return cos(v); });
    case 14:
      return eachVector(y, x, n, [](V v) { return pow(v, V::set1(T(2.5))); });
    case 15:
      return eachVector(y, x, n, [](V v) { return pow(v, V::set1(T(-3))); });
    case 16:
      return eachVector(y, x, n, [](V v) { return pow(V::set1(T(1.7)), v); });
    case 17:
      return eachVector(y, x, n, [](V v) { return normalCdf(v); });
    case 18:
      return eachVector(y, x, n, [](V v) { return gateSigmoid(v); });
    default:
      return;
  }
}

// The same function by four vectors, for n a multiple of their lanes.
template <class T>
void applyByFour(int function, T* y, const T* x, int64_t n) {
  using Fours = Vec<Four<T>>;
  const auto each = [=](auto fn) {
    for (int64_t i = 0; i < n; i += Fours::W) fn(Fours::load(x + i)).store(y + i);
  };
  switch (function) {
    case 0:
      return each([](Fours v) { return exp(v); });
    case 1:
      return each([](Fours v) { return expm1(v); });
    case 4:
      return each([](Fours v) { return tanh(v); });
    case 5:
      return each([](Fours v) { return sigmoid(v); });
    case 6:
      return each([](Fours v) { return erf(v); });
    case 17:
      return each([](Fours v) { return normalCdf(v); });
    case 18:
      return each([](Fours v) { return gateSigmoid(v); });
    default:
      return;
  }
}

}  // namespace lutra::LUTRA_NS

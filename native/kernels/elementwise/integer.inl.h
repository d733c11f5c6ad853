// The integer and comparison operations of elementwise.h: plain loops, which the compiler vectorises per target.
namespace lutra::LUTRA_NS {

// Unsigned arithmetic wraps where signed overflow would be undefined.
template <class T>
LUTRA_INLINE T wrapped(uint32_t x) {
  return static_cast<T>(x);
}

template <class T>
LUTRA_INLINE T integerPower(T base, T exponent) {
  if (std::is_signed_v<T> && exponent < 0) {
    if (base == 1) return 1;
    return base == T(-1) ? (exponent % 2 == 0 ? T(1) : T(-1)) : T(0);
  }
  uint32_t result = 1, factor = static_cast<uint32_t>(base);
  for (uint32_t e = static_cast<uint32_t>(exponent); e > 0; e >>= 1) {
    if (e & 1) result *= factor;
    factor *= factor;
  }
  return wrapped<T>(result);
}

template <class T, IntegerUnaryOp op>
LUTRA_INLINE T applyInteger(T x, T low, T high) {
  const uint32_t u = static_cast<uint32_t>(x);
  (void)low, (void)high, (void)u;
  if constexpr (op == IntegerUnaryOp::neg) return wrapped<T>(0u - u);
  if constexpr (op == IntegerUnaryOp::abs) return x < T(0) ? wrapped<T>(0u - u) : x;
  if constexpr (op == IntegerUnaryOp::sign) return static_cast<T>((x > T(0)) - (x < T(0)));
  if constexpr (op == IntegerUnaryOp::square) return wrapped<T>(u * u);
  if constexpr (op == IntegerUnaryOp::relu) return x < T(0) ? T(0) : x;
  if constexpr (op == IntegerUnaryOp::clamp) return std::min(high, std::max(low, x));
  if constexpr (op == IntegerUnaryOp::bitwiseNot) return static_cast<T>(~x);
}

template <class T, IntegerBinaryOp op>
LUTRA_INLINE T applyInteger(T a, T b, uint32_t alpha) {
  const uint32_t u = static_cast<uint32_t>(a), v = static_cast<uint32_t>(b);
  (void)alpha, (void)u, (void)v;
  if constexpr (op == IntegerBinaryOp::add) return wrapped<T>(u + alpha * v);
  if constexpr (op == IntegerBinaryOp::sub) return wrapped<T>(u - alpha * v);
  if constexpr (op == IntegerBinaryOp::mul) return wrapped<T>(u * v);
  if constexpr (op == IntegerBinaryOp::pow) return integerPower(a, b);
  if constexpr (op == IntegerBinaryOp::maximum) return std::max(a, b);
  if constexpr (op == IntegerBinaryOp::minimum) return std::min(a, b);
  if constexpr (op == IntegerBinaryOp::bitwiseAnd) return static_cast<T>(a & b);
  if constexpr (op == IntegerBinaryOp::bitwiseOr) return static_cast<T>(a | b);
  if constexpr (op == IntegerBinaryOp::bitwiseXor) return static_cast<T>(a ^ b);
  // 64 bits, because the smallest int32 divided by -1 does not fit 32.
  const int64_t x = a, y = b;
  if constexpr (op == IntegerBinaryOp::fmod) return y == 0 ? T(0) : static_cast<T>(x % y);
  if constexpr (op == IntegerBinaryOp::remainder) {
    const int64_t r = y == 0 ? 0 : x % y;
    return static_cast<T>(r != 0 && (r < 0) != (y < 0) ? r + y : r);
  }
  if constexpr (op == IntegerBinaryOp::floorDivide) {
    if (y == 0) return T(0);
    return static_cast<T>(x / y - (x % y != 0 && (x < 0) != (y < 0)));
  }
}

template <class T, IntegerUnaryOp op>
void integerBlock(void* const* p, const double* params, int64_t n) {
  T* const y = static_cast<T*>(p[0]);
  const T* const x = static_cast<const T*>(p[1]);
  const double least = std::numeric_limits<T>::min(), most = std::numeric_limits<T>::max();
  const T low = static_cast<T>(std::min(std::max(params[0], least), most));
  const T high = static_cast<T>(std::min(std::max(params[1], least), most));
  for (int64_t i = 0; i < n; ++i) y[i] = applyInteger<T, op>(x[i], low, high);
}

template <class T, IntegerBinaryOp op>
void integerBlock(void* const* p, const double* params, int64_t n) {
  T* const y = static_cast<T*>(p[0]);
  const T* const a = static_cast<const T*>(p[1]);
  const T* const b = static_cast<const T*>(p[2]);
  const uint32_t alpha = static_cast<uint32_t>(static_cast<int64_t>(params[0]));
  for (int64_t i = 0; i < n; ++i) y[i] = applyInteger<T, op>(a[i], b[i], alpha);
}

template <class T, CompareOp op>
LUTRA_INLINE bool applyCompare(T a, T b) {
  if constexpr (op == CompareOp::eq) return a == b;
  if constexpr (op == CompareOp::ne) return a != b;
  if constexpr (op == CompareOp::lt) return a < b;
  if constexpr (op == CompareOp::le) return a <= b;
  if constexpr (op == CompareOp::gt) return a > b;
  if constexpr (op == CompareOp::ge) return a >= b;
  if constexpr (op == CompareOp::logicalAnd) return (a != T(0)) & (b != T(0));
  if constexpr (op == CompareOp::logicalOr) return (a != T(0)) | (b != T(0));
  if constexpr (op == CompareOp::logicalXor) return (a != T(0)) != (b != T(0));
}

template <class T, CompareOp op>
void compareBlock(void* const* p, const double*, int64_t n) {
  uint8_t* const y = static_cast<uint8_t*>(p[0]);
  const T* const a = static_cast<const T*>(p[1]);
  const T* const b = static_cast<const T*>(p[2]);
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<uint8_t>(applyCompare<T, op>(a[i], b[i]));
}

template <class T>
BlockKernel integerUnaryKernel(IntegerUnaryOp op) {
  switch (op) {
#define LUTRA_CASE(name)     \
  case IntegerUnaryOp::name: \
    return &integerBlock<T, IntegerUnaryOp::name>;
    LUTRA_INTEGER_UNARY_OPS(LUTRA_CASE)
#undef LUTRA_CASE
    default:
      return nullptr;
  }
}

template <class T>
BlockKernel integerBinaryKernel(IntegerBinaryOp op) {
  switch (op) {
#define LUTRA_CASE(name)      \
  case IntegerBinaryOp::name: \
    return &integerBlock<T, IntegerBinaryOp::name>;
    LUTRA_INTEGER_BINARY_OPS(LUTRA_CASE)
#undef LUTRA_CASE
    default:
      return nullptr;
  }
}

template <class T>
BlockKernel compareKernel(CompareOp op) {
  switch (op) {
#define LUTRA_CASE(name) \
  case CompareOp::name:  \
    return &compareBlock<T, CompareOp::name>;
    LUTRA_COMPARE_OPS(LUTRA_CASE)
#undef LUTRA_CASE
    default:
      return nullptr;
  }
}

}  // namespace lutra::LUTRA_NS

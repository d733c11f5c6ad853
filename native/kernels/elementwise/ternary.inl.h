// The ternary operations of elementwise.h on float and double, and selection by masks.
namespace lutra::LUTRA_NS {

template <class T, TernaryOp op>
LUTRA_INLINE Vec<T> applyTernary(Vec<T> a, Vec<T> b, Vec<T> c, Vec<T> p0) {
  using V = Vec<T>;
  const V zero = V::zero();
  (void)p0, (void)zero;
  if constexpr (op == TernaryOp::addcmul) return a + p0 * b * c;
  if constexpr (op == TernaryOp::addcdiv) return a + p0 * b / c;
  // From the nearer end, so that a weight of 1 gives b exactly.
  if constexpr (op == TernaryOp::lerp) {
    const V difference = b - a;
    return select(lt(abs(c), constant<T>(0.5)), a + c * difference, b - difference * (constant<T>(1) - c));
  }
  // Ties share the gradient.
  if constexpr (op == TernaryOp::maximumBackward) {
    return select(lt(b, c), zero, select(eq(b, c), a * constant<T>(0.5), a));
  }
  if constexpr (op == TernaryOp::minimumBackward) {
    return select(lt(c, b), zero, select(eq(b, c), a * constant<T>(0.5), a));
  }
  if constexpr (op == TernaryOp::powBackward) {
    return select(eq(c, zero), zero, a * (c * pow(b, c - constant<T>(1))));
  }
  // grad b^c log b, and zero where b is zero and c is not negative: the limit, instead of 0 * -infinity.
  if constexpr (op == TernaryOp::powExponentBackward) {
    return select(maskAnd(eq(b, zero), le(zero, c)), zero, a * (pow(b, c) * log(b)));
  }
  if constexpr (op == TernaryOp::divOtherBackward) return neg(a) * ((b / c) / c);
  if constexpr (op == TernaryOp::preluBackward) return select(lt(zero, b), a, c * a);
  // sigmoid(-c) instead of 1 - sigmoid(c), which would cancel.
  if constexpr (op == TernaryOp::gluGateBackward) return a * b * sigmoid(c) * sigmoid(neg(c));
  if constexpr (op == TernaryOp::clampBetween) return minimum(maximum(a, b), c);
  if constexpr (op == TernaryOp::passWhereGreater) return select(lt(c, b), a, zero);
  if constexpr (op == TernaryOp::passWhereAtLeast) return select(le(c, b), a, zero);
}

template <class T, TernaryOp op>
void ternaryBlock(void* const* p, const double* params, int64_t n) {
  using V = Vec<T>;
  T* const y = static_cast<T*>(p[0]);
  const T* const a = static_cast<const T*>(p[1]);
  const T* const b = static_cast<const T*>(p[2]);
  const T* const c = static_cast<const T*>(p[3]);
  const V p0 = constant<T>(params[0]);
  int64_t i = 0;
  for (; i + V::W <= n; i += V::W) {
    applyTernary<T, op>(V::load(a + i), V::load(b + i), V::load(c + i), p0).store(y + i);
  }
  const int rest = static_cast<int>(n - i);
  if (rest > 0) {
    applyTernary<T, op>(V::loadN(a + i, rest), V::loadN(b + i, rest), V::loadN(c + i, rest), p0).storeN(y + i, rest);
  }
}

template <class T>
BlockKernel ternaryKernel(TernaryOp op) {
  switch (op) {
#define LUTRA_CASE(name) \
  case TernaryOp::name:  \
    return &ternaryBlock<T, TernaryOp::name>;
    LUTRA_TERNARY_OPS(LUTRA_CASE)
#undef LUTRA_CASE
    default:
      return nullptr;
  }
}

template <class U>
void whereBlock(void* const* p, const double*, int64_t n) {
  U* const y = static_cast<U*>(p[0]);
  const uint8_t* const mask = static_cast<const uint8_t*>(p[1]);
  const U* const a = static_cast<const U*>(p[2]);
  const U* const b = static_cast<const U*>(p[3]);
  for (int64_t i = 0; i < n; ++i) {
    const U x = a[i], z = b[i];
    y[i] = mask[i] ? x : z;
  }
}

template <int unused>
BlockKernel whereKernel(int elementSize) {
  switch (elementSize) {
    case 1:
      return &whereBlock<uint8_t>;
    case 2:
      return &whereBlock<uint16_t>;
    case 4:
      return &whereBlock<uint32_t>;
    default:
      return &whereBlock<uint64_t>;
  }
}

template <class T>
void maskScaleBlock(void* const* p, const double* params, int64_t n) {
  T* const y = static_cast<T*>(p[0]);
  const T* const x = static_cast<const T*>(p[1]);
  const uint8_t* const mask = static_cast<const uint8_t*>(p[2]);
  const T scale = static_cast<T>(params[0]);
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] * (mask[i] ? scale : T(0));
}

template <class T>
BlockKernel maskScaleKernel() {
  return &maskScaleBlock<T>;
}

}  // namespace lutra::LUTRA_NS

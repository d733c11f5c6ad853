// Four vectors that go through one formula side by side: Vec<Four<T>> works wherever a formula is written over Vec<T>.
// The elementary functions are long chains of dependent instructions, and four of them in step keep the units busy that
// one chain after another leaves waiting. Included for every target after math.inl.h.
namespace lutra::LUTRA_NS {

/** Stands for T, as the element type of four vectors of T. */
template <class T>
struct Four {
  T value;
  explicit constexpr Four(double x) : value(static_cast<T>(x)) {}
};

template <class T>
struct Vec<Four<T>> {
  using V = Vec<T>;
  static constexpr int W = 4 * V::W;
  struct Mask {
    typename V::Mask a, b, c, d;
  };
  V a, b, c, d;

  static LUTRA_INLINE Vec all(V v) { return {v, v, v, v}; }
  static LUTRA_INLINE Vec zero() { return all(V::zero()); }
  static LUTRA_INLINE Vec set1(Four<T> x) { return all(V::set1(x.value)); }
  static LUTRA_INLINE Vec load(const T* p) {
    return {V::load(p), V::load(p + V::W), V::load(p + 2 * V::W), V::load(p + 3 * V::W)};
  }
  LUTRA_INLINE void store(T* p) const {
    a.store(p);
    b.store(p + V::W);
    c.store(p + 2 * V::W);
    d.store(p + 3 * V::W);
  }
};

#define LUTRA_FOUR_UNARY(fn)                     \
  template <class T>                             \
  LUTRA_INLINE Vec<Four<T>> fn(Vec<Four<T>> x) { \
    return {fn(x.a), fn(x.b), fn(x.c), fn(x.d)}; \
  }
#define LUTRA_FOUR_BINARY(Result, fn)                                \
  template <class T>                                                 \
  LUTRA_INLINE Result fn(Vec<Four<T>> x, Vec<Four<T>> y) {           \
    return {fn(x.a, y.a), fn(x.b, y.b), fn(x.c, y.c), fn(x.d, y.d)}; \
  }
#define LUTRA_FOUR_TERNARY(fn)                                                           \
  template <class T>                                                                     \
  LUTRA_INLINE Vec<Four<T>> fn(Vec<Four<T>> x, Vec<Four<T>> y, Vec<Four<T>> z) {         \
    return {fn(x.a, y.a, z.a), fn(x.b, y.b, z.b), fn(x.c, y.c, z.c), fn(x.d, y.d, z.d)}; \
  }
LUTRA_FOUR_UNARY(abs)
LUTRA_FOUR_UNARY(neg)
LUTRA_FOUR_UNARY(round)
LUTRA_FOUR_UNARY(pow2)
LUTRA_FOUR_BINARY(Vec<Four<T>>, operator+)
LUTRA_FOUR_BINARY(Vec<Four<T>>, operator-)
LUTRA_FOUR_BINARY(Vec<Four<T>>, operator*)
LUTRA_FOUR_BINARY(Vec<Four<T>>, operator/)
LUTRA_FOUR_BINARY(Vec<Four<T>>, min)
LUTRA_FOUR_BINARY(Vec<Four<T>>, max)
LUTRA_FOUR_BINARY(Vec<Four<T>>, copysign)
LUTRA_FOUR_BINARY(Vec<Four<T>>, timesPow2)
LUTRA_FOUR_BINARY(typename Vec<Four<T>>::Mask, lt)
LUTRA_FOUR_BINARY(typename Vec<Four<T>>::Mask, eq)
LUTRA_FOUR_TERNARY(fma)
LUTRA_FOUR_TERNARY(fnma)
#undef LUTRA_FOUR_UNARY
#undef LUTRA_FOUR_BINARY
#undef LUTRA_FOUR_TERNARY

template <class T>
LUTRA_INLINE Vec<Four<T>> select(typename Vec<Four<T>>::Mask m, Vec<Four<T>> x, Vec<Four<T>> y) {
  return {select(m.a, x.a, y.a), select(m.b, x.b, y.b), select(m.c, x.c, y.c), select(m.d, x.d, y.d)};
}

}  // namespace lutra::LUTRA_NS

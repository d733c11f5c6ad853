// Several vectors that go through one formula side by side: Vec<Several<T, N>> works wherever a formula is written over
// Vec<T>. The elementary functions are long chains of dependent instructions, and a few of them in step keep the units
// busy that one chain after another leaves waiting. Included for every target after math.inl.h.
namespace lutra::LUTRA_NS {

/** Stands for T, as the element type of N vectors of T. */
template <class T, int N>
struct Several {
  T value;
  explicit constexpr Several(double x) : value(static_cast<T>(x)) {}
};

template <class T>
using Four = Several<T, 4>;

template <class T, int N>
struct Vec<Several<T, N>> {
  using V = Vec<T>;
  static constexpr int W = N * V::W;
  struct Mask {
    typename V::Mask m[N];
  };
  V v[N];

  static LUTRA_INLINE Vec all(V x) {
    Vec r;
    LUTRA_UNROLL
    for (int i = 0; i < N; i++) r.v[i] = x;
    return r;
  }
  static LUTRA_INLINE Vec zero() { return all(V::zero()); }
  static LUTRA_INLINE Vec set1(Several<T, N> x) { return all(V::set1(x.value)); }
  static LUTRA_INLINE Vec load(const T* p) {
    Vec r;
    LUTRA_UNROLL
    for (int i = 0; i < N; i++) r.v[i] = V::load(p + i * V::W);
    return r;
  }
  LUTRA_INLINE void store(T* p) const {
    LUTRA_UNROLL
    for (int i = 0; i < N; i++) v[i].store(p + i * V::W);
  }
};

#define LUTRA_SEVERAL_UNARY(fn)                              \
  template <class T, int N>                                  \
  LUTRA_INLINE Vec<Several<T, N>> fn(Vec<Several<T, N>> x) { \
    LUTRA_UNROLL                                             \
    for (int i = 0; i < N; i++) x.v[i] = fn(x.v[i]);         \
    return x;                                                \
  }
#define LUTRA_SEVERAL_BINARY(fn)                                                   \
  template <class T, int N>                                                        \
  LUTRA_INLINE Vec<Several<T, N>> fn(Vec<Several<T, N>> x, Vec<Several<T, N>> y) { \
    LUTRA_UNROLL                                                                   \
    for (int i = 0; i < N; i++) x.v[i] = fn(x.v[i], y.v[i]);                       \
    return x;                                                                      \
  }
#define LUTRA_SEVERAL_TERNARY(fn)                                                                        \
  template <class T, int N>                                                                              \
  LUTRA_INLINE Vec<Several<T, N>> fn(Vec<Several<T, N>> x, Vec<Several<T, N>> y, Vec<Several<T, N>> z) { \
    LUTRA_UNROLL                                                                                         \
    for (int i = 0; i < N; i++) x.v[i] = fn(x.v[i], y.v[i], z.v[i]);                                     \
    return x;                                                                                            \
  }
#define LUTRA_SEVERAL_COMPARISON(fn)                                                              \
  template <class T, int N>                                                                       \
  LUTRA_INLINE typename Vec<Several<T, N>>::Mask fn(Vec<Several<T, N>> x, Vec<Several<T, N>> y) { \
    typename Vec<Several<T, N>>::Mask r;                                                          \
    LUTRA_UNROLL                                                                                  \
    for (int i = 0; i < N; i++) r.m[i] = fn(x.v[i], y.v[i]);                                      \
    return r;                                                                                     \
  }
LUTRA_SEVERAL_UNARY(abs)
LUTRA_SEVERAL_UNARY(neg)
LUTRA_SEVERAL_UNARY(round)
LUTRA_SEVERAL_UNARY(pow2)
LUTRA_SEVERAL_BINARY(operator+)
LUTRA_SEVERAL_BINARY(operator-)
LUTRA_SEVERAL_BINARY(operator*)
LUTRA_SEVERAL_BINARY(operator/)
LUTRA_SEVERAL_BINARY(min)
LUTRA_SEVERAL_BINARY(max)
LUTRA_SEVERAL_BINARY(copysign)
LUTRA_SEVERAL_BINARY(timesPow2)
LUTRA_SEVERAL_COMPARISON(lt)
LUTRA_SEVERAL_COMPARISON(eq)
LUTRA_SEVERAL_TERNARY(fma)
LUTRA_SEVERAL_TERNARY(fnma)
#undef LUTRA_SEVERAL_UNARY
#undef LUTRA_SEVERAL_BINARY
#undef LUTRA_SEVERAL_TERNARY
#undef LUTRA_SEVERAL_COMPARISON

template <class T, int N>
LUTRA_INLINE Vec<Several<T, N>> select(typename Vec<Several<T, N>>::Mask m, Vec<Several<T, N>> x,
                                       Vec<Several<T, N>> y) {
  LUTRA_UNROLL
  for (int i = 0; i < N; i++) x.v[i] = select(m.m[i], x.v[i], y.v[i]);
  return x;
}

}  // namespace lutra::LUTRA_NS

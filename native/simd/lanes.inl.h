// Rows of any length as vectors, the last of which may have fewer lanes; included for every target before the kernel's
// source.
namespace lutra::LUTRA_NS {

// Calls each(j, lanes) for all vectors of a row of n: whole ones first, the rest with lanes < W.
template <class T, class Each>
LUTRA_INLINE void forEachVector(int64_t n, Each each) {
  constexpr int kWidth = Vec<T>::W;
  int64_t j = 0;
  for (; j + kWidth <= n; j += kWidth) each(j, kWidth);
  if (j < n) each(j, static_cast<int>(n - j));
}

template <class T>
LUTRA_INLINE Vec<T> loadLanes(const T* p, int lanes) {
  return lanes == Vec<T>::W ? Vec<T>::load(p) : Vec<T>::loadN(p, lanes);
}

template <class T>
LUTRA_INLINE void storeLanes(Vec<T> v, T* p, int lanes) {
  if (lanes == Vec<T>::W) {
    v.store(p);
  } else {
    v.storeN(p, lanes);
  }
}

// Loads W rows of `n` <= W values that lie ld apart (the first `rows` of them; the rest become zero) and transposes.
template <class T>
LUTRA_INLINE void loadTransposed(Vec<T> (&v)[Vec<T>::W], const T* source, int64_t ld, int rows, int n) {
  using V = Vec<T>;
  if (rows == V::W && n == V::W) {
    LUTRA_UNROLL
    for (int i = 0; i < V::W; i++) v[i] = V::load(source + i * ld);
  } else {
    for (int i = 0; i < V::W; i++) v[i] = i < rows ? V::loadN(source + i * ld, n) : V::zero();
  }
  transpose(v);
}

}  // namespace lutra::LUTRA_NS

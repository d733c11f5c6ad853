// Rows of sequences turned into panels, whose rows hold one feature of all sequences side by side, and back.
namespace lutra::LUTRA_NS {

/** panel [n][ld], a vector wide, = the transpose of `count` <= W rows of n values; zeros in the lanes beyond. */
template <class T>
LUTRA_INLINE void panelFromRows(T* panel, int64_t ldPanel, const T* rows, int64_t ld, int64_t n, int count) {
  using V = Vec<T>;
  for (int64_t k = 0; k < n; k += V::W) {
    const int width = static_cast<int>(std::min<int64_t>(V::W, n - k));
    V v[V::W];
    loadTransposed<T>(v, rows + k, ld, count, width);
    T* const to = panel + k * ldPanel;
    if (width == V::W) {
      LUTRA_UNROLL
      for (int i = 0; i < V::W; i++) v[i].store(to + i * ldPanel);
    } else {
      for (int i = 0; i < width; i++) v[i].store(to + i * ldPanel);
    }
  }
}

/** `count` <= W rows of n values (+ what they hold) = the transpose of a panel that is a vector wide. */
template <class T>
LUTRA_INLINE void rowsFromPanel(T* rows, int64_t ld, const T* panel, int64_t ldPanel, int64_t n, int count,
                                bool add = false) {
  using V = Vec<T>;
  for (int64_t k = 0; k < n; k += V::W) {
    const int width = static_cast<int>(std::min<int64_t>(V::W, n - k));
    const T* const from = panel + k * ldPanel;
    T* const to = rows + k;
    V v[V::W];
    if (width == V::W && count == V::W && !add) {
      LUTRA_UNROLL
      for (int i = 0; i < V::W; i++) v[i] = V::load(from + i * ldPanel);
      transpose(v);
      LUTRA_UNROLL
      for (int i = 0; i < V::W; i++) v[i].store(to + i * ld);
      continue;
    }
    for (int i = 0; i < V::W; i++) v[i] = i < width ? V::load(from + i * ldPanel) : V::zero();
    transpose(v);
    for (int i = 0; i < count; i++) {
      T* const out = to + i * ld;
      (add ? v[i] + V::loadN(out, width) : v[i]).storeN(out, width);
    }
  }
}

}  // namespace lutra::LUTRA_NS

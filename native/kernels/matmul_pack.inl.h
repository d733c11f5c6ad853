// Packing: copies of operands in the order in which the micro-kernels read them.
namespace lutra::LUTRA_NS {

// How M rows are cut into tiles: as evenly as possible, none above the largest tile.
template <class T>
struct RowTiles {
  int64_t count, least, longer;  // the first `longer` tiles have one row more than `least`

  explicit RowTiles(int64_t rows)
      : count((rows + TileShape<T>::kRows - 1) / TileShape<T>::kRows),
        least(count == 0 ? 0 : rows / count),
        longer(count == 0 ? 0 : rows % count) {}
  int64_t begin(int64_t tile) const { return tile * least + std::min(tile, longer); }
  int rows(int64_t tile) const { return static_cast<int>(least + (tile < longer ? 1 : 0)); }
};

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

// One tile of A, `rows` × `depth`, as [k][rows]. `source` is the tile's first element, one row per ld.
template <class T>
void packRowsOfA(T* packed, const T* source, int64_t ld, int rows, int64_t depth) {
  using V = Vec<T>;
  for (int first = 0; first < rows; first += V::W) {
    const int height = std::min(rows - first, V::W);
    T* out = packed + first;
    const T* in = source + first * ld;
    for (int64_t k = 0; k < depth; k += V::W) {
      const int n = static_cast<int>(std::min<int64_t>(V::W, depth - k));
      V v[V::W];
      loadTransposed<T>(v, in + k, ld, height, n);
      // A whole store spills over into values that the next ones overwrite; only the last must keep to their width.
      // (Not when a tile is taller than a vector: then the spill would hit finished values.)
      const bool spill = rows <= V::W && k + n + V::W <= depth;
      if (spill || height == V::W) {
        for (int i = 0; i < n; i++) v[i].store(out + (k + i) * rows);
      } else {
        for (int i = 0; i < n; i++) v[i].storeN(out + (k + i) * rows, height);
      }
    }
  }
}

// The same from a transposed A, a few k at a time: `source` holds one k per ld, the tile's rows side by side. `more`:
// further k follow, so that what is stored beyond the last row will be overwritten.
template <class T>
void packColumnsOfA(T* packed, const T* source, int64_t ld, int rows, int64_t depth, bool more) {
  using V = Vec<T>;
  const int whole = rows / V::W * V::W, tail = rows - whole;
  for (int64_t k = 0; k < depth; k++, source += ld, packed += rows) {
    for (int i = 0; i < whole; i += V::W) V::load(source + i).store(packed + i);
    if (tail == 0) continue;
    const V last = V::loadN(source + whole, tail);
    if (whole == 0 && (more || k + V::W < depth)) {
      last.store(packed);
    } else {
      last.storeN(packed + whole, tail);
    }
  }
}

/** Rows [begin, begin + count) × k [k0, k0 + depth) of A, tile after tile as RowTiles(count) cuts them. */
template <class T>
void packA(T* packed, const Matrix<T>& a, int64_t begin, int64_t count, int64_t k0, int64_t depth) {
  const RowTiles<T> tiles(count);
  if (!a.transposed) {
    for (int64_t t = 0; t < tiles.count; t++) {
      const int64_t row = begin + tiles.begin(t);
      packRowsOfA(packed + tiles.begin(t) * depth, a.data + row * a.ld + k0, a.ld, tiles.rows(t), depth);
    }
    return;
  }
  // All tiles take a few k in turn, so that what lies side by side is read while it is in the cache.
  constexpr int64_t kAtOnce = 2 * Vec<T>::W;
  for (int64_t k = 0; k < depth; k += kAtOnce) {
    const int64_t n = std::min(kAtOnce, depth - k);
    for (int64_t t = 0; t < tiles.count; t++) {
      const int rows = tiles.rows(t);
      packColumnsOfA(packed + tiles.begin(t) * depth + k * rows, a.data + (k0 + k) * a.ld + begin + tiles.begin(t),
                     a.ld, rows, n, depth - k - n >= Vec<T>::W);
    }
  }
}

/** One panel of B: k [k0, k0 + depth) × `columns` <= kColumns from `column` on, as [k][kColumns], zeros behind. */
template <class T>
void packPanel(T* packed, const Matrix<T>& b, int64_t column, int columns, int64_t k0, int64_t depth) {
  using V = Vec<T>;
  constexpr int kColumns = TileShape<T>::kColumns;
  if (!b.transposed) {
    const T* in = b.data + k0 * b.ld + column;
    for (int64_t k = 0; k < depth; k++, in += b.ld, packed += kColumns) {
      LUTRA_UNROLL
      for (int j = 0; j < kColumns; j += V::W) {
        (columns - j >= V::W ? V::load(in + j) : V::loadN(in + j, std::max(columns - j, 0))).store(packed + j);
      }
    }
    return;
  }
  for (int j = 0; j < kColumns; j += V::W) {
    const int width = std::max(std::min(columns - j, V::W), 0);
    const T* in = b.data + (column + j) * b.ld + k0;
    for (int64_t k = 0; k < depth; k += V::W) {
      const int n = static_cast<int>(std::min<int64_t>(V::W, depth - k));
      V v[V::W];
      if (width > 0) {
        loadTransposed<T>(v, in + k, b.ld, width, n);
      } else {
        for (int i = 0; i < V::W; i++) v[i] = V::zero();
      }
      for (int i = 0; i < n; i++) v[i].store(packed + (k + i) * kColumns + j);
    }
  }
}

}  // namespace lutra::LUTRA_NS

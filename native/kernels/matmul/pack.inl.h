// Packing: copies of operands in the order in which the micro-kernels read them.
namespace lutra::LUTRA_NS {

// How M rows are cut into tiles: as evenly as possible, none above the largest tile.
template <class T>
struct RowTiles {
  int64_t count, least, longer;  // the first `longer` tiles have one row more than `least`

  explicit RowTiles(int64_t rows, int64_t most = TileShape<T>::kRows)
      : count((rows + most - 1) / most), least(count == 0 ? 0 : rows / count), longer(count == 0 ? 0 : rows % count) {}
  int64_t begin(int64_t tile) const { return tile * least + std::min(tile, longer); }
  int rows(int64_t tile) const { return static_cast<int>(least + (tile < longer ? 1 : 0)); }
};

// One tile of A, kHeight × `depth`, as [k][kHeight]. `source` is the tile's first element, one row per ld. Compiled for
// each height: masks and copies of registers would take as long as the transposition itself.
template <class T, int kHeight>
void packRowsOfA(T* packed, const T* source, int64_t ld, int64_t depth) {
  using V = Vec<T>;
  constexpr int W = V::W, kParts = (kHeight + W - 1) / W, kLast = kHeight - (kParts - 1) * W;
  const T* in = source;
  int64_t k = 0;
  for (; k + W <= depth; k += W, in += W, packed += W * kHeight) {
    V v[kParts][W];
    LUTRA_UNROLL
    for (int part = 0; part < kParts; part++) {
      LUTRA_UNROLL
      for (int i = 0; i < W; i++) {
        const int row = part * W + i;
        v[part][i] = row < kHeight ? V::load(in + row * ld) : V::zero();
      }
      transpose(v[part]);
    }
    // A whole store spills over into values that the next ones overwrite; only the last must keep to their width.
    const bool spill = kLast == W || k + 2 * W <= depth;
    LUTRA_UNROLL
    for (int i = 0; i < W; i++) {
      T* const out = packed + i * kHeight;
      LUTRA_UNROLL
      for (int part = 0; part + 1 < kParts; part++) v[part][i].store(out + part * W);
      T* const end = out + (kParts - 1) * W;
      if (spill) {
        v[kParts - 1][i].store(end);
      } else {
        v[kParts - 1][i].storeN(end, kLast);
      }
    }
  }
  for (; k < depth; k++, in++, packed += kHeight) {
    LUTRA_UNROLL
    for (int i = 0; i < kHeight; i++) packed[i] = in[i * ld];
  }
}

// The same from a transposed A, a few k at a time: `source` holds one k per ld, the tile's rows side by side. `more`:
// further k follow, so that what is read and stored beyond the last row is there and will be overwritten.
template <class T, int kHeight>
void packColumnsOfA(T* packed, const T* source, int64_t ld, int64_t depth, bool more) {
  using V = Vec<T>;
  constexpr int W = V::W, kParts = (kHeight + W - 1) / W, kLast = kHeight - (kParts - 1) * W;
  // Those k behind which the whole vectors of another one lie.
  const int64_t whole = kLast == W ? depth : ld < W ? 0 : more ? depth : std::max<int64_t>(depth - W, 0);
  for (int64_t k = 0; k < depth; k++, source += ld, packed += kHeight) {
    LUTRA_UNROLL
    for (int part = 0; part + 1 < kParts; part++) V::load(source + part * W).store(packed + part * W);
    const T* const in = source + (kParts - 1) * W;
    T* const out = packed + (kParts - 1) * W;
    if (k < whole) {
      V::load(in).store(out);
    } else {
      V::loadN(in, kLast).storeN(out, kLast);
    }
  }
}

template <class T>
using PackRows = void (*)(T*, const T*, int64_t, int64_t);
template <class T>
using PackColumns = void (*)(T*, const T*, int64_t, int64_t, bool);

template <class T, int... kIndex>
LUTRA_INLINE PackRows<T> pickPackRows(int rows, std::integer_sequence<int, kIndex...>) {
  static constexpr PackRows<T> table[] = {&packRowsOfA<T, kIndex + 1>...};
  return table[rows - 1];
}

template <class T, int... kIndex>
LUTRA_INLINE PackColumns<T> pickPackColumns(int rows, std::integer_sequence<int, kIndex...>) {
  static constexpr PackColumns<T> table[] = {&packColumnsOfA<T, kIndex + 1>...};
  return table[rows - 1];
}

/** Rows [begin, begin + count) × k [k0, k0 + depth) of A, tile after tile as RowTiles(count) cuts them. */
template <class T>
void packA(T* packed, const Matrix<T>& a, int64_t begin, int64_t count, int64_t k0, int64_t depth) {
  constexpr auto kHeights = std::make_integer_sequence<int, TileShape<T>::kRows>{};
  const RowTiles<T> tiles(count);
  if (!a.transposed) {
    for (int64_t t = 0; t < tiles.count; t++) {
      const int64_t row = begin + tiles.begin(t);
      // A tile has too many short rows for the hardware to see them coming.
      const T* const next = a.data + (row + tiles.rows(t)) * a.ld + k0;
      for (int i = 0; i < TileShape<T>::kRows && t + 1 < tiles.count; i++) prefetchRow(next + i * a.ld, depth);
      pickPackRows<T>(tiles.rows(t), kHeights)(packed + tiles.begin(t) * depth, a.data + row * a.ld + k0, a.ld, depth);
    }
    return;
  }
  // All tiles take a few k in turn, so that what lies side by side is read while it is in the cache.
  constexpr int64_t kAtOnce = 2 * Vec<T>::W;
  for (int64_t k = 0; k < depth; k += kAtOnce) {
    const int64_t n = std::min(kAtOnce, depth - k);
    for (int64_t t = 0; t < tiles.count; t++) {
      const int rows = tiles.rows(t);
      pickPackColumns<T>(rows, kHeights)(packed + tiles.begin(t) * depth + k * rows,
                                         a.data + (k0 + k) * a.ld + begin + tiles.begin(t), a.ld, n,
                                         depth - k - n >= Vec<T>::W);
    }
  }
}

/** One panel of B: k [k0, k0 + depth) × `columns` <= kColumns from `column` on, as [k][kColumns], zeros behind. */
template <class T>
void packPanel(T* packed, const Matrix<T>& b, int64_t column, int columns, int64_t k0, int64_t depth) {
  using V = Vec<T>;
  constexpr int kColumns = TileShape<T>::kColumns, kLine = 64 / static_cast<int>(sizeof(T));
  if (!b.transposed) {
    const T* in = b.data + k0 * b.ld + column;
    for (int64_t k = 0; k < depth; k++, in += b.ld, packed += kColumns) {
      LUTRA_UNROLL
      for (int j = 0; j < kColumns; j += V::W) {
        LUTRA_PREFETCH_L2(in + kColumns + j);  // the next panel
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
        // The next panel, a line at a time: rows of several panels are too many streams for the hardware.
        for (int i = 0; i < width && k % kLine == 0; i++) LUTRA_PREFETCH_L2(in + (kColumns + i) * b.ld + k);
        loadTransposed<T>(v, in + k, b.ld, width, n);
      } else {
        for (int i = 0; i < V::W; i++) v[i] = V::zero();
      }
      for (int i = 0; i < n; i++) v[i].store(packed + (k + i) * kColumns + j);
    }
  }
}

}  // namespace lutra::LUTRA_NS

// What every path of a product shares: how K is cut, and one panel of B times packed rows of A.
namespace lutra::LUTRA_NS {

// Multiply-adds that are worth handing to another thread: about 3 µs.
constexpr int64_t kGrainWork = 1 << 17;

LUTRA_INLINE int64_t grainFor(int64_t workPerItem) { return 1 + kGrainWork / std::max<int64_t>(workPerItem, 1); }

/** Length of the blocks that K is cut into. Depends on K alone: it decides how an element is rounded. */
template <class T>
LUTRA_INLINE int64_t blockDepth(int64_t K) {
  constexpr int64_t kMost = sizeof(T) == 4 ? 512 : 256;
  const int64_t blocks = (K + kMost - 1) / kMost;
  return blocks <= 1 ? K : ((K + blocks - 1) / blocks + 7) / 8 * 8;
}

/**
 * Multiplies packed rows of A with one panel of B, over one block of K. With `copy`, B is a whole panel as it lies,
 * which the first tile packs there for the others.
 */
template <class T>
void multiplyPanel(const Product<T>& p, const T* packedA, int64_t row, int64_t rows, const T* b, int64_t ldb,
                   int64_t column, int64_t k0, int64_t depth, T* copy = nullptr) {
  const RowTiles<T> tiles(rows);
  Tile<T> tile;
  tile.columns = static_cast<int>(std::min<int64_t>(TileShape<T>::kColumns, p.N - column));
  tile.b = b;
  tile.ldb = ldb;
  tile.copy = copy;
  tile.ldc = p.ldc;
  tile.bias = k0 == 0 && p.options.bias != nullptr ? p.options.bias + column : nullptr;
  tile.depth = depth;
  tile.add = p.options.accumulate || k0 > 0;
  for (int64_t t = 0; t < tiles.count; t++) {
    const int height = tiles.rows(t);
    tile.a = packedA + tiles.begin(t) * depth;
    tile.aStep = height;
    tile.c = p.c + (row + tiles.begin(t)) * p.ldc + column;
    if (tile.ldb == TileShape<T>::kColumns) {
      tileFunction<T, true>(height, tile.columns)(tile);
    } else {
      unpackedTileFunction<T>(height, copy != nullptr)(tile);
      if (copy == nullptr) continue;
      tile.b = copy;
      tile.ldb = TileShape<T>::kColumns;
      tile.copy = nullptr;
    }
  }
}

}  // namespace lutra::LUTRA_NS

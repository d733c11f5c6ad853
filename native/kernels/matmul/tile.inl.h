// The micro-kernels: one tile of C, held in registers while the shared dimension runs by.
//
// A tile is `rows` × (vectors · W) elements. Its A comes packed ([k][rows], so that one step's values lie side by
// side), as a transposed matrix lies anyway, or directly as rows; its B as rows of at least the tile's width, packed or
// not.
namespace lutra::LUTRA_NS {

// The largest tile. 12 × 2 vectors fill the 32 registers of AVX-512, 6 × 2 the 16 of AVX2, 8 × 3 the 32 of NEON.
template <class T>
struct TileShape {
  static constexpr int kWidth = Vec<T>::W;
  static constexpr int kVectorBytes = kWidth * static_cast<int>(sizeof(T));
  static constexpr bool kScalar = kWidth == 1;
  static constexpr int kRows = kScalar ? 4 : kVectorBytes == 64 ? 12 : kVectorBytes == 32 ? 6 : 8;
  static constexpr int kVectors = kScalar ? 4 : kVectorBytes == 16 ? 3 : 2;
  static constexpr int kColumns = kVectors * kWidth;
  // Rows read straight from A: each needs a pointer in a general register.
  static constexpr int kDirectRows = kScalar ? 4 : 6;
  // For one or two rows, more columns at a time keep the multiply-add units busy and read B in longer runs.
  static constexpr int kWideRows = 2;
  static constexpr int kWideVectors = 4;
};

template <class T>
struct Tile {
  const T* a;
  // Values of one k: side by side, the next k's aStep further on; or, read directly as rows, aStep apart.
  int64_t aStep;
  const T* b;
  int64_t ldb;
  T* copy;  // where a micro-kernel that packs B on its way puts it, as [k][vectors · W]
  T* c;
  int64_t ldc;
  const T* bias;  // null: none
  int64_t depth;
  int columns;  // valid columns: more than (vectors - 1) · W, at most vectors · W
  bool add;     // to what C holds
};

template <class T, int kVectors>
LUTRA_INLINE void finishRow(const Vec<T>* sums, T* c, const Vec<T>* bias, const Tile<T>& tile) {
  using V = Vec<T>;
  const int last = tile.columns - (kVectors - 1) * V::W;
  LUTRA_UNROLL
  for (int j = 0; j < kVectors; j++) {
    const bool whole = j < kVectors - 1 || last == V::W;
    V value = sums[j];
    if (tile.bias != nullptr) value = value + bias[j];
    if (tile.add) value = value + (whole ? V::load(c + j * V::W) : V::loadN(c + j * V::W, last));
    if (whole) {
      value.store(c + j * V::W);
    } else {
      value.storeN(c + j * V::W, last);
    }
  }
}

// Rows of B that lie far apart are no stream to the hardware: where a panel is read as it lies, its row of the panel
// after the next is fetched. (A few rows further down would be too late for small tiles, and the lines of rows whose
// distance is a power of two push each other out of the first level of the cache.)
constexpr int kPanelsAhead = 2;

// How a micro-kernel finds its panel of B: packed, as it lies, or as it lies and to be packed on the way.
enum class PanelOfB { packed, strided, copied };

template <class T, int kRows, int kVectors, bool kSideBySide, PanelOfB kB = PanelOfB::packed>
void multiplyTile(const Tile<T>& tile) {
  using V = Vec<T>;
  V sums[kRows][kVectors];
  LUTRA_UNROLL
  for (int i = 0; i < kRows; i++) {
    LUTRA_UNROLL
    for (int j = 0; j < kVectors; j++) sums[i][j] = V::zero();
  }
  // C is needed only when the sums are complete. Short ones of large tiles are complete before it is there: for them
  // the tile below is asked for, in the second level of the cache (2000x32x256 405 to 350 µs; small tiles gain
  // nothing).
  if (tile.depth >= 128) {
    for (int i = 0; i < kRows; i++) {
      for (int j = 0; j < kVectors; j++) LUTRA_PREFETCH(tile.c + i * tile.ldc + j * V::W);
    }
  } else if (TileShape<T>::kVectorBytes == 64) {
    for (int i = kRows; i < 2 * kRows; i++) {
      for (int j = 0; j < kVectors; j++) LUTRA_PREFETCH_L2(tile.c + i * tile.ldc + j * V::W);
    }
  }
  const T* a = tile.a;
  const T* b = tile.b;
  T* copy = tile.copy;
  const int64_t aStep = tile.aStep, ldb = tile.ldb;
  for (int64_t k = 0; k < tile.depth; k++) {
    V row[kVectors];
    LUTRA_UNROLL
    for (int j = 0; j < kVectors; j++) row[j] = V::load(b + j * V::W);
    if constexpr (kB != PanelOfB::packed) {
      LUTRA_UNROLL
      for (int j = 0; j < kVectors; j++) LUTRA_PREFETCH_L2(b + (kPanelsAhead * kVectors + j) * V::W);
    }
    if constexpr (kB == PanelOfB::copied) {
      LUTRA_UNROLL
      for (int j = 0; j < kVectors; j++) row[j].store(copy + j * V::W);
      copy += kVectors * V::W;
    }
    LUTRA_UNROLL
    for (int i = 0; i < kRows; i++) {
      const V factor = V::set1(kSideBySide ? a[i] : a[i * aStep]);
      LUTRA_UNROLL
      for (int j = 0; j < kVectors; j++) sums[i][j] = fma(factor, row[j], sums[i][j]);
    }
    a += kSideBySide ? aStep : 1;
    b += ldb;
  }
  V bias[kVectors];
  LUTRA_UNROLL
  for (int j = 0; j < kVectors; j++) {
    const int columns = tile.columns - j * V::W;
    bias[j] = tile.bias == nullptr ? V::zero()
              : columns >= V::W    ? V::load(tile.bias + j * V::W)
                                   : V::loadN(tile.bias + j * V::W, columns);
  }
  T* c = tile.c;
  LUTRA_UNROLL
  for (int i = 0; i < kRows; i++) {
    finishRow<T, kVectors>(sums[i], c, bias, tile);
    c += tile.ldc;
  }
}

template <class T>
using TileFunction = void (*)(const Tile<T>&);

template <class T, bool kSideBySide, int... kIndex>
LUTRA_INLINE TileFunction<T> pickTile(int rows, int vectors, std::integer_sequence<int, kIndex...>) {
  constexpr int kVectors = TileShape<T>::kVectors;
  static constexpr TileFunction<T> table[] = {
      &multiplyTile<T, kIndex / kVectors + 1, kIndex % kVectors + 1, kSideBySide>...};
  return table[(rows - 1) * kVectors + vectors - 1];
}

/** The micro-kernel for tiles of `rows` × `columns`, at most kRows (or, directly, kDirectRows) × kColumns. */
template <class T, bool kSideBySide>
LUTRA_INLINE TileFunction<T> tileFunction(int rows, int columns) {
  using S = TileShape<T>;
  constexpr int kRows = kSideBySide ? S::kRows : S::kDirectRows;
  const int vectors = (columns + S::kWidth - 1) / S::kWidth;
  return pickTile<T, kSideBySide>(rows, vectors, std::make_integer_sequence<int, kRows * S::kVectors>{});
}

template <class T, PanelOfB kB, int... kIndex>
LUTRA_INLINE TileFunction<T> pickUnpackedTile(int rows, std::integer_sequence<int, kIndex...>) {
  static constexpr TileFunction<T> table[] = {&multiplyTile<T, kIndex + 1, TileShape<T>::kVectors, true, kB>...};
  return table[rows - 1];
}

/** The micro-kernel for a whole panel of B as it lies; packing it for the tiles that follow hides behind the
 * arithmetic. */
template <class T>
LUTRA_INLINE TileFunction<T> unpackedTileFunction(int rows, bool copies) {
  constexpr auto kHeights = std::make_integer_sequence<int, TileShape<T>::kRows>{};
  return copies ? pickUnpackedTile<T, PanelOfB::copied>(rows, kHeights)
                : pickUnpackedTile<T, PanelOfB::strided>(rows, kHeights);
}

// A few dot products at once, of operands whose shared dimension is contiguous in both: kRows rows of A with kColumns
// columns of B (rows of its transpose).
template <class T, int kRows, int kColumns>
void multiplyDots(const Tile<T>& tile) {
  using V = Vec<T>;
  V sums[kRows][kColumns];
  LUTRA_UNROLL
  for (int i = 0; i < kRows; i++) {
    LUTRA_UNROLL
    for (int j = 0; j < kColumns; j++) sums[i][j] = V::zero();
  }
  int64_t k = 0;
  for (; k + V::W <= tile.depth; k += V::W) {
    V a[kRows];
    LUTRA_UNROLL
    for (int i = 0; i < kRows; i++) a[i] = V::load(tile.a + i * tile.aStep + k);
    LUTRA_UNROLL
    for (int j = 0; j < kColumns; j++) {
      const V b = V::load(tile.b + j * tile.ldb + k);
      LUTRA_UNROLL
      for (int i = 0; i < kRows; i++) sums[i][j] = fma(a[i], b, sums[i][j]);
    }
  }
  if (k < tile.depth) {
    const int n = static_cast<int>(tile.depth - k);
    V a[kRows];
    LUTRA_UNROLL
    for (int i = 0; i < kRows; i++) a[i] = V::loadN(tile.a + i * tile.aStep + k, n);
    LUTRA_UNROLL
    for (int j = 0; j < kColumns; j++) {
      const V b = V::loadN(tile.b + j * tile.ldb + k, n);
      LUTRA_UNROLL
      for (int i = 0; i < kRows; i++) sums[i][j] = fma(a[i], b, sums[i][j]);
    }
  }
  LUTRA_UNROLL
  for (int i = 0; i < kRows; i++) {
    LUTRA_UNROLL
    for (int j = 0; j < kColumns; j++) {
      T& c = tile.c[i * tile.ldc + j];
      T value = sum(sums[i][j]);
      if (tile.bias != nullptr) value += tile.bias[j];
      c = tile.add ? c + value : value;
    }
  }
}

constexpr int kDotSide = 4;

template <class T, int... kIndex>
LUTRA_INLINE TileFunction<T> pickDots(int rows, int columns, std::integer_sequence<int, kIndex...>) {
  static constexpr TileFunction<T> table[] = {&multiplyDots<T, kIndex / kDotSide + 1, kIndex % kDotSide + 1>...};
  return table[(rows - 1) * kDotSide + columns - 1];
}

template <class T>
LUTRA_INLINE TileFunction<T> dotsFunction(int rows, int columns) {
  return pickDots<T>(rows, columns, std::make_integer_sequence<int, kDotSide * kDotSide>{});
}

}  // namespace lutra::LUTRA_NS

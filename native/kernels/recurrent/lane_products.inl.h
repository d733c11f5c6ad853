// Sums over sequences that lie in the lanes of vectors: the gradients of weights, straight from the panels that a
// backward pass makes, which a product of matrices would have to transpose and pack again.
namespace lutra::LUTRA_NS {

/**
 * What is multiplied and summed. A place is a vector of sequences in one step; their order is that of the sums.
 *
 * Rows lie tile after tile, so that those of a tile are one stream. Columns lie as they come, an odd number of vectors
 * from place to place: at a distance of a power of two they would push each other out of the first level of the cache.
 */
template <class T, int kTileRows>
struct LaneFactors {
  static constexpr int W = Vec<T>::W;
  int64_t places, rows, columns;
  T* a = nullptr;  // [tiles][places][kTileRows][W]
  T* b = nullptr;  // [places][columns | 1][W]

  int64_t tiles() const { return (rows + kTileRows - 1) / kTileRows; }
  int64_t elementsOfA() const { return tiles() * places * kTileRows * W; }
  int64_t elementsOfB() const { return places * (columns | 1) * W; }
  T* row(int64_t place, int64_t r) const {
    return a + ((r / kTileRows * places + place) * kTileRows + r % kTileRows) * W;
  }
  T* column(int64_t place, int64_t c) const { return b + (place * (columns | 1) + c) * W; }
};

/** Some places of a tile of rows and of a few columns. */
template <class T>
struct LaneTile {
  T* sums;  // [rows][ldSums][W]
  int64_t ldSums;
  const T* a;
  int64_t aStep;  // from place to place
  const T* b;
  int64_t bStep;
  int64_t places;
  bool add;  // to the sums of earlier places
};

template <class T, int kRows, int kColumns>
void sumPlaces(const LaneTile<T>& tile) {
  using V = Vec<T>;
  V s[kRows][kColumns];
  LUTRA_UNROLL
  for (int i = 0; i < kRows; i++) {
    LUTRA_UNROLL
    for (int j = 0; j < kColumns; j++) {
      s[i][j] = tile.add ? V::load(tile.sums + (i * tile.ldSums + j) * V::W) : V::zero();
    }
  }
  const T* a = tile.a;
  const T* b = tile.b;
  for (int64_t place = 0; place < tile.places; place++) {
    V column[kColumns];
    LUTRA_UNROLL
    for (int j = 0; j < kColumns; j++) column[j] = V::load(b + j * V::W);
    LUTRA_UNROLL
    for (int i = 0; i < kRows; i++) {
      V row = V::load(a + i * V::W);
      LUTRA_KEEP_IN_REGISTER(row.v);
      LUTRA_UNROLL
      for (int j = 0; j < kColumns; j++) s[i][j] = fma(row, column[j], s[i][j]);
    }
    a += tile.aStep;
    b += tile.bStep;
  }
  LUTRA_UNROLL
  for (int i = 0; i < kRows; i++) {
    LUTRA_UNROLL
    for (int j = 0; j < kColumns; j++) s[i][j].store(tile.sums + (i * tile.ldSums + j) * V::W);
  }
}

/** out[i] = the sum of the lanes of vector i, for n vectors. Writes up to W - 1 elements beyond. */
template <class T>
void addLanes(T* out, const T* vectors, int64_t n) {
  using V = Vec<T>;
  for (int64_t first = 0; first < n; first += V::W) {
    const int64_t count = std::min<int64_t>(V::W, n - first);
    V v[V::W];
    for (int i = 0; i < V::W; i++) v[i] = i < count ? V::load(vectors + (first + i) * V::W) : V::zero();
    transpose(v);
    LUTRA_UNROLL
    for (int half = V::W / 2; half > 0; half /= 2) {
      LUTRA_UNROLL
      for (int i = 0; i < half; i++) v[i] = v[i] + v[i + half];
    }
    v[0].store(out + first);
  }
}

/** Calls sink(row, values [columns]) with each row of the product, on threads where there is work for several. */
template <class T, int kTileRows, class Sink>
void laneProduct(const LaneFactors<T, kTileRows>& factors, const Sink& sink) {
  using V = Vec<T>;
  constexpr int kColumns = 3;
  static constexpr void (*table[kColumns])(const LaneTile<T>&) = {
      &sumPlaces<T, kTileRows, 1>, &sumPlaces<T, kTileRows, 2>, &sumPlaces<T, kTileRows, 3>};
  constexpr int64_t kPlacesAtOnce = 32;  // a tile's rows of so many stay in the first level of the cache
  constexpr int64_t kLeastWork = 1 << 17;
  const int64_t columns = factors.columns, work = kTileRows * columns * factors.places * V::W;
  parallelFor(factors.tiles(), 1 + kLeastWork / std::max<int64_t>(work, 1), [&](int64_t begin, int64_t end) {
    const int64_t padded = (columns + V::W - 1) / V::W * V::W;
    T* const values = scratch<T>(Scratch::partials, padded + kTileRows * columns * V::W);
    T* const sums = values + padded;
    LaneTile<T> tile = {};
    tile.ldSums = columns;
    tile.aStep = kTileRows * V::W;
    tile.bStep = factors.column(1, 0) - factors.column(0, 0);
    for (int64_t row = begin * kTileRows; row < std::min(end * kTileRows, factors.rows); row += kTileRows) {
      for (int64_t place = 0; place < factors.places; place += kPlacesAtOnce) {
        tile.places = std::min(kPlacesAtOnce, factors.places - place);
        tile.add = place > 0;
        tile.a = factors.row(place, row);
        for (int64_t column = 0; column < columns; column += kColumns) {
          tile.b = factors.column(place, column);
          tile.sums = sums + column * V::W;
          table[std::min<int64_t>(kColumns, columns - column) - 1](tile);
        }
      }
      for (int64_t i = 0; i < std::min<int64_t>(kTileRows, factors.rows - row); i++) {
        addLanes(values, sums + i * columns * V::W, columns);
        sink(row + i, values);
      }
    }
  });
}

}  // namespace lutra::LUTRA_NS

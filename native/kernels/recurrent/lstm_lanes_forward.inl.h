// Forward through a block of sequences: what each step keeps, and the states.
namespace lutra::LUTRA_NS {

/** The weights of tiles of units, tile after tile, as [k][gate][unit of the tile]: first those of x, then those of h.
 */
template <class T>
void packUnits(T* packed, const LstmWeights<T>& weights, const LstmShape& shape) {
  using V = Vec<T>;
  const int64_t H = shape.hiddenSize;
  const RowTiles<T> tiles(H, LaneShape<T>::kUnits);
  for (int64_t t = 0; t < tiles.count; t++) {
    const int units = tiles.rows(t), rows = 4 * units;
    for (const bool ofHidden : {false, true}) {
      const T* const source = ofHidden ? weights.hiddenHidden : weights.inputHidden;
      const int64_t K = ofHidden ? H : shape.inputSize;
      for (int first = 0; first < rows; first += V::W) {
        const int width = std::min(V::W, rows - first);
        const T* from[V::W];
        for (int i = 0; i < width; i++) {
          const int gate = (first + i) / units, unit = (first + i) % units;
          from[i] = source + (gate * H + tiles.begin(t) + unit) * K;
        }
        for (int64_t k = 0; k < K; k += V::W) {
          const int depth = static_cast<int>(std::min<int64_t>(V::W, K - k));
          V v[V::W];
          for (int i = 0; i < V::W; i++) v[i] = i < width ? V::loadN(from[i] + k, depth) : V::zero();
          transpose(v);
          // Spills over into what is stored next.
          for (int i = 0; i < depth; i++) v[i].store(packed + (k + i) * rows + first);
        }
      }
      packed += K * rows;
    }
  }
}

/** The units of one tile in one step of a block of sequences. */
template <class T>
struct UnitTile {
  const T* weights;  // [k][gate][unit]
  const T* panel;    // x_t above h_{t-1}: [k][vectors · W]
  int64_t depth;
  const T* bias;  // of these units' gate i, the other gates' H further on each; or null
  int64_t hiddenSize;
  T* cell;    // [unit][vectors · W]: c_{t-1} in, c_t out
  T* hidden;  // [unit][vectors · W]: h_t
  const Kept<T>* kept;
  int64_t unit;  // the first one's number
};

template <class T, int kUnits, int kVectors>
void stepUnits(const UnitTile<T>& tile) {
  using V = Vec<T>;
  constexpr int kGates = 4, kWidth = kVectors * V::W;
  V sums[kGates][kUnits][kVectors];
  LUTRA_UNROLL
  for (int g = 0; g < kGates; g++) {
    LUTRA_UNROLL
    for (int u = 0; u < kUnits; u++) {
      const V bias = tile.bias == nullptr ? V::zero() : V::set1(tile.bias[g * tile.hiddenSize + u]);
      LUTRA_UNROLL
      for (int j = 0; j < kVectors; j++) sums[g][u][j] = bias;
    }
  }
  const T* weights = tile.weights;
  const T* panel = tile.panel;
  for (int64_t k = 0; k < tile.depth; k++) {
    V row[kVectors];
    LUTRA_UNROLL
    for (int j = 0; j < kVectors; j++) row[j] = V::load(panel + j * V::W);
    LUTRA_UNROLL
    for (int g = 0; g < kGates; g++) {
      LUTRA_UNROLL
      for (int u = 0; u < kUnits; u++) {
        const V factor = V::set1(weights[g * kUnits + u]);
        LUTRA_UNROLL
        for (int j = 0; j < kVectors; j++) sums[g][u][j] = fma(factor, row[j], sums[g][u][j]);
      }
    }
    weights += kGates * kUnits;
    panel += kWidth;
  }
  using M = Vec<Several<T, kVectors>>;
  LUTRA_UNROLL
  for (int u = 0; u < kUnits; u++) {
    T* const c = tile.cell + u * kWidth;
    Cell<Several<T, kVectors>> cell;
    LUTRA_UNROLL
    for (int j = 0; j < kVectors; j++) {
      cell.in.v[j] = sums[0][u][j];
      cell.forget.v[j] = sums[1][u][j];
      cell.candidate.v[j] = sums[2][u][j];
      cell.out.v[j] = sums[3][u][j];
      cell.c.v[j] = V::load(c + j * V::W);
    }
    activate(cell);
    LUTRA_UNROLL
    for (int j = 0; j < kVectors; j++) {
      cell.c.v[j].store(c + j * V::W);
      cell.h.v[j].store(tile.hidden + u * kWidth + j * V::W);
    }
    if (tile.kept == nullptr) continue;
    const M parts[kParts] = {cell.in, cell.forget, cell.candidate, cell.out, cell.c, cell.squashed};
    LUTRA_UNROLL
    for (int part = 0; part < kParts; part++) {
      LUTRA_UNROLL
      for (int j = 0; j < kVectors; j++)
        parts[part].v[j].store(tile.kept->at(j, static_cast<Part>(part), tile.unit + u));
    }
  }
}

template <class T, int kVectors, int... kIndex>
LUTRA_INLINE void stepUnitsOf(int units, const UnitTile<T>& tile, std::integer_sequence<int, kIndex...>) {
  static constexpr void (*table[])(const UnitTile<T>&) = {&stepUnits<T, kIndex + 1, kVectors>...};
  table[units - 1](tile);
}

/** A call of lstmLanesForward with its weights laid out. */
template <class T>
struct LanesForward {
  Rows<T> output;
  T* hn;
  T* cn;
  T* cache;
  Rows<const T> input;
  const T* h0;
  const T* c0;
  const T* packed;
  const T* bias;
  const LstmShape& shape;

  template <int kVectors>
  void block(int64_t firstVector) const {
    using S = LaneShape<T>;
    const SequenceBlock<T, kVectors> sequences = {firstVector, shape.sequence.batch};
    constexpr int64_t kWidth = sequences.kWidth;
    const SequenceRows rows(shape.sequence);
    const int64_t I = shape.inputSize, H = shape.hiddenSize, K = I + H, stride = rows.stride();
    T* const panels = scratch<T>(Scratch::states, (2 * K + H) * kWidth);
    T* const cell = panels + 2 * K * kWidth;
    sequences.loadStates(panels + I * kWidth, h0, H);
    sequences.loadStates(cell, c0, H);
    const RowTiles<T> tiles(H, S::kUnits);
    for (int64_t s = 0; s < rows.steps(); s++) {
      const int64_t t = rows.step(s);
      T* const panel = panels + (s % 2) * K * kWidth;
      T* const hidden = panels + ((s + 1) % 2) * K * kWidth + I * kWidth;
      sequences.load(panel, input.data + rows.begin(t) * input.ld, stride * input.ld, I);
      const Kept<T> kept = cache == nullptr ? Kept<T>{} : keptOf(cache, shape, firstVector, t);
      UnitTile<T> tile = {packed, panel, s == 0 && h0 == nullptr ? I : K, nullptr, H, cell, hidden, nullptr, 0};
      if (cache != nullptr) tile.kept = &kept;
      for (int64_t i = 0; i < tiles.count; i++) {
        tile.unit = tiles.begin(i);
        tile.weights = packed + tile.unit * 4 * K;
        tile.bias = bias == nullptr ? nullptr : bias + tile.unit;
        tile.cell = cell + tile.unit * kWidth;
        tile.hidden = hidden + tile.unit * kWidth;
        stepUnitsOf<T, kVectors>(tiles.rows(i), tile, std::make_integer_sequence<int, S::kUnits>{});
      }
      sequences.store(output.data + rows.begin(t) * output.ld, stride * output.ld, hidden, H);
    }
    sequences.store(hn, H, panels + (rows.steps() % 2) * K * kWidth + I * kWidth, H);
    sequences.store(cn, H, cell, H);
  }
};

template <class T>
void lanesForward(Rows<T> output, T* hn, T* cn, T* cache, Rows<const T> input, const T* h0, const T* c0,
                  const LstmWeights<T>& weights, const T* bias, const LstmShape& shape) {
  if constexpr (Vec<T>::W > 1) {
    const int64_t H = shape.hiddenSize;
    T* const packed = scratch<T>(Scratch::packedB, 4 * H * (shape.inputSize + H) + Vec<T>::W);
    packUnits(packed, weights, shape);
    runBlocks<T>(LanesForward<T>{output, hn, cn, cache, input, h0, c0, packed, bias, shape}, shape);
  }
}

}  // namespace lutra::LUTRA_NS

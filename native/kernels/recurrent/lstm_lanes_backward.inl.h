// Back through a block of sequences, and what that adds up to for the weights.
namespace lutra::LUTRA_NS {

template <class T>
using PanelTile = void (*)(const Tile<T>&);

/** Products of tiles of packed rows with a panel kVectors wide. */
template <class T, int kVectors, int... kIndex>
LUTRA_INLINE PanelTile<T> panelTile(int rows, std::integer_sequence<int, kIndex...>) {
  static constexpr PanelTile<T> table[] = {&multiplyTile<T, kIndex + 1, kVectors, true>...};
  return table[rows - 1];
}

template <class T>
using GateFactors = LaneFactors<T, LaneShape<T>::kRows>;

/** A call of lstmLanesBackward with its weights laid out. */
template <class T>
struct LanesBackward {
  LstmGradients<T> gradients;
  // Of the weights' gradients. Rows: those of the gates, unit after unit; columns: x_t, h_{t-1}, and ones for the bias.
  GateFactors<T> factors;
  bool ofWeights;  // whether they are wanted
  Rows<const T> dOutput;
  const T* dhn;
  const T* dcn;
  const T* cache;
  Rows<const T> input;
  const T* h0;
  const T* c0;
  const T* packed;
  const LstmShape& shape;

  /** Rows of the product that carries gradients back through a step: of h, then of x where they are wanted. */
  int64_t productRows() const { return shape.hiddenSize + (gradients.input == nullptr ? 0 : shape.inputSize); }

  // x_t and ones where the product that makes the weights' gradients reads them.
  template <int kVectors>
  void placeInput(const SequenceBlock<T, kVectors>& sequences, const T* rows, int64_t ld, int64_t place) const {
    sequences.forVectors([&](int j, int64_t b, int count) {
      panelFromRows<T>(factors.column(place + j, 0), Vec<T>::W, rows + b * ld, ld, shape.inputSize, count);
      Vec<T>::set1(T(1)).store(factors.column(place + j, factors.columns - 1));
    });
  }

  // Lanes without a sequence add nothing to the weights' gradients, whatever went on in them.
  template <int kVectors>
  void clearEmptyLanes(const SequenceBlock<T, kVectors>& sequences, int64_t place) const {
    using V = Vec<T>;
    sequences.forVectors([&](int j, int64_t, int count) {
      for (int64_t r = 0; r < factors.rows && count < V::W; r++) {
        T* const row = factors.row(place + j, r);
        V::loadN(row, count).store(row);
      }
    });
  }

  template <int kVectors>
  void block(int64_t firstVector) const {
    using V = Vec<T>;
    using S = LaneShape<T>;
    const SequenceBlock<T, kVectors> sequences = {firstVector, shape.sequence.batch};
    constexpr int64_t kWidth = sequences.kWidth;
    const SequenceRows rows(shape.sequence);
    const int64_t I = shape.inputSize, H = shape.hiddenSize, stride = rows.stride();
    const int64_t vectors = (rows.batch() + V::W - 1) / V::W;
    const RowTiles<T> tiles(productRows(), S::kRows);
    T* const dStates = scratch<T>(Scratch::states, (productRows() + 8 * H) * kWidth);
    T* const dCell = dStates + productRows() * kWidth;
    T* const firstCell = dCell + H * kWidth;
    T* const firstHidden = firstCell + H * kWidth;
    T* const upstream = firstHidden + H * kWidth;
    T* const panel = upstream + H * kWidth;  // of the gates' gradients
    sequences.loadStates(dStates, dhn, H);
    sequences.loadStates(dCell, dcn, H);
    sequences.loadStates(firstCell, c0, H);
    sequences.loadStates(firstHidden, h0, H);
    if (dOutput.data == nullptr) copyStates<T>(upstream, nullptr, H * kWidth);
    for (int64_t s = rows.steps() - 1; s >= 0; s--) {
      const int64_t t = rows.step(s);
      if (dOutput.data != nullptr) {
        sequences.load(upstream, dOutput.data + rows.begin(t) * dOutput.ld, stride * dOutput.ld, H);
      }
      const int64_t place = s * vectors + firstVector;
      if (ofWeights) {
        placeInput(sequences, input.data + rows.begin(t) * input.ld, stride * input.ld, place);
      }
      const Kept<const T> kept = keptOf(cache, shape, firstVector, t);
      const Kept<const T> earlier = keptOf(cache, shape, firstVector, s == 0 ? t : rows.before(t));
      for (int64_t unit = 0; unit < H; unit++) {
        for (int j = 0; j < kVectors; j++) {
          const int64_t at = unit * kWidth + j * V::W;
          const auto load = [&](Part part) { return V::load(kept.at(j, part, unit)); };
          const V c = V::load(s == 0 ? firstCell + at : earlier.at(j, kCell, unit));
          const V dh = V::load(dStates + at) + V::load(upstream + at);
          const CellGradient<T> d = cellGradient<T>(load(kIn), load(kForget), load(kCandidate), load(kOut),
                                                    load(kSquashed), c, dh, V::load(dCell + at));
          d.c.store(dCell + at);
          d.in.store(panel + at);
          d.forget.store(panel + at + H * kWidth);
          d.candidate.store(panel + at + 2 * H * kWidth);
          d.out.store(panel + at + 3 * H * kWidth);
          if (!ofWeights) continue;
          T* const gates = factors.row(place + j, 4 * unit);
          d.in.store(gates);
          d.forget.store(gates + V::W);
          d.candidate.store(gates + 2 * V::W);
          d.out.store(gates + 3 * V::W);
          const V h = s == 0 ? V::load(firstHidden + at)
                             : V::load(earlier.at(j, kOut, unit)) * V::load(earlier.at(j, kSquashed, unit));
          h.store(factors.column(place + j, I + unit));
        }
      }
      if (ofWeights) clearEmptyLanes(sequences, place);
      Tile<T> tile = {};
      tile.b = panel;
      tile.ldb = tile.ldc = kWidth;
      tile.depth = 4 * H;
      tile.columns = static_cast<int>(kWidth);
      for (int64_t i = 0; i < tiles.count; i++) {
        tile.a = packed + tiles.begin(i) * 4 * H;
        tile.aStep = tiles.rows(i);
        tile.c = dStates + tiles.begin(i) * kWidth;
        panelTile<T, kVectors>(tiles.rows(i), std::make_integer_sequence<int, S::kRows>{})(tile);
      }
      if (gradients.input == nullptr) continue;
      sequences.store(gradients.input + rows.begin(t) * I, stride * I, dStates + H * kWidth, I, gradients.addToInput);
    }
    sequences.store(gradients.h0, H, dStates, H);
    sequences.store(gradients.c0, H, dCell, H);
  }
};

/** Rows of W_hh^T, then of W_ih^T, tile after tile, as [k][row of the tile]. */
template <class T>
void packTransposed(T* packed, const LstmWeights<T>& weights, const LstmShape& shape, int64_t productRows) {
  const int64_t H = shape.hiddenSize, I = shape.inputSize;
  const RowTiles<T> tiles(productRows, LaneShape<T>::kRows);
  for (int64_t t = 0; t < tiles.count; t++) {
    const int64_t begin = tiles.begin(t), end = tiles.begin(t + 1), middle = std::min(std::max(begin, H), end);
    for (int64_t k = 0; k < 4 * H; k++) {
      const T* const ofHidden = weights.hiddenHidden + k * H;
      const T* const ofInput = weights.inputHidden + k * I - H;
      for (int64_t r = begin; r < middle; r++) *packed++ = ofHidden[r];
      for (int64_t r = middle; r < end; r++) *packed++ = ofInput[r];
    }
  }
}

template <class T>
GateFactors<T> gateFactors(const LstmShape& shape) {
  const int64_t vectors = (shape.sequence.batch + Vec<T>::W - 1) / Vec<T>::W;
  return {vectors * shape.sequence.steps, 4 * shape.hiddenSize, shape.inputSize + shape.hiddenSize + 1};
}

template <class T>
int64_t lanesWorkspaceElements(const LstmShape& shape) {
  if (!usesLanes<T>(shape)) return 0;
  const GateFactors<T> factors = gateFactors<T>(shape);
  return factors.elementsOfA() + factors.elementsOfB();
}

template <class T>
void lanesBackward(const LstmGradients<T>& gradients, T* workspace, Rows<const T> dOutput, const T* dhn, const T* dcn,
                   const T* cache, Rows<const T> input, const T* h0, const T* c0, const LstmWeights<T>& weights,
                   const LstmShape& shape) {
  if constexpr (Vec<T>::W > 1) {
    const int64_t I = shape.inputSize, H = shape.hiddenSize;
    GateFactors<T> factors = gateFactors<T>(shape);
    factors.a = workspace;
    factors.b = workspace + factors.elementsOfA();
    const bool ofWeights =
        gradients.inputHidden != nullptr || gradients.hiddenHidden != nullptr || gradients.bias != nullptr;
    LanesBackward<T> call = {gradients, factors, ofWeights, dOutput, dhn, dcn, cache, input, h0, c0, nullptr, shape};
    T* const packed = scratch<T>(Scratch::packedB, call.productRows() * 4 * H);
    packTransposed(packed, weights, shape, call.productRows());
    call.packed = packed;
    runBlocks<T>(call, shape);
    if (!ofWeights) return;
    laneProduct(factors, [&](int64_t row, const T* values) {
      const int64_t to = row % 4 * H + row / 4;
      if (gradients.inputHidden != nullptr) copyStates(gradients.inputHidden + to * I, values, I);
      if (gradients.hiddenHidden != nullptr) copyStates(gradients.hiddenHidden + to * H, values + I, H);
      if (gradients.bias != nullptr) gradients.bias[to] = values[I + H];
    });
  }
}

}  // namespace lutra::LUTRA_NS

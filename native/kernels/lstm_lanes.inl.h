#include "kernels/lstm_cell.inl.h"
#include "kernels/matmul_tile.inl.h"
#include "kernels/matmul_pack.inl.h"
#include "kernels/lane_panels.inl.h"

namespace lutra::LUTRA_NS {

// A block of sequences is at most three vectors wide; accumulators for as many units as fill the registers beside.
template <class T>
struct LaneShape {
  static constexpr int kWidth = Vec<T>::W;
  static constexpr int kVectors = 3;
  static constexpr int kAccumulators = TileShape<T>::kRows * TileShape<T>::kVectors;
  static constexpr int kUnits = kAccumulators / (4 * kVectors);
  static constexpr int kRows = kAccumulators / kVectors;
};

// What is kept of one step for a vector of sequences: kParts × H vectors, in the order of Part.
enum Part { kIn, kForget, kCandidate, kOut, kCell, kSquashed, kParts };

// Values of one unit in one step, and how to get from one vector of sequences to the next.
template <class T>
struct Kept {
  T* first;
  int64_t perVector;  // elements between vectors of sequences
  int64_t perPart;

  T* at(int vector, Part part, int64_t unit) const {
    return first + vector * perVector + part * perPart + unit * Vec<std::remove_const_t<T>>::W;
  }
};

template <class T>
LUTRA_INLINE Kept<T> keptOf(T* cache, const LstmShape& shape, int64_t firstVector, int64_t t) {
  const int64_t perPart = shape.hiddenSize * Vec<std::remove_const_t<T>>::W, perStep = kParts * perPart;
  const int64_t perVector = shape.sequence.steps * perStep;
  return {cache + firstVector * perVector + t * perStep, perVector, perPart};
}

template <class T>
bool usesLanes(const LstmShape& shape) {
  constexpr int64_t kWidth = Vec<T>::W, kMostWeights = 1 << 15;
  const SequenceShape& s = shape.sequence;
  if (kWidth == 1 || shape.projSize > 0 || s.batchSizes != nullptr || s.steps <= 1 || s.batch < kWidth) return false;
  const int64_t padded = (s.batch + kWidth - 1) / kWidth * kWidth;
  return 4 * padded <= 5 * s.batch && 4 * shape.hiddenSize * (shape.hiddenSize + shape.inputSize) <= kMostWeights &&
         shape.hiddenSize > 0 && shape.inputSize > 0;
}

template <class T>
int64_t lanesCacheElements(const LstmShape& shape) {
  if (!usesLanes<T>(shape)) return 0;
  const int64_t vectors = (shape.sequence.batch + Vec<T>::W - 1) / Vec<T>::W;
  return vectors * Vec<T>::W * shape.sequence.steps * kParts * shape.hiddenSize;
}

/** Calls block(firstVector, vectors) for all sequences, on threads where there is work for several. */
template <class T, class Block>
LUTRA_INLINE void forLaneBlocks(const LstmShape& shape, const Block& block) {
  constexpr int64_t kMost = LaneShape<T>::kVectors, kLeastWork = 1 << 18;
  const SequenceShape& s = shape.sequence;
  const int64_t vectors = (s.batch + Vec<T>::W - 1) / Vec<T>::W;
  const int64_t work = s.batch * s.steps * 4 * shape.hiddenSize * (shape.hiddenSize + shape.inputSize + 16);
  const int64_t parts = std::max<int64_t>(std::min(std::min<int64_t>(numThreads(), vectors), work / kLeastWork), 1);
  const auto run = [&](int64_t begin, int64_t end) {
    const RowTiles<T> blocks(end - begin, kMost);
    for (int64_t i = 0; i < blocks.count; i++) block(begin + blocks.begin(i), blocks.rows(i));
  };
  if (parts == 1) return run(0, vectors);
  parallelThreads(static_cast<int>(parts),
                  [&](int part) { run(vectors * part / parts, vectors * (part + 1) / parts); });
}

/** The sequences of a block: what moves between rows, one for each sequence, and panels, as wide as the block. */
template <class T, int kVectors>
struct SequenceBlock {
  static constexpr int W = Vec<T>::W;
  static constexpr int64_t kWidth = kVectors * W;
  int64_t firstVector;
  int64_t batch;

  // Calls each(vector of the block, its first sequence, how many sequences it holds).
  template <class Each>
  LUTRA_INLINE void forVectors(const Each& each) const {
    for (int j = 0; j < kVectors; j++) {
      const int64_t sequence = (firstVector + j) * W;
      each(j, sequence, static_cast<int>(std::min<int64_t>(W, batch - sequence)));
    }
  }
  // Rows of n values: sequence b's lies at rows + b · ld.
  void load(T* panel, const T* rows, int64_t ld, int64_t n) const {
    forVectors(
        [&](int j, int64_t b, int count) { panelFromRows<T>(panel + j * W, kWidth, rows + b * ld, ld, n, count); });
  }
  void store(T* rows, int64_t ld, const T* panel, int64_t n, bool add = false) const {
    forVectors([&](int j, int64_t b, int count) {
      rowsFromPanel<T>(rows + b * ld, ld, panel + j * W, kWidth, n, count, add);
    });
  }
  // States [batch, n]; null for zeros.
  void loadStates(T* panel, const T* states, int64_t n) const {
    if (states == nullptr) return copyStates<T>(panel, nullptr, n * kWidth);
    load(panel, states, n, n);
  }
};

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

/** Runs the block function of a block's width. */
template <class T, class Call>
LUTRA_INLINE void runBlocks(const Call& call, const LstmShape& shape) {
  forLaneBlocks<T>(shape, [&](int64_t firstVector, int vectors) {
    if (vectors == 1) return call.template block<1>(firstVector);
    if (vectors == 2) return call.template block<2>(firstVector);
    call.template block<3>(firstVector);
  });
}

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

template <class T>
using PanelTile = void (*)(const Tile<T>&);

/** Products of tiles of packed rows with a panel kVectors wide. */
template <class T, int kVectors, int... kIndex>
LUTRA_INLINE PanelTile<T> panelTile(int rows, std::integer_sequence<int, kIndex...>) {
  static constexpr PanelTile<T> table[] = {&multiplyTile<T, kIndex + 1, kVectors, true>...};
  return table[rows - 1];
}

/** A call of lstmLanesBackward with its weights laid out. */
template <class T>
struct LanesBackward {
  LstmGradients<T> gradients;
  T* dGates;
  Rows<const T> dOutput;
  const T* dhn;
  const T* dcn;
  const T* cache;
  const T* c0;
  const T* packed;
  const LstmShape& shape;

  /** Rows of the product that carries gradients back through a step: of h, then of x where they are wanted. */
  int64_t productRows() const { return shape.hiddenSize + (gradients.input == nullptr ? 0 : shape.inputSize); }

  template <int kVectors>
  void block(int64_t firstVector) const {
    using V = Vec<T>;
    using S = LaneShape<T>;
    const SequenceBlock<T, kVectors> sequences = {firstVector, shape.sequence.batch};
    constexpr int64_t kWidth = sequences.kWidth;
    const SequenceRows rows(shape.sequence);
    const int64_t I = shape.inputSize, H = shape.hiddenSize, stride = rows.stride();
    const RowTiles<T> tiles(productRows(), S::kRows);
    T* const dStates = scratch<T>(Scratch::states, (productRows() + 7 * H) * kWidth);
    T* const dCell = dStates + productRows() * kWidth;
    T* const before = dCell + H * kWidth;  // c0
    T* const upstream = before + H * kWidth;
    T* const panel = upstream + H * kWidth;  // of the gates' gradients
    sequences.loadStates(dStates, dhn, H);
    sequences.loadStates(dCell, dcn, H);
    sequences.loadStates(before, c0, H);
    if (dOutput.data == nullptr) copyStates<T>(upstream, nullptr, H * kWidth);
    for (int64_t s = rows.steps() - 1; s >= 0; s--) {
      const int64_t t = rows.step(s);
      if (dOutput.data != nullptr) {
        sequences.load(upstream, dOutput.data + rows.begin(t) * dOutput.ld, stride * dOutput.ld, H);
      }
      const Kept<const T> kept = keptOf(cache, shape, firstVector, t);
      const Kept<const T> earlier = keptOf(cache, shape, firstVector, s == 0 ? t : rows.before(t));
      for (int64_t unit = 0; unit < H; unit++) {
        for (int j = 0; j < kVectors; j++) {
          const int64_t at = unit * kWidth + j * V::W;
          const auto load = [&](Part part) { return V::load(kept.at(j, part, unit)); };
          const V c = V::load(s == 0 ? before + at : earlier.at(j, kCell, unit));
          const V dh = V::load(dStates + at) + V::load(upstream + at);
          const CellGradient<T> d = cellGradient<T>(load(kIn), load(kForget), load(kCandidate), load(kOut),
                                                    load(kSquashed), c, dh, V::load(dCell + at));
          d.c.store(dCell + at);
          d.in.store(panel + at);
          d.forget.store(panel + at + H * kWidth);
          d.candidate.store(panel + at + 2 * H * kWidth);
          d.out.store(panel + at + 3 * H * kWidth);
        }
      }
      sequences.store(dGates + rows.begin(t) * 4 * H, stride * 4 * H, panel, 4 * H);
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
void lanesBackward(const LstmGradients<T>& gradients, T* dGates, Rows<const T> dOutput, const T* dhn, const T* dcn,
                   const T* cache, const T* c0, const LstmWeights<T>& weights, const LstmShape& shape) {
  if constexpr (Vec<T>::W > 1) {
    LanesBackward<T> call = {gradients, dGates, dOutput, dhn, dcn, cache, c0, nullptr, shape};
    T* const packed = scratch<T>(Scratch::packedB, call.productRows() * 4 * shape.hiddenSize);
    packTransposed(packed, weights, shape, call.productRows());
    call.packed = packed;
    runBlocks<T>(call, shape);
  }
}

}  // namespace lutra::LUTRA_NS

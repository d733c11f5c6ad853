#include "kernels/recurrent/lstm_cell.inl.h"
#include "kernels/matmul/tile.inl.h"
#include "kernels/matmul/pack.inl.h"
#include "kernels/recurrent/lane_panels.inl.h"
#include "kernels/recurrent/lane_products.inl.h"

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

/** Runs the block function of a block's width. */
template <class T, class Call>
LUTRA_INLINE void runBlocks(const Call& call, const LstmShape& shape) {
  forLaneBlocks<T>(shape, [&](int64_t firstVector, int vectors) {
    if (vectors == 1) return call.template block<1>(firstVector);
    if (vectors == 2) return call.template block<2>(firstVector);
    call.template block<3>(firstVector);
  });
}

}  // namespace lutra::LUTRA_NS

#include "kernels/recurrent/lstm_lanes_forward.inl.h"
#include "kernels/recurrent/lstm_lanes_backward.inl.h"

#include "kernels/recurrent/lstm.h"

#include "kernels/matmul/matmul.h"
#include "kernels/recurrent/lstm_lanes.h"
#include "kernels/recurrent/steps.h"
#include "memory/scratch.h"

namespace lutra {

// One step of some rows, forward. Each pointer is at the first of these rows.
template <class T>
struct LstmStep {
  int64_t rows, hiddenSize;
  T* gates;  // sums in; activations out, when they are kept
  int64_t ldGates;
  T* cell;   // [rows, H]: c_{t-1} in, c_t out
  T* cells;  // where c_t is kept; null: nothing is
  int64_t ldCells;
  T* hidden;  // o tanh(c_t)
  int64_t ldHidden;
  T* output;  // the same once more; or null
  int64_t ldOutput;
};

template <class T>
struct LstmStepGradient {
  int64_t rows, hiddenSize;
  T* dGates;
  int64_t ldGates;  // of gates, too
  T* dCell;         // [rows, H]: of c_t in, of c_{t-1} out
  T* full;          // o tanh(c_t) once more, for the gradient of a projection; or null
  int64_t ldFull;
  const T* dHidden;
  int64_t ldHidden;
  const T* dOutput;  // added to dHidden; or null
  int64_t ldOutput;
  const T* gates;
  const T* cells;  // c_t
  int64_t ldCells;
  const T* before;  // c_{t-1}; null: zeros
  int64_t ldBefore;
};

}  // namespace lutra

#define LUTRA_KERNEL_SOURCE "kernels/recurrent/lstm.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

namespace {

// Backward makes the gradients of h and x in one product where both together have at most this many columns.
constexpr int64_t kWidestTogether = 64;

// Multiply-adds of a row in one step.
int64_t workPerRow(const LstmShape& shape) {
  return 4 * shape.hiddenSize * (shape.outputSize() + 16) + shape.outputSize() * shape.hiddenSize;
}

template <class T>
struct Forward {
  Rows<T> output;
  T* hn;
  T* cn;
  Rows<const T> input;
  bool initial;  // whether a first state was given
  const T* bias;
  const T* inputHidden;   // packed, unless there is a single step
  const T* hiddenHidden;  // packed, unless there is a single step
  const T* projection;    // packed
  LstmWeights<T> weights;
  LstmShape shape;

  // `gates`: room for the part's rows; `cells`: where the cells of all rows are kept, or null.
  void run(T* gates, T* cells, const SequencePart& part) const {
    const SequenceRows rows(part.shape);
    project(gates, part);
    forRowRanges(rows, workPerRow(shape),
                 [&](int64_t begin, int64_t end) { recur(rows, gates, cells, part, begin, end); });
  }

  // The input's share of the gates, for all rows at once; of a single step the states' share, too.
  void project(T* gates, const SequencePart& part) const {
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), count = part.countOfRows;
    const Matrix<T> ofRows = {input.data + (part.rowOfSequences() + part.firstRow) * input.ld, input.ld};
    if (isSingleStep(shape.sequence)) {
      matmul<T>(gates, 4 * H, ofRows, {weights.inputHidden, shape.inputSize, true}, count, 4 * H, shape.inputSize,
                {bias});
      if (!initial) return;
      return matmul<T>(gates, 4 * H, {hn, R}, {weights.hiddenHidden, R, true}, count, 4 * H, R, {nullptr, true});
    }
    matmulPacked<T>(gates, 4 * H, ofRows, inputHidden, count, 4 * H, shape.inputSize, {bias});
  }

  // The part's steps of its sequences [begin, end).
  void recur(const SequenceRows& rows, T* gates, T* cells, const SequencePart& part, int64_t begin, int64_t end) const {
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), stride = rows.stride();
    const int64_t ofPart = part.rowOfSequences(), sequence = part.firstSequence + begin;
    T* const full = shape.projSize > 0 ? scratch<T>(Scratch::states, (end - begin) * H) : nullptr;
    T* const hidden = hn + sequence * R;
    forSteps(rows, part.firstStep, part.lastStep, begin, end, [&](const StepRows& at) {
      LstmStep<T> step = {};
      step.rows = at.count;
      step.hiddenSize = H;
      step.gates = gates + (at.row - part.firstRow) * 4 * H;
      step.ldGates = stride * 4 * H;
      step.cell = cn + sequence * H;
      step.cells = cells == nullptr ? nullptr : cells + at.row * H;
      step.ldCells = stride * H;
      step.hidden = full == nullptr ? hidden : full;
      step.ldHidden = H;
      step.output = full == nullptr ? output.data + (ofPart + at.row) * output.ld : nullptr;
      step.ldOutput = stride * output.ld;
      if (hiddenHidden != nullptr && (at.number > 0 || initial)) {
        matmulPacked<T>(step.gates, step.ldGates, {hidden, R}, hiddenHidden, at.count, 4 * H, R, {nullptr, true});
      }
      LUTRA_DISPATCH(lstmStepForward<T>)(step);
      if (full == nullptr) return;
      matmulPacked<T>(hidden, R, {full, H}, projection, at.count, R, H);
      for (int64_t i = 0; i < at.count; i++) {
        copyStates(output.data + (ofPart + at.row + i * stride) * output.ld, hidden + i * R, R);
      }
    });
  }
};

// What lstmBackward works with.
template <class T>
struct Backward {
  LstmGradients<T> gradients;
  T* dGates;      // [rows, 4 H]
  T* dProjected;  // with a projection only: gradients of h,
  T* full;        // and what was projected
  Rows<const T> dOutput;
  const T* dhn;
  const T* dcn;
  const T* cache;
  const T* h0;
  const T* c0;
  LstmWeights<T> weights;
  LstmShape shape;

  bool single() const { return isSingleStep(shape.sequence); }
  // Narrow weights would leave the vectors of a product half empty: side by side, h's and x's fill them.
  bool together() const {
    return !single() && gradients.input != nullptr && shape.outputSize() + shape.inputSize <= kWidestTogether;
  }
  // Columns of the product that leads from a step's gates to the one before.
  int64_t width() const { return shape.outputSize() + (together() ? shape.inputSize : 0); }

  // Packed weights, as the products of all steps read them.
  struct Packed {
    const T* hiddenHidden;  // [4 H, width]; not for a single step
    const T* projection;    // [P, H]
  };

  Packed packWeights() const {
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize, P = shape.projSize, W = width();
    const int64_t sizeOfHidden = single() ? 0 : alignedElements(packedElements<T>(W, 4 * H));
    const int64_t sizeOfProjection = P > 0 ? alignedElements(packedElements<T>(H, P)) : 0;
    T* const hiddenHidden =
        scratch<T>(Scratch::weights, sizeOfHidden + sizeOfProjection + (together() ? 4 * H * W : 0));
    T* const projection = hiddenHidden + sizeOfHidden;
    if (together()) {
      T* const sideBySide = projection + sizeOfProjection;
      for (int64_t j = 0; j < 4 * H; j++) {
        copyStates(sideBySide + j * W, weights.hiddenHidden + j * R, R);
        copyStates(sideBySide + j * W + R, weights.inputHidden + j * I, I);
      }
      packMatrix<T>(hiddenHidden, {sideBySide, W}, W, 4 * H);
    } else if (!single()) {
      packMatrix<T>(hiddenHidden, {weights.hiddenHidden, R, false}, R, 4 * H);
    }
    if (P > 0) packMatrix<T>(projection, {weights.projection, H, false}, H, P);
    return {hiddenHidden, projection};
  }

  // Goes back through the steps: dGates, the gradients of the first states, and, where `together`, of the input.
  void run() const {
    const SequenceRows rows(shape.sequence);
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), batch = shape.sequence.batch;
    const Packed packed = packWeights();
    copyStates(gradients.h0, dhn, batch * R);
    copyStates(gradients.c0, dcn, batch * H);
    forRowRanges(rows, workPerRow(shape), [&](int64_t begin, int64_t end) {
      T* const dBoth = scratch<T>(Scratch::states, (end - begin) * (H + width()));
      T* const dFull = dBoth + (end - begin) * width();
      forStepsBack(rows, begin, end, [&](const StepRows& at) {
        if (shape.projSize > 0) unproject(rows, at, begin, packed.projection, dFull);
        backThroughCells(rows, at, begin, dFull);
        if (!single() && (at.number > 0 || h0 != nullptr || together())) {
          backThroughWeights(rows, at, begin, packed.hiddenHidden, dBoth);
        }
      });
    });
  }

  // dFull [count, H]: the gradients of what was projected, from those of h, which are kept for the projection's own.
  void unproject(const SequenceRows& rows, const StepRows& at, int64_t begin, const T* projection, T* dFull) const {
    const int64_t H = shape.hiddenSize, P = shape.projSize, stride = rows.stride();
    const T* const dHidden = gradients.h0 + begin * P;
    T* const dState = dProjected + at.row * P;
    for (int64_t i = 0; i < at.count; i++) {
      const T* const extra = dOutput.data == nullptr ? nullptr : dOutput.data + (at.row + i * stride) * dOutput.ld;
      for (int64_t j = 0; j < P; j++) {
        dState[i * stride * P + j] = dHidden[i * P + j] + (extra == nullptr ? T(0) : extra[j]);
      }
    }
    matmulPacked<T>(dFull, H, {dState, stride * P}, projection, at.count, H, P);
  }

  void backThroughCells(const SequenceRows& rows, const StepRows& at, int64_t begin, const T* dFull) const {
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), stride = rows.stride();
    const bool projected = shape.projSize > 0;
    const T* const gates = cache;
    const T* const cells = cache + alignedElements(rows.total() * 4 * H);
    forStatesBefore<T>(rows, at, begin, cells, H, c0, H, [&](const StartedFrom<T>& before) {
      const int64_t row = at.row + before.from * stride, sequence = begin + before.from;
      LstmStepGradient<T> step = {};
      step.rows = before.count;
      step.hiddenSize = H;
      step.dGates = dGates + row * 4 * H;
      step.ldGates = stride * 4 * H;
      step.dCell = gradients.c0 + sequence * H;
      step.full = projected ? full + row * H : nullptr;
      step.ldFull = step.ldCells = stride * H;
      step.dHidden = projected ? dFull + before.from * H : gradients.h0 + sequence * R;
      step.ldHidden = projected ? H : R;
      step.dOutput = projected || dOutput.data == nullptr ? nullptr : dOutput.data + row * dOutput.ld;
      step.ldOutput = stride * dOutput.ld;
      step.gates = gates + row * 4 * H;
      step.cells = cells + row * H;
      step.before = before.states;
      step.ldBefore = before.ld;
      LUTRA_DISPATCH(lstmStepBackward<T>)(step);
    });
  }

  // From the gates of a step to the states before it, and to its input where `together`.
  void backThroughWeights(const SequenceRows& rows, const StepRows& at, int64_t begin, const T* hiddenHidden,
                          T* dBoth) const {
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize, W = width();
    const int64_t stride = rows.stride();
    T* const dHidden = gradients.h0 + begin * R;
    matmulPacked<T>(together() ? dBoth : dHidden, W, {dGates + at.row * 4 * H, stride * 4 * H}, hiddenHidden, at.count,
                    W, 4 * H);
    if (!together()) return;
    for (int64_t i = 0; i < at.count; i++) {
      T* const dInput = gradients.input + (at.row + i * stride) * I;
      const T* const both = dBoth + i * W;
      std::memcpy(dHidden + i * R, both, static_cast<size_t>(R) * sizeof(T));
      for (int64_t j = 0; j < I; j++) dInput[j] = gradients.addToInput ? dInput[j] + both[R + j] : both[R + j];
    }
  }
};

}  // namespace

int64_t lstmCacheElements(const LstmShape& shape) {
  const int64_t lanes = std::max(lstmLanesCacheElements<float>(shape), lstmLanesCacheElements<double>(shape));
  const int64_t rows = SequenceRows(shape.sequence).total();
  return std::max(alignedElements(rows * 4 * shape.hiddenSize) + rows * shape.hiddenSize, lanes);
}

int64_t lstmWorkspaceElements(const LstmShape& shape) {
  const int64_t rows = SequenceRows(shape.sequence).total(), H = shape.hiddenSize;
  const int64_t lanes = std::max(lstmLanesWorkspaceElements<float>(shape), lstmLanesWorkspaceElements<double>(shape));
  return std::max(lanes, alignedElements(rows * 4 * H) + alignedElements(rows * shape.outputSize()) +
                             (shape.projSize > 0 ? alignedElements(rows * shape.projSize) + rows * H : 0));
}

namespace plain {

template <class T>
void lstmForward(Rows<T> output, T* hn, T* cn, T* cache, Rows<const T> input, const T* h0, const T* c0,
                 const LstmWeights<T>& weights, const LstmShape& shape) {
  const int64_t H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize, P = shape.projSize;
  const int64_t batch = shape.sequence.batch;
  const bool single = isSingleStep(shape.sequence), lanes = lstmUsesLanes<T>(shape);
  const int64_t sizeOfInput = single || lanes ? 0 : alignedElements(packedElements<T>(4 * H, I));
  const int64_t sizeOfHidden = single || lanes ? 0 : alignedElements(packedElements<T>(4 * H, R));
  const int64_t sizeOfProjection = P > 0 ? alignedElements(packedElements<T>(P, H)) : 0;
  T* const inputHidden = scratch<T>(Scratch::weights, sizeOfInput + sizeOfHidden + sizeOfProjection + 4 * H);
  T* const hiddenHidden = inputHidden + sizeOfInput;
  T* const projection = hiddenHidden + sizeOfHidden;
  T* const bias = projection + sizeOfProjection;
  addBiases(bias, weights.biasInput, weights.biasHidden, 4 * H);
  if (lanes) return lstmLanesForward<T>(output, hn, cn, cache, input, h0, c0, weights, bias, shape);

  copyStates(hn, h0, batch * R);
  copyStates(cn, c0, batch * H);
  if (!single) {
    packMatrix<T>(inputHidden, {weights.inputHidden, I, true}, 4 * H, I);
    packMatrix<T>(hiddenHidden, {weights.hiddenHidden, R, true}, 4 * H, R);
  }
  if (P > 0) packMatrix<T>(projection, {weights.projection, H, true}, P, H);

  const Forward<T> forward = {output,
                              hn,
                              cn,
                              input,
                              h0 != nullptr,
                              bias,
                              single ? nullptr : inputHidden,
                              single ? nullptr : hiddenHidden,
                              projection,
                              weights,
                              shape};
  if (cache != nullptr) {
    T* const cells = cache + alignedElements(SequenceRows(shape.sequence).total() * 4 * H);
    return forward.run(cache, cells, wholeBatch(shape.sequence));
  }
  forSequenceParts(shape.sequence, 4 * H, [&](const SequencePart& part) {
    forward.run(scratch<T>(Scratch::gates, part.countOfRows * 4 * H), nullptr, part);
  });
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(lstmForward, plain::lstmForward<T>)

namespace plain {

template <class T>
void lstmBackward(const LstmGradients<T>& gradients, T* workspace, Rows<const T> dOutput, const T* dhn, const T* dcn,
                  Rows<const T> output, const T* cache, Rows<const T> input, const T* h0, const T* c0,
                  const LstmWeights<T>& weights, const LstmShape& shape) {
  if (lstmUsesLanes<T>(shape)) {
    return lstmLanesBackward<T>(gradients, workspace, dOutput, dhn, dcn, cache, input, h0, c0, weights, shape);
  }
  const SequenceRows rows(shape.sequence);
  const int64_t H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize, P = shape.projSize;
  const int64_t total = rows.total(), batch = shape.sequence.batch;
  const bool single = isSingleStep(shape.sequence);
  T* const dGates = workspace;
  T* const previous = dGates + alignedElements(total * 4 * H);
  T* const dProjected = previous + alignedElements(total * R);
  T* const full = dProjected + alignedElements(total * P);
  const Backward<T> backward = {gradients, dGates, dProjected, full, dOutput, dhn, dcn, cache, h0, c0, weights, shape};
  backward.run();

  if (single && h0 != nullptr) {
    matmul<T>(gradients.h0, R, {dGates, 4 * H}, {weights.hiddenHidden, R}, batch, R, 4 * H);
  }
  const Matrix<T> dGatesTransposed = {dGates, 4 * H, true};
  if (gradients.input != nullptr && !backward.together()) {
    matmul<T>(gradients.input, I, {dGates, 4 * H}, {weights.inputHidden, I}, total, I, 4 * H,
              {nullptr, gradients.addToInput});
  }
  if (gradients.inputHidden != nullptr) {
    matmul<T>(gradients.inputHidden, I, dGatesTransposed, {input.data, input.ld}, 4 * H, I, total);
  }
  if (gradients.hiddenHidden != nullptr) {
    gatherPreviousStates<T>(previous, output.data, output.ld, h0, R, rows);
    matmul<T>(gradients.hiddenHidden, R, dGatesTransposed, {previous, R}, 4 * H, R, total);
  }
  if (gradients.bias != nullptr) columnSums<T>(gradients.bias, dGates, 4 * H, total, 4 * H, false);
  if (gradients.projection != nullptr) {
    matmul<T>(gradients.projection, H, {dProjected, P, true}, {full, H}, P, H, total);
  }
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(lstmBackward, plain::lstmBackward<T>)

}  // namespace lutra

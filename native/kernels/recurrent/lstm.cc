#include "kernels/recurrent/lstm.h"

#include "kernels/recurrent/lstm_lanes.h"
#include "kernels/matmul/matmul.h"
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

// Without a cache the gates of all steps would only pass through memory: a part at a time stays in the processor's.
constexpr int64_t kGatesAtOnce = 1 << 19;
constexpr int64_t kLeastBatchAtOnce = 32;

// Backward makes the gradients of h and x in one product where both together have at most this many columns.
constexpr int64_t kWidestTogether = 64;

template <class T>
struct Forward {
  Rows<T> output;
  T* hn;
  T* cn;
  T* cache;
  Rows<const T> input;
  bool initial;  // whether a first state was given
  const T* bias;
  const T* inputHidden;   // packed, unless there is a single step
  const T* hiddenHidden;  // packed, unless there is a single step
  const T* projection;    // packed
  LstmWeights<T> weights;
  LstmShape shape;

  // The steps numbered [first, last) of the sequences [begin, end). `gates` holds the rows from `firstRow` on.
  void recur(const SequenceRows& rows, T* gates, T* cells, int64_t firstRow, int64_t first, int64_t last, int64_t begin,
             int64_t end) const {
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), stride = rows.stride();
    T* const full = shape.projSize > 0 ? scratch<T>(Scratch::states, (end - begin) * H) : nullptr;
    T* const hidden = hn + begin * R;
    for (int64_t s = first; s < last; s++) {
      const int64_t t = rows.step(s);
      const int64_t count = std::min(rows.active(t), end) - begin;
      if (count <= 0) continue;
      const int64_t row = rows.begin(t) + begin * stride;
      LstmStep<T> step = {};
      step.rows = count;
      step.hiddenSize = H;
      step.gates = gates + (row - firstRow) * 4 * H;
      step.ldGates = stride * 4 * H;
      step.cell = cn + begin * H;
      step.cells = cells == nullptr ? nullptr : cells + row * H;
      step.ldCells = stride * H;
      step.hidden = full == nullptr ? hidden : full;
      step.ldHidden = H;
      step.output = full == nullptr ? output.data + row * output.ld : nullptr;
      step.ldOutput = stride * output.ld;
      if (hiddenHidden != nullptr && (s > 0 || initial)) {
        matmulPacked<T>(step.gates, step.ldGates, {hidden, R}, hiddenHidden, count, 4 * H, R, {nullptr, true});
      }
      LUTRA_DISPATCH(lstmStepForward<T>)(step);
      if (full == nullptr) continue;
      matmulPacked<T>(hidden, R, {full, H}, projection, count, R, H);
      for (int64_t i = 0; i < count; i++) copyStates(output.data + (row + i * stride) * output.ld, hidden + i * R, R);
    }
  }

  void run() const {
    const SequenceRows rows(shape.sequence);
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), steps = rows.steps();
    const int64_t workPerRow = 4 * H * (R + 16) + R * H;
    if (cache != nullptr) {
      project(cache, 0, rows.total());
      T* const cells = cache + alignedElements(rows.total() * 4 * H);
      forRowRanges(rows, workPerRow,
                   [&](int64_t begin, int64_t end) { recur(rows, cache, cells, 0, 0, steps, begin, end); });
      return;
    }
    const int64_t perStep = std::max<int64_t>(rows.batch() * 4 * H, 1);
    const int64_t stepsAtOnce =
        shape.sequence.batchFirst ? std::max<int64_t>(steps, 1) : std::max<int64_t>(kGatesAtOnce / perStep, 1);
    for (int64_t first = 0; first < steps; first += stepsAtOnce) {
      const int64_t last = std::min(first + stepsAtOnce, steps);
      const int64_t low = std::min(rows.step(first), rows.step(last - 1));
      const int64_t high = std::max(rows.step(first), rows.step(last - 1));
      const int64_t firstRow = rows.begin(low);
      const int64_t count = shape.sequence.batchFirst ? rows.total() : rows.begin(high) + rows.active(high) - firstRow;
      T* const gates = scratch<T>(Scratch::gates, count * 4 * H);
      project(gates, firstRow, count);
      forRowRanges(rows, workPerRow,
                   [&](int64_t begin, int64_t end) { recur(rows, gates, nullptr, firstRow, first, last, begin, end); });
    }
  }

  // The input's share of the gates, for all rows at once; of a single step the states' share, too.
  void project(T* gates, int64_t firstRow, int64_t count) const {
    const int64_t H = shape.hiddenSize, R = shape.outputSize();
    if (isSingleStep(shape.sequence)) {
      matmul<T>(gates, 4 * H, {input.data, input.ld}, {weights.inputHidden, shape.inputSize, true}, count, 4 * H,
                shape.inputSize, {bias});
      if (!initial) return;
      return matmul<T>(gates, 4 * H, {hn, R}, {weights.hiddenHidden, R, true}, count, 4 * H, R, {nullptr, true});
    }
    matmulPacked<T>(gates, 4 * H, {input.data + firstRow * input.ld, input.ld}, inputHidden, count, 4 * H,
                    shape.inputSize, {bias});
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

  // Goes back through the steps: dGates, the gradients of the first states, and, where this returns true, of the input.
  bool recur() const {
    const SequenceRows rows(shape.sequence);
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize, P = shape.projSize;
    const int64_t stride = rows.stride(), batch = shape.sequence.batch;
    const T* const gates = cache;
    const T* const cells = cache + alignedElements(rows.total() * 4 * H);
    const bool single = isSingleStep(shape.sequence);
    // Narrow weights would leave the vectors of a product half empty: side by side they fill them.
    const bool together = !single && gradients.input != nullptr && R + I <= kWidestTogether;
    const int64_t width = together ? R + I : R;
    const int64_t sizeOfHidden = single ? 0 : alignedElements(packedElements<T>(width, 4 * H));
    const int64_t sizeOfProjection = P > 0 ? alignedElements(packedElements<T>(H, P)) : 0;
    T* const hiddenHidden =
        scratch<T>(Scratch::weights, sizeOfHidden + sizeOfProjection + (together ? 4 * H * width : 0));
    T* const projection = hiddenHidden + sizeOfHidden;
    if (together) {
      T* const sideBySide = projection + sizeOfProjection;
      for (int64_t j = 0; j < 4 * H; j++) {
        copyStates(sideBySide + j * width, weights.hiddenHidden + j * R, R);
        copyStates(sideBySide + j * width + R, weights.inputHidden + j * I, I);
      }
      packMatrix<T>(hiddenHidden, {sideBySide, width}, width, 4 * H);
    } else if (!single) {
      packMatrix<T>(hiddenHidden, {weights.hiddenHidden, R, false}, R, 4 * H);
    }
    if (P > 0) packMatrix<T>(projection, {weights.projection, H, false}, H, P);

    copyStates(gradients.h0, dhn, batch * R);
    copyStates(gradients.c0, dcn, batch * H);
    forRowRanges(rows, 4 * H * (R + 16) + R * H, [&](int64_t begin, int64_t end) {
      T* const dBoth = scratch<T>(Scratch::states, (end - begin) * (H + width));
      T* const dFull = dBoth + (end - begin) * width;
      T* const dHidden = gradients.h0 + begin * R;
      for (int64_t s = rows.steps() - 1; s >= 0; s--) {
        const int64_t t = rows.step(s);
        const int64_t count = std::min(rows.active(t), end) - begin;
        if (count <= 0) continue;
        const int64_t row = rows.begin(t) + begin * stride;
        LstmStepGradient<T> step = {};
        step.hiddenSize = H;
        step.ldGates = stride * 4 * H;
        step.ldFull = step.ldCells = stride * H;
        step.ldOutput = stride * dOutput.ld;
        if (P > 0) {
          T* const dState = dProjected + row * P;
          for (int64_t i = 0; i < count; i++) {
            const T* const extra = dOutput.data == nullptr ? nullptr : dOutput.data + (row + i * stride) * dOutput.ld;
            for (int64_t j = 0; j < P; j++) {
              dState[i * stride * P + j] = dHidden[i * P + j] + (extra == nullptr ? T(0) : extra[j]);
            }
          }
          matmulPacked<T>(dFull, H, {dState, stride * P}, projection, count, H, P);
        }
        // First the sequences that were in another step before this one, then those that started here.
        const int64_t continuing = std::max<int64_t>(std::min(rows.continuing(t) - begin, count), 0);
        for (const bool started : {false, true}) {
          const int64_t from = started ? continuing : 0;
          step.rows = started ? count - continuing : continuing;
          if (step.rows == 0) continue;
          const int64_t r = row + from * stride;
          step.dGates = dGates + r * 4 * H;
          step.dCell = gradients.c0 + (begin + from) * H;
          step.full = P > 0 ? full + r * H : nullptr;
          step.dHidden = P > 0 ? dFull + from * H : dHidden + from * R;
          step.ldHidden = P > 0 ? H : R;
          step.dOutput = P > 0 || dOutput.data == nullptr ? nullptr : dOutput.data + r * dOutput.ld;
          step.gates = gates + r * 4 * H;
          step.cells = cells + r * H;
          if (started) {
            step.before = c0 == nullptr ? nullptr : c0 + (begin + from) * H;
            step.ldBefore = H;
          } else {
            step.before = cells + (rows.begin(rows.before(t)) + begin * stride) * H;
            step.ldBefore = stride * H;
          }
          LUTRA_DISPATCH(lstmStepBackward<T>)(step);
        }
        if (single || (s == 0 && h0 == nullptr && !together)) continue;
        T* const dStates = together ? dBoth : dHidden;
        matmulPacked<T>(dStates, width, {dGates + row * 4 * H, stride * 4 * H}, hiddenHidden, count, width, 4 * H);
        for (int64_t i = 0; i < count && together; i++) {
          T* const dInput = gradients.input + (row + i * stride) * I;
          const T* const both = dBoth + i * width;
          std::memcpy(dHidden + i * R, both, static_cast<size_t>(R) * sizeof(T));
          for (int64_t j = 0; j < I; j++) dInput[j] = gradients.addToInput ? dInput[j] + both[R + j] : both[R + j];
        }
      }
    });
    return together;
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
  copyStates(bias, weights.biasInput, 4 * H);
  for (int64_t j = 0; j < 4 * H && weights.biasHidden != nullptr; j++) bias[j] += weights.biasHidden[j];
  if (lanes) return lstmLanesForward<T>(output, hn, cn, cache, input, h0, c0, weights, bias, shape);

  copyStates(hn, h0, batch * R);
  copyStates(cn, c0, batch * H);
  if (!single) {
    packMatrix<T>(inputHidden, {weights.inputHidden, I, true}, 4 * H, I);
    packMatrix<T>(hiddenHidden, {weights.hiddenHidden, R, true}, 4 * H, R);
  }
  if (P > 0) packMatrix<T>(projection, {weights.projection, H, true}, P, H);

  Forward<T> forward = {output,
                        hn,
                        cn,
                        cache,
                        input,
                        h0 != nullptr,
                        bias,
                        single ? nullptr : inputHidden,
                        single ? nullptr : hiddenHidden,
                        projection,
                        weights,
                        shape};
  const int64_t atOnce = std::max(kGatesAtOnce / std::max<int64_t>(shape.sequence.steps * 4 * H, 1), kLeastBatchAtOnce);
  if (cache != nullptr || single || !shape.sequence.batchFirst || batch <= atOnce) return forward.run();
  for (int64_t b = 0; b < batch; b += atOnce) {
    const int64_t row = b * shape.sequence.steps;
    forward.shape.sequence.batch = std::min(atOnce, batch - b);
    forward.output.data = output.data + row * output.ld;
    forward.input.data = input.data + row * input.ld;
    forward.hn = hn + b * R;
    forward.cn = cn + b * H;
    forward.run();
  }
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
  const bool hasInput = backward.recur();

  if (single && h0 != nullptr) {
    matmul<T>(gradients.h0, R, {dGates, 4 * H}, {weights.hiddenHidden, R}, batch, R, 4 * H);
  }
  const Matrix<T> dGatesTransposed = {dGates, 4 * H, true};
  if (gradients.input != nullptr && !hasInput) {
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

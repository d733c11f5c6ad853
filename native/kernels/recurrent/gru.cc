#include "kernels/recurrent/gru.h"

#include "kernels/recurrent/steps.h"
#include "memory/scratch.h"

namespace lutra {

// One step of some rows, forward. Each pointer is at the first of these rows.
template <class T>
struct GruStep {
  int64_t rows, hiddenSize;
  T* gates;  // the input's sums of r, z and n in; with `keep` the activations and W_hn h + b_hn out
  int64_t ldGates;
  bool keep;
  const T* sums;  // the state's sums of r, z and n; null: zeros
  int64_t ldSums;
  T* hidden;  // [rows, H]: h_{t-1} in, h_t out
  T* output;  // h_t once more
  int64_t ldOutput;
};

template <class T>
struct GruStepGradient {
  int64_t rows, hiddenSize;
  T* dGates;  // of W_hn h + b_hn, then of the sums of r, z and n
  int64_t ldGates;
  T* dHidden;        // [rows, H]: of h_t in, what reaches h_{t-1} past the gates out
  const T* dOutput;  // added to dHidden; or null
  int64_t ldOutput;
  const T* gates;   // r, z, n and W_hn h + b_hn
  const T* before;  // h_{t-1}; null: zeros
  int64_t ldBefore;
};

}  // namespace lutra

#define LUTRA_KERNEL_SOURCE "kernels/recurrent/gru.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

namespace {

// Elements kept for a row: a block of H each.
constexpr int64_t kKept = 4;

template <class T>
struct Forward {
  T* output;
  int64_t ldOutput;
  T* hn;
  Matrix<T> input;
  bool initial;           // whether a first state was given
  const T* inputHidden;   // packed; null for a single step
  const T* hiddenHidden;  // packed; null for a single step
  RecurrentWeights<T> weights;
  RecurrentShape shape;

  // The input's share of the gates, for all rows of the part at once; then its steps, sequences shared among threads.
  void run(T* gates, int64_t ldGates, bool keep, const SequencePart& part) const {
    const int64_t H = shape.hiddenSize, ofPart = part.rowOfSequences();
    const SequenceRows rows(part.shape);
    const Matrix<T> ofRows = {input.data + (ofPart + part.firstRow) * input.ld, input.ld};
    const bool single = isSingleStep(shape.sequence);
    T* ofBatch = nullptr;  // the states' share of a single step
    if (single) {
      matmul<T>(gates, ldGates, ofRows, {weights.inputHidden, shape.inputSize, true}, part.countOfRows, kGruGates * H,
                shape.inputSize, {weights.biasInput});
    } else {
      matmulPacked<T>(gates, ldGates, ofRows, inputHidden, part.countOfRows, kGruGates * H, shape.inputSize,
                      {weights.biasInput});
    }
    if (single && initial) {
      ofBatch = scratch<T>(Scratch::weights, part.shape.batch * kGruGates * H);
      matmul<T>(ofBatch, kGruGates * H, {hn + part.firstSequence * H, H}, {weights.hiddenHidden, H, true},
                part.shape.batch, kGruGates * H, H, {weights.biasHidden});
    }
    forRowRanges(rows, kGruGates * H * (H + 16), [&](int64_t begin, int64_t end) {
      const int64_t stride = rows.stride();
      T* const sums = ofBatch == nullptr ? scratch<T>(Scratch::states, (end - begin) * kGruGates * H)
                                         : ofBatch + begin * kGruGates * H;
      T* const hidden = hn + (part.firstSequence + begin) * H;
      forSteps(rows, part.firstStep, part.lastStep, begin, end, [&](const StepRows& at) {
        GruStep<T> step = {};
        step.rows = at.count;
        step.hiddenSize = H;
        step.gates = gates + (at.row - part.firstRow) * ldGates;
        step.ldGates = stride * ldGates;
        step.keep = keep;
        if (at.number > 0 || initial) {
          if (!single) {
            matmulPacked<T>(sums, kGruGates * H, {hidden, H}, hiddenHidden, at.count, kGruGates * H, H,
                            {weights.biasHidden});
          }
          step.sums = sums;
          step.ldSums = kGruGates * H;
        } else {
          step.sums = weights.biasHidden;  // the same for every row
        }
        step.hidden = hidden;
        step.output = output + (ofPart + at.row) * ldOutput;
        step.ldOutput = stride * ldOutput;
        LUTRA_DISPATCH(gruStepForward<T>)(step);
      });
    });
  }
};

}  // namespace

int64_t gruCacheElements(const RecurrentShape& shape) {
  return SequenceRows(shape.sequence).total() * kKept * shape.hiddenSize;
}

int64_t gruWorkspaceElements(const RecurrentShape& shape) {
  const int64_t rows = SequenceRows(shape.sequence).total(), H = shape.hiddenSize;
  return alignedElements(rows * kKept * H) + rows * H;
}

namespace plain {

template <class T>
void gruForward(T* output, int64_t ldOutput, T* hn, T* cache, Matrix<T> input, const T* h0,
                const RecurrentWeights<T>& weights, const RecurrentShape& shape) {
  const int64_t H = shape.hiddenSize, I = shape.inputSize, G = kGruGates;
  copyStates(hn, h0, shape.sequence.batch * H);
  const T* packed[2] = {nullptr, nullptr};  // W_ih, W_hh
  if (!isSingleStep(shape.sequence)) {
    const int64_t sizeOfInput = alignedElements(packedElements<T>(G * H, I));
    T* const inputHidden = scratch<T>(Scratch::weights, sizeOfInput + packedElements<T>(G * H, H));
    T* const hiddenHidden = inputHidden + sizeOfInput;
    packMatrix<T>(inputHidden, {weights.inputHidden, I, true}, G * H, I);
    packMatrix<T>(hiddenHidden, {weights.hiddenHidden, H, true}, G * H, H);
    packed[0] = inputHidden, packed[1] = hiddenHidden;
  }

  const Forward<T> forward = {output, ldOutput, hn, input, h0 != nullptr, packed[0], packed[1], weights, shape};
  if (cache != nullptr) {
    return forward.run(cache, kKept * H, true, wholeBatch(shape.sequence));
  }
  forSequenceParts(shape.sequence, G * H, [&](const SequencePart& part) {
    forward.run(scratch<T>(Scratch::gates, part.countOfRows * G * H), G * H, false, part);
  });
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(gruForward, plain::gruForward<T>)

namespace plain {

template <class T>
void gruBackward(const RecurrentGradients<T>& gradients, T* workspace, Matrix<T> dOutput, const T* dhn,
                 Matrix<T> output, const T* cache, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
                 const RecurrentShape& shape) {
  const SequenceRows rows(shape.sequence);
  const int64_t H = shape.hiddenSize, I = shape.inputSize, ld = kKept * H;
  const int64_t total = rows.total(), stride = rows.stride(), batch = shape.sequence.batch;
  T* const dGates = workspace;
  T* const previous = dGates + alignedElements(total * ld);

  // A row of dGates begins with what h_{t-1} sees in the order n, r, z and ends with what x_t sees in the order r, z,
  // n, so that both are one block; the recurrent weights are packed in the first order.
  const bool single = isSingleStep(shape.sequence);
  T* const hiddenHidden = scratch<T>(Scratch::weights, single ? 0 : packedElements<T>(H, kGruGates * H));
  if (!single) {
    T* const turned = scratch<T>(Scratch::gates, kGruGates * H * H);
    std::copy_n(weights.hiddenHidden + 2 * H * H, H * H, turned);
    std::copy_n(weights.hiddenHidden, 2 * H * H, turned + H * H);
    packMatrix<T>(hiddenHidden, {turned, H, false}, H, kGruGates * H);
  }

  copyStates(gradients.h0, dhn, batch * H);
  forRowRanges(rows, kGruGates * H * (H + 16), [&](int64_t begin, int64_t end) {
    T* const dHidden = gradients.h0 + begin * H;
    forStepsBack(rows, begin, end, [&](const StepRows& at) {
      forStatesBefore<T>(rows, at, begin, output.data, output.ld, h0, H, [&](const StartedFrom<T>& before) {
        const int64_t row = at.row + before.from * stride;
        GruStepGradient<T> step = {};
        step.rows = before.count;
        step.hiddenSize = H;
        step.dGates = dGates + row * ld;
        step.ldGates = stride * ld;
        step.dHidden = dHidden + before.from * H;
        step.dOutput = dOutput.data == nullptr ? nullptr : dOutput.data + row * dOutput.ld;
        step.ldOutput = stride * dOutput.ld;
        step.gates = cache + row * ld;
        step.before = before.states;
        step.ldBefore = before.ld;
        LUTRA_DISPATCH(gruStepBackward<T>)(step);
      });
      if (single || (at.number == 0 && h0 == nullptr)) return;
      matmulPacked<T>(dHidden, H, {dGates + at.row * ld, stride * ld}, hiddenHidden, at.count, H, kGruGates * H,
                      {nullptr, true});
    });
  });

  const T* const fromHidden = dGates;                            // n, then r and z
  const T* const fromInput = total == 0 ? nullptr : dGates + H;  // r, z and n
  if (single && h0 != nullptr) {
    matmul<T>(gradients.h0, H, {fromInput, ld}, {weights.hiddenHidden, H}, batch, H, 2 * H, {nullptr, true});
    matmul<T>(gradients.h0, H, {fromHidden, ld}, {weights.hiddenHidden + 2 * H * H, H}, batch, H, H, {nullptr, true});
  }
  if (gradients.input != nullptr) {
    matmul<T>(gradients.input, I, {fromInput, ld}, {weights.inputHidden, I}, total, I, kGruGates * H,
              {nullptr, gradients.addToInput});
  }
  if (gradients.inputHidden != nullptr) {
    matmul<T>(gradients.inputHidden, I, {fromInput, ld, true}, input, kGruGates * H, I, total);
  }
  if (gradients.hiddenHidden != nullptr) {
    gatherPreviousStates<T>(previous, output.data, output.ld, h0, H, rows);
    matmul<T>(gradients.hiddenHidden, H, {fromInput, ld, true}, {previous, H}, 2 * H, H, total);
    matmul<T>(gradients.hiddenHidden + 2 * H * H, H, {fromHidden, ld, true}, {previous, H}, H, H, total);
  }
  if (gradients.biasInput != nullptr) columnSums<T>(gradients.biasInput, fromInput, ld, total, kGruGates * H, false);
  if (gradients.biasHidden != nullptr) {
    columnSums<T>(gradients.biasHidden, fromInput, ld, total, 2 * H, false);
    columnSums<T>(gradients.biasHidden + 2 * H, fromHidden, ld, total, H, false);
  }
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(gruBackward, plain::gruBackward<T>)

}  // namespace lutra

#include "kernels/recurrent/rnn.h"

#include "kernels/recurrent/steps.h"
#include "memory/scratch.h"

namespace lutra {

// One step of some rows, forward. Each pointer is at the first of these rows.
template <class T>
struct RnnStep {
  int64_t rows, hiddenSize;
  T* output;  // sums in, h_t out
  int64_t ldOutput;
  T* hidden;  // [rows, H]: h_t once more
};

template <class T>
struct RnnStepGradient {
  int64_t rows, hiddenSize;
  T* dSums;
  int64_t ldSums;
  const T* dHidden;  // [rows, H]
  const T* dOutput;  // added to dHidden; or null
  int64_t ldDOutput;
  const T* output;  // h_t
  int64_t ldOutput;
};

}  // namespace lutra

#define LUTRA_KERNEL_SOURCE "kernels/recurrent/rnn.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

namespace {

template <class T>
void stepForward(const RnnStep<T>& step, Nonlinearity nonlinearity) {
  if (nonlinearity == Nonlinearity::tanh) {
    LUTRA_DISPATCH(rnnStepForward<T, false>)(step);
  } else {
    LUTRA_DISPATCH(rnnStepForward<T, true>)(step);
  }
}

template <class T>
void stepBackward(const RnnStepGradient<T>& step, Nonlinearity nonlinearity) {
  if (nonlinearity == Nonlinearity::tanh) {
    LUTRA_DISPATCH(rnnStepBackward<T, false>)(step);
  } else {
    LUTRA_DISPATCH(rnnStepBackward<T, true>)(step);
  }
}

}  // namespace

int64_t rnnWorkspaceElements(const RecurrentShape& shape) {
  const int64_t elements = SequenceRows(shape.sequence).total() * shape.hiddenSize;
  return alignedElements(elements) + elements;
}

namespace plain {

template <class T>
void rnnForward(T* output, int64_t ldOutput, T* hn, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
                Nonlinearity nonlinearity, const RecurrentShape& shape) {
  const SequenceRows rows(shape.sequence);
  const int64_t H = shape.hiddenSize, I = shape.inputSize, stride = rows.stride();
  copyStates(hn, h0, shape.sequence.batch * H);
  const bool single = isSingleStep(shape.sequence);
  const int64_t sizeOfInput = single ? 0 : alignedElements(packedElements<T>(H, I));
  const int64_t sizeOfHidden = single ? 0 : alignedElements(packedElements<T>(H, H));
  T* const inputHidden = scratch<T>(Scratch::weights, sizeOfInput + sizeOfHidden + H);
  T* const hiddenHidden = inputHidden + sizeOfInput;
  T* const bias = hiddenHidden + sizeOfHidden;
  addBiases(bias, weights.biasInput, weights.biasHidden, H);

  // The input's share of the sums goes to the output's rows, which the steps then turn into states in place.
  if (single) {
    matmul<T>(output, ldOutput, input, {weights.inputHidden, I, true}, rows.total(), H, I, {bias});
    if (h0 != nullptr) {
      matmul<T>(output, ldOutput, {h0, H}, {weights.hiddenHidden, H, true}, rows.total(), H, H, {nullptr, true});
    }
  } else {
    packMatrix<T>(inputHidden, {weights.inputHidden, I, true}, H, I);
    packMatrix<T>(hiddenHidden, {weights.hiddenHidden, H, true}, H, H);
    matmulPacked<T>(output, ldOutput, input, inputHidden, rows.total(), H, I, {bias});
  }
  forRowRanges(rows, H * (H + 16), [&](int64_t begin, int64_t end) {
    T* const hidden = hn + begin * H;
    forSteps(rows, 0, rows.steps(), begin, end, [&](const StepRows& at) {
      const RnnStep<T> step = {at.count, H, output + at.row * ldOutput, stride * ldOutput, hidden};
      if (!single && (at.number > 0 || h0 != nullptr)) {
        matmulPacked<T>(step.output, step.ldOutput, {hidden, H}, hiddenHidden, at.count, H, H, {nullptr, true});
      }
      stepForward(step, nonlinearity);
    });
  });
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(rnnForward, plain::rnnForward<T>)

namespace plain {

template <class T>
void rnnBackward(const RecurrentGradients<T>& gradients, T* workspace, Matrix<T> dOutput, const T* dhn,
                 Matrix<T> output, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
                 Nonlinearity nonlinearity, const RecurrentShape& shape) {
  const SequenceRows rows(shape.sequence);
  const int64_t H = shape.hiddenSize, I = shape.inputSize, total = rows.total(), stride = rows.stride();
  T* const dSums = workspace;
  T* const previous = dSums + alignedElements(total * H);
  const bool single = isSingleStep(shape.sequence);
  T* const hiddenHidden = scratch<T>(Scratch::weights, single ? 0 : packedElements<T>(H, H));
  if (!single) packMatrix<T>(hiddenHidden, {weights.hiddenHidden, H, false}, H, H);

  copyStates(gradients.h0, dhn, shape.sequence.batch * H);
  forRowRanges(rows, H * (H + 16), [&](int64_t begin, int64_t end) {
    T* const dHidden = gradients.h0 + begin * H;
    forStepsBack(rows, begin, end, [&](const StepRows& at) {
      RnnStepGradient<T> step = {};
      step.rows = at.count;
      step.hiddenSize = H;
      step.dSums = dSums + at.row * H;
      step.ldSums = stride * H;
      step.dHidden = dHidden;
      step.dOutput = dOutput.data == nullptr ? nullptr : dOutput.data + at.row * dOutput.ld;
      step.ldDOutput = stride * dOutput.ld;
      step.output = output.data + at.row * output.ld;
      step.ldOutput = stride * output.ld;
      stepBackward(step, nonlinearity);
      if (single || (at.number == 0 && h0 == nullptr)) return;
      matmulPacked<T>(dHidden, H, {step.dSums, step.ldSums}, hiddenHidden, at.count, H, H);
    });
  });

  if (single && h0 != nullptr) {
    matmul<T>(gradients.h0, H, {dSums, H}, {weights.hiddenHidden, H}, shape.sequence.batch, H, H);
  }
  if (gradients.input != nullptr) {
    matmul<T>(gradients.input, I, {dSums, H}, {weights.inputHidden, I}, total, I, H, {nullptr, gradients.addToInput});
  }
  if (gradients.inputHidden != nullptr) matmul<T>(gradients.inputHidden, I, {dSums, H, true}, input, H, I, total);
  if (gradients.hiddenHidden != nullptr) {
    gatherPreviousStates<T>(previous, output.data, output.ld, h0, H, rows);
    matmul<T>(gradients.hiddenHidden, H, {dSums, H, true}, {previous, H}, H, H, total);
  }
  // Both biases add to the same sum.
  if (gradients.biasInput != nullptr) columnSums<T>(gradients.biasInput, dSums, H, total, H, false);
  if (gradients.biasHidden != nullptr) columnSums<T>(gradients.biasHidden, dSums, H, total, H, false);
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(rnnBackward, plain::rnnBackward<T>)

}  // namespace lutra

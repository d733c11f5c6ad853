// A layer with a single state (GRU or RNN) in one direction: the arguments of its calls, which are the same for both.
//
// `Layer` is built from the call's variant and says what differs: the number of gates, sizes, and which kernels run.
#pragma once

#include "binding/planned/recurrent.h"
#include "binding/sequence.h"
#include "kernels/matmul/matmul.h"
#include "kernels/recurrent/layer.h"

namespace lutra::binding {

template <class Layout>
RecurrentShape readRecurrentShape(const Planned<Layout>& call, int64_t gates) {
  RecurrentShape shape;
  shape.sequence = readSequence(call);
  shape.inputSize = call[call.inputSize];
  shape.hiddenSize = call[call.hiddenSize];
  call.product(call.product(shape.sequence.steps, shape.sequence.batch), 2 * gates, shape.hiddenSize);
  call.product(gates, shape.hiddenSize, shape.inputSize);
  call.product(gates, shape.hiddenSize, shape.hiddenSize);
  readBatchSizes(call, shape.sequence);
  return shape;
}

template <class Layer>
int64_t recurrentSizes(Args& args) {
  const Planned<RecurrentSizesLayout> call(args);
  const RecurrentShape shape = readRecurrentShape(call, Layer::kGates);
  call.set(call.workspace, static_cast<double>(Layer::workspaceElements(shape)));
  return Layer::cacheElements(shape);
}

template <class Layer>
void recurrentForward(Args& args) {
  const Planned<RecurrentForwardLayout> call(args);
  call.withFloat(call.output, [&](auto zero) {
    using T = decltype(zero);
    const Layer layer(call, call[call.variant]);
    const RecurrentShape shape = readRecurrentShape(call, Layer::kGates);
    const int64_t H = shape.hiddenSize, I = shape.inputSize, N = shape.sequence.batch, GH = Layer::kGates * H;
    const int64_t rows = SequenceRows(shape.sequence).total();
    const int64_t ldOutput = call[call.ldOutput], ldInput = call[call.ldInput];
    T* const output = call.array<T>(call.output, reachOfRows(call, rows, H, ldOutput));
    T* const hn = call.array<T>(call.hn, N * H);
    T* const cache = call.optional<T>(call.cache, Layer::cacheElements(shape));
    const T* const input = call.array<T>(call.input, reachOfRows(call, rows, I, ldInput));
    const T* const h0 = call.optional<T>(call.h0, N * H);
    RecurrentWeights<T> weights;
    weights.inputHidden = call.array<T>(call.inputHidden, GH * I);
    weights.hiddenHidden = call.array<T>(call.hiddenHidden, GH * H);
    weights.biasInput = call.optional<T>(call.biasInput, GH);
    weights.biasHidden = call.optional<T>(call.biasHidden, GH);
    layer.forward(output, ldOutput, hn, cache, Matrix<T>{input, ldInput}, h0, weights, shape);
  });
}

template <class Layer>
void recurrentBackward(Args& args) {
  const Planned<RecurrentBackwardLayout> call(args);
  call.withFloat(call.workspace, [&](auto zero) {
    using T = decltype(zero);
    const Layer layer(call, call[call.variant]);
    const RecurrentShape shape = readRecurrentShape(call, Layer::kGates);
    const int64_t H = shape.hiddenSize, I = shape.inputSize, N = shape.sequence.batch, GH = Layer::kGates * H;
    const int64_t rows = SequenceRows(shape.sequence).total();
    const int64_t ldOutput = call[call.ldOutput], ldInput = call[call.ldInput];
    const int64_t reach = reachOfRows(call, rows, H, ldOutput);
    RecurrentGradients<T> gradients;
    gradients.input = call.optional<T>(call.dInput, call.product(rows, I));
    gradients.addToInput = call[call.addToInput];
    gradients.h0 = call.array<T>(call.dh0, N * H);
    gradients.inputHidden = call.optional<T>(call.dInputHidden, GH * I);
    gradients.hiddenHidden = call.optional<T>(call.dHiddenHidden, GH * H);
    gradients.biasInput = call.optional<T>(call.dBiasInput, GH);
    gradients.biasHidden = call.optional<T>(call.dBiasHidden, GH);
    T* const workspace = call.array<T>(call.workspace, Layer::workspaceElements(shape));
    const T* const dOutput = call.optional<T>(call.dOutput, reach);
    const T* const dhn = call.optional<T>(call.dhn, N * H);
    const T* const output = call.array<T>(call.output, reach);
    const T* const cache = call.optional<T>(call.cache, Layer::cacheElements(shape));
    if (cache == nullptr && Layer::cacheElements(shape) > 0) call.fail(ErrorKind::type, "cache is missing");
    const T* const input = call.array<T>(call.input, reachOfRows(call, rows, I, ldInput));
    const T* const h0 = call.optional<T>(call.h0, N * H);
    RecurrentWeights<T> weights;
    weights.inputHidden = call.array<T>(call.inputHidden, GH * I);
    weights.hiddenHidden = call.array<T>(call.hiddenHidden, GH * H);
    layer.backward(gradients, workspace, Matrix<T>{dOutput, ldOutput}, dhn, Matrix<T>{output, ldOutput}, cache,
                   Matrix<T>{input, ldInput}, h0, weights, shape);
  });
}

}  // namespace lutra::binding

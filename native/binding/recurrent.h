// A layer with a single state (GRU or RNN) in one direction: the arguments of its calls, which are the same for both.
//
// `Layer` is built from the plan's variant and says what differs: the number of gates, sizes, and which kernels run.
#pragma once

#include "binding/sequence.h"
#include "kernels/matmul/matmul.h"
#include "kernels/recurrent/layer.h"

namespace lutra::binding {

// The plan begins as binding/sequence.h says; the layer's own number is its variant.
inline RecurrentShape readRecurrentShape(const Args& args, const Numbers& plan, int64_t gates,
                                         size_t batchSizesArgument) {
  RecurrentShape shape;
  shape.sequence = readSequence(plan);
  shape.inputSize = plan.size(4);
  shape.hiddenSize = plan.size(5);
  plan.product(plan.product(shape.sequence.steps, shape.sequence.batch), 2 * gates, shape.hiddenSize);
  plan.product(gates, shape.hiddenSize, shape.inputSize);
  plan.product(gates, shape.hiddenSize, shape.hiddenSize);
  readBatchSizes(args, plan, batchSizesArgument, shape.sequence);
  return shape;
}

// (plan; batchSizes | null) → elements of the cache; those of the workspace in plan[0]
template <class Layer>
int64_t recurrentSizes(Args& args) {
  Numbers plan(args, 0, kSequencePlan);
  const RecurrentShape shape = readRecurrentShape(args, plan, Layer::kGates, 1);
  plan.set(0, static_cast<double>(Layer::workspaceElements(shape)));
  return Layer::cacheElements(shape);
}

template <class Layer, class T>
void recurrentForwardOf(Args& args) {
  const Numbers plan(args, 0, kSequencePlan + 11);
  const Layer layer(args, plan.integer(6));
  const RecurrentShape shape = readRecurrentShape(args, plan, Layer::kGates, 10);
  const int64_t H = shape.hiddenSize, N = shape.sequence.batch, GH = Layer::kGates * H;
  const int64_t rows = SequenceRows(shape.sequence).total();
  const int64_t ldOutput = plan.size(9), ldInput = plan.size(13);
  T* const output = args.array<T>(1, "output", plan.size(8), reachOfRows(args, plan, rows, H, ldOutput));
  T* const hn = args.array<T>(2, "hn", plan.size(10), N * H);
  T* const cache = args.optionalArray<T>(3, "cache", plan.size(11), Layer::cacheElements(shape));
  const T* const input =
      args.array<T>(4, "input", plan.size(12), reachOfRows(args, plan, rows, shape.inputSize, ldInput));
  const T* const h0 = args.optionalArray<T>(5, "h0", plan.size(14), N * H);
  RecurrentWeights<T> weights;
  weights.inputHidden = args.array<T>(6, "inputHidden", plan.size(15), GH * shape.inputSize);
  weights.hiddenHidden = args.array<T>(7, "hiddenHidden", plan.size(16), GH * H);
  weights.biasInput = args.optionalArray<T>(8, "biasInput", plan.size(17), GH);
  weights.biasHidden = args.optionalArray<T>(9, "biasHidden", plan.size(18), GH);
  layer.forward(output, ldOutput, hn, cache, Matrix<T>{input, ldInput}, h0, weights, shape);
}

// (plan: shape; output, ldOutput, hn, cache, input, ldInput, h0, inputHidden, hiddenHidden, biasInput, biasHidden:
//  offsets, and where named leading dimensions;
//  output, hn, cache | null, input, h0 | null, inputHidden, hiddenHidden, biasInput | null, biasHidden | null,
//  batchSizes | null)
template <class Layer>
void recurrentForward(Args& args) {
  return args.isDouble(1, "output") ? recurrentForwardOf<Layer, double>(args) : recurrentForwardOf<Layer, float>(args);
}

template <class Layer, class T>
void recurrentBackwardOf(Args& args) {
  const Numbers plan(args, 0, kSequencePlan + 18);
  const Layer layer(args, plan.integer(6));
  const RecurrentShape shape = readRecurrentShape(args, plan, Layer::kGates, 16);
  const int64_t H = shape.hiddenSize, I = shape.inputSize, N = shape.sequence.batch, GH = Layer::kGates * H;
  const int64_t rows = SequenceRows(shape.sequence).total();
  const int64_t ldOutput = plan.size(17), ldInput = plan.size(22);
  RecurrentGradients<T> gradients;
  gradients.input = args.optionalArray<T>(1, "dInput", plan.size(8), plan.product(rows, I));
  gradients.addToInput = plan.flag(9);
  gradients.h0 = args.array<T>(2, "dh0", plan.size(10), N * H);
  gradients.inputHidden = args.optionalArray<T>(3, "dInputHidden", plan.size(11), GH * I);
  gradients.hiddenHidden = args.optionalArray<T>(4, "dHiddenHidden", plan.size(12), GH * H);
  gradients.biasInput = args.optionalArray<T>(5, "dBiasInput", plan.size(13), GH);
  gradients.biasHidden = args.optionalArray<T>(6, "dBiasHidden", plan.size(14), GH);
  T* const workspace = args.array<T>(7, "workspace", plan.size(15), Layer::workspaceElements(shape));
  const int64_t reach = reachOfRows(args, plan, rows, H, ldOutput);
  const T* const dOutput = args.optionalArray<T>(8, "dOutput", plan.size(16), reach);
  const T* const dhn = args.optionalArray<T>(9, "dhn", plan.size(18), N * H);
  const T* const output = args.array<T>(10, "output", plan.size(19), reach);
  const T* const cache = args.optionalArray<T>(11, "cache", plan.size(20), Layer::cacheElements(shape));
  if (cache == nullptr && Layer::cacheElements(shape) > 0) args.fail(ErrorKind::type, "cache is missing");
  const T* const input = args.array<T>(12, "input", plan.size(21), reachOfRows(args, plan, rows, I, ldInput));
  const T* const h0 = args.optionalArray<T>(13, "h0", plan.size(23), N * H);
  RecurrentWeights<T> weights;
  weights.inputHidden = args.array<T>(14, "inputHidden", plan.size(24), GH * I);
  weights.hiddenHidden = args.array<T>(15, "hiddenHidden", plan.size(25), GH * H);
  layer.backward(gradients, workspace, Matrix<T>{dOutput, ldOutput}, dhn, Matrix<T>{output, ldOutput}, cache,
                 Matrix<T>{input, ldInput}, h0, weights, shape);
}

// (plan: shape; dInput, addToInput, dh0, dInputHidden, dHiddenHidden, dBiasInput, dBiasHidden, workspace, dOutput,
//  ldOutput (of dOutput, too), dhn, output, cache, input, ldInput, h0, inputHidden, hiddenHidden;
//  dInput | null, dh0, dInputHidden | null, dHiddenHidden | null, dBiasInput | null, dBiasHidden | null, workspace,
//  dOutput | null, dhn | null, output, cache | null, input, h0 | null, inputHidden, hiddenHidden, batchSizes | null)
template <class Layer>
void recurrentBackward(Args& args) {
  return args.isDouble(7, "workspace") ? recurrentBackwardOf<Layer, double>(args)
                                       : recurrentBackwardOf<Layer, float>(args);
}

}  // namespace lutra::binding

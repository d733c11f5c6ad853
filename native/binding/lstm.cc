// A layer of LSTM in one direction: one call forward, one backward.
#include "kernels/recurrent/lstm.h"

#include "binding/families.h"
#include "binding/sequence.h"

namespace lutra::binding {

namespace {

// The plan begins as binding/sequence.h says; the layer's own number is projSize.
LstmShape readShape(const Args& args, const Numbers& plan, size_t batchSizesArgument) {
  LstmShape shape;
  shape.sequence = readSequence(plan);
  shape.inputSize = plan.size(4);
  shape.hiddenSize = plan.size(5);
  shape.projSize = plan.size(6);
  plan.product(plan.product(shape.sequence.steps, shape.sequence.batch), 8, shape.hiddenSize);
  plan.product(4, shape.hiddenSize, shape.inputSize);
  plan.product(4, shape.hiddenSize, shape.outputSize());
  readBatchSizes(args, plan, batchSizesArgument, shape.sequence);
  return shape;
}

// (plan; batchSizes | null) → elements of the cache; those of the workspace in plan[0]
int64_t sizesEntry(Args& args) {
  Numbers plan(args, 0, kSequencePlan);
  const LstmShape shape = readShape(args, plan, 1);
  const int64_t cache = lstmCacheElements(shape);
  plan.set(0, static_cast<double>(lstmWorkspaceElements(shape)));
  return cache;
}

template <class T>
LstmWeights<T> readWeights(const Args& args, const Numbers& plan, const LstmShape& shape, size_t first,
                           int64_t offsets) {
  const int64_t H = shape.hiddenSize, R = shape.outputSize();
  LstmWeights<T> weights;
  weights.inputHidden = args.array<T>(first, "inputHidden", plan.size(offsets), 4 * H * shape.inputSize);
  weights.hiddenHidden = args.array<T>(first + 1, "hiddenHidden", plan.size(offsets + 1), 4 * H * R);
  weights.projection =
      shape.projSize > 0 ? args.array<T>(first + 2, "projection", plan.size(offsets + 2), shape.projSize * H) : nullptr;
  return weights;
}

// (plan: shape; output, ldOutput, hn, cn, cache, input, ldInput, h0, c0, inputHidden, hiddenHidden, projection,
//  biasInput, biasHidden: offsets, and where named leading dimensions;
//  output, hn, cn, cache | null, input, h0 | null, c0 | null, inputHidden, hiddenHidden, projection | null,
//  biasInput | null, biasHidden | null, batchSizes | null)
template <class T>
void forward(Args& args) {
  const Numbers plan(args, 0, kSequencePlan + 14);
  const LstmShape shape = readShape(args, plan, 13);
  const int64_t H = shape.hiddenSize, R = shape.outputSize(), N = shape.sequence.batch;
  const int64_t rows = SequenceRows(shape.sequence).total();
  const int64_t ldOutput = plan.size(9), ldInput = plan.size(14);
  T* const output = args.array<T>(1, "output", plan.size(8), reachOfRows(args, plan, rows, R, ldOutput));
  T* const hn = args.array<T>(2, "hn", plan.size(10), N * R);
  T* const cn = args.array<T>(3, "cn", plan.size(11), N * H);
  T* const cache = args.optionalArray<T>(4, "cache", plan.size(12), lstmCacheElements(shape));
  const T* const input =
      args.array<T>(5, "input", plan.size(13), reachOfRows(args, plan, rows, shape.inputSize, ldInput));
  const T* const h0 = args.optionalArray<T>(6, "h0", plan.size(15), N * R);
  const T* const c0 = args.optionalArray<T>(7, "c0", plan.size(16), N * H);
  LstmWeights<T> weights = readWeights<T>(args, plan, shape, 8, kSequencePlan + 9);
  weights.biasInput = args.optionalArray<T>(11, "biasInput", plan.size(20), 4 * H);
  weights.biasHidden = args.optionalArray<T>(12, "biasHidden", plan.size(21), 4 * H);
  lstmForward<T>({output, ldOutput}, hn, cn, cache, {input, ldInput}, h0, c0, weights, shape);
}

void forwardEntry(Args& args) { return args.isDouble(1, "output") ? forward<double>(args) : forward<float>(args); }

// (plan: shape; dInput, addToInput, dh0, dc0, dInputHidden, dHiddenHidden, dProjection, dBias, workspace, dOutput,
//  ldOutput (of dOutput, too), dhn, dcn, output, cache, input, ldInput, h0, c0, inputHidden, hiddenHidden, projection;
//  dInput | null, dh0, dc0, dInputHidden | null, dHiddenHidden | null, dProjection | null, dBias | null, workspace,
//  dOutput | null, dhn | null, dcn | null, output, cache, input, h0 | null, c0 | null, inputHidden, hiddenHidden,
//  projection | null, batchSizes | null)
template <class T>
void backward(Args& args) {
  const Numbers plan(args, 0, kSequencePlan + 22);
  const LstmShape shape = readShape(args, plan, 20);
  const int64_t H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize, N = shape.sequence.batch;
  const int64_t rows = SequenceRows(shape.sequence).total();
  const int64_t ldOutput = plan.size(18), ldInput = plan.size(24);
  LstmGradients<T> gradients;
  gradients.input = args.optionalArray<T>(1, "dInput", plan.size(8), plan.product(rows, I));
  gradients.addToInput = plan.flag(9);
  gradients.h0 = args.array<T>(2, "dh0", plan.size(10), N * R);
  gradients.c0 = args.array<T>(3, "dc0", plan.size(11), N * H);
  gradients.inputHidden = args.optionalArray<T>(4, "dInputHidden", plan.size(12), 4 * H * I);
  gradients.hiddenHidden = args.optionalArray<T>(5, "dHiddenHidden", plan.size(13), 4 * H * R);
  gradients.projection = args.optionalArray<T>(6, "dProjection", plan.size(14), shape.projSize * H);
  gradients.bias = args.optionalArray<T>(7, "dBias", plan.size(15), 4 * H);
  T* const workspace = args.array<T>(8, "workspace", plan.size(16), lstmWorkspaceElements(shape));
  const T* const dOutput =
      args.optionalArray<T>(9, "dOutput", plan.size(17), reachOfRows(args, plan, rows, R, ldOutput));
  const T* const dhn = args.optionalArray<T>(10, "dhn", plan.size(19), N * R);
  const T* const dcn = args.optionalArray<T>(11, "dcn", plan.size(20), N * H);
  const T* const output = args.array<T>(12, "output", plan.size(21), reachOfRows(args, plan, rows, R, ldOutput));
  const T* const cache = args.array<T>(13, "cache", plan.size(22), lstmCacheElements(shape));
  const T* const input = args.array<T>(14, "input", plan.size(23), reachOfRows(args, plan, rows, I, ldInput));
  const T* const h0 = args.optionalArray<T>(15, "h0", plan.size(25), N * R);
  const T* const c0 = args.optionalArray<T>(16, "c0", plan.size(26), N * H);
  const LstmWeights<T> weights = readWeights<T>(args, plan, shape, 17, kSequencePlan + 19);
  if (shape.projSize == 0) gradients.projection = nullptr;
  lstmBackward<T>(gradients, workspace, {dOutput, ldOutput}, dhn, dcn, {output, ldOutput}, cache, {input, ldInput}, h0,
                  c0, weights, shape);
}

void backwardEntry(Args& args) {
  return args.isDouble(8, "workspace") ? backward<double>(args) : backward<float>(args);
}

}  // namespace

void registerLstm(Napi::Object exports) {
  define<sizesEntry>(exports, "lstmSizes");
  define<forwardEntry>(exports, "lstmForward");
  define<backwardEntry>(exports, "lstmBackward");
}

}  // namespace lutra::binding

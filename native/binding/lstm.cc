// A layer of LSTM in one direction: one call forward, one backward.
#include "kernels/recurrent/lstm.h"

#include "binding/family.h"
#include "binding/planned/lstm.h"
#include "binding/sequence.h"

namespace lutra::binding {

namespace {

template <class Layout>
LstmShape readShape(const Planned<Layout>& call) {
  LstmShape shape;
  shape.sequence = readSequence(call);
  shape.inputSize = call[call.inputSize];
  shape.hiddenSize = call[call.hiddenSize];
  shape.projSize = call[call.projSize];
  call.product(call.product(shape.sequence.steps, shape.sequence.batch), 8, shape.hiddenSize);
  call.product(4, shape.hiddenSize, shape.inputSize);
  call.product(4, shape.hiddenSize, shape.outputSize());
  readBatchSizes(call, shape.sequence);
  return shape;
}

int64_t sizes(Args& args) {
  const Planned<LstmSizesLayout> call(args);
  const LstmShape shape = readShape(call);
  call.set(call.workspace, static_cast<double>(lstmWorkspaceElements(shape)));
  return lstmCacheElements(shape);
}

template <class T, class Layout>
LstmWeights<T> readWeights(const Planned<Layout>& call, const LstmShape& shape) {
  const int64_t H = shape.hiddenSize, R = shape.outputSize();
  LstmWeights<T> weights;
  weights.inputHidden = call.template array<T>(call.inputHidden, 4 * H * shape.inputSize);
  weights.hiddenHidden = call.template array<T>(call.hiddenHidden, 4 * H * R);
  weights.projection = shape.projSize > 0 ? call.template array<T>(call.projection, shape.projSize * H) : nullptr;
  return weights;
}

void forward(Args& args) {
  const Planned<LstmForwardLayout> call(args);
  call.withFloat(call.output, [&](auto zero) {
    using T = decltype(zero);
    const LstmShape shape = readShape(call);
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize, N = shape.sequence.batch;
    const int64_t rows = SequenceRows(shape.sequence).total();
    const int64_t ldOutput = call[call.ldOutput], ldInput = call[call.ldInput];
    T* const output = call.array<T>(call.output, reachOfRows(call, rows, R, ldOutput));
    T* const hn = call.array<T>(call.hn, N * R);
    T* const cn = call.array<T>(call.cn, N * H);
    T* const cache = call.optional<T>(call.cache, lstmCacheElements(shape));
    const T* const input = call.array<T>(call.input, reachOfRows(call, rows, I, ldInput));
    const T* const h0 = call.optional<T>(call.h0, N * R);
    const T* const c0 = call.optional<T>(call.c0, N * H);
    LstmWeights<T> weights = readWeights<T>(call, shape);
    weights.biasInput = call.optional<T>(call.biasInput, 4 * H);
    weights.biasHidden = call.optional<T>(call.biasHidden, 4 * H);
    lstmForward<T>({output, ldOutput}, hn, cn, cache, {input, ldInput}, h0, c0, weights, shape);
  });
}

void backward(Args& args) {
  const Planned<LstmBackwardLayout> call(args);
  call.withFloat(call.workspace, [&](auto zero) {
    using T = decltype(zero);
    const LstmShape shape = readShape(call);
    const int64_t H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize, N = shape.sequence.batch;
    const int64_t rows = SequenceRows(shape.sequence).total();
    const int64_t ldOutput = call[call.ldOutput], ldInput = call[call.ldInput];
    const int64_t reach = reachOfRows(call, rows, R, ldOutput);
    LstmGradients<T> gradients;
    gradients.input = call.optional<T>(call.dInput, call.product(rows, I));
    gradients.addToInput = call[call.addToInput];
    gradients.h0 = call.array<T>(call.dh0, N * R);
    gradients.c0 = call.array<T>(call.dc0, N * H);
    gradients.inputHidden = call.optional<T>(call.dInputHidden, 4 * H * I);
    gradients.hiddenHidden = call.optional<T>(call.dHiddenHidden, 4 * H * R);
    gradients.projection = call.optional<T>(call.dProjection, shape.projSize * H);
    gradients.bias = call.optional<T>(call.dBias, 4 * H);
    T* const workspace = call.array<T>(call.workspace, lstmWorkspaceElements(shape));
    const T* const dOutput = call.optional<T>(call.dOutput, reach);
    const T* const dhn = call.optional<T>(call.dhn, N * R);
    const T* const dcn = call.optional<T>(call.dcn, N * H);
    const T* const output = call.array<T>(call.output, reach);
    const T* const cache = call.array<T>(call.cache, lstmCacheElements(shape));
    const T* const input = call.array<T>(call.input, reachOfRows(call, rows, I, ldInput));
    const T* const h0 = call.optional<T>(call.h0, N * R);
    const T* const c0 = call.optional<T>(call.c0, N * H);
    const LstmWeights<T> weights = readWeights<T>(call, shape);
    if (shape.projSize == 0) gradients.projection = nullptr;
    lstmBackward<T>(gradients, workspace, {dOutput, ldOutput}, dhn, dcn, {output, ldOutput}, cache, {input, ldInput},
                    h0, c0, weights, shape);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<sizes>(exports, "lstmSizes");
  define<forward>(exports, "lstmForward");
  define<backward>(exports, "lstmBackward");
});

}  // namespace lutra::binding

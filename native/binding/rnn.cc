// A layer of simple recurrent units in one direction: one call forward, one backward, with the arguments of
// binding/recurrent.h. The variant is the nonlinearity.
#include "kernels/recurrent/rnn.h"

#include "binding/family.h"
#include "binding/recurrent.h"

namespace lutra::binding {

namespace {

struct Rnn {
  static constexpr int64_t kGates = 1;
  Nonlinearity nonlinearity;

  Rnn(const PlannedCall& call, int64_t variant) : nonlinearity(static_cast<Nonlinearity>(variant)) {
    if (nonlinearity != Nonlinearity::tanh && nonlinearity != Nonlinearity::relu) {
      throw call.error(ErrorKind::range, "no nonlinearity has the code " + std::to_string(variant));
    }
  }

  static int64_t cacheElements(const RecurrentShape&) { return 0; }
  static int64_t workspaceElements(const RecurrentShape& shape) { return rnnWorkspaceElements(shape); }

  template <class T>
  void forward(T* output, int64_t ldOutput, T* hn, T*, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
               const RecurrentShape& shape) const {
    rnnForward<T>(output, ldOutput, hn, input, h0, weights, nonlinearity, shape);
  }

  template <class T>
  void backward(const RecurrentGradients<T>& gradients, T* workspace, Matrix<T> dOutput, const T* dhn, Matrix<T> output,
                const T*, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
                const RecurrentShape& shape) const {
    rnnBackward<T>(gradients, workspace, dOutput, dhn, output, input, h0, weights, nonlinearity, shape);
  }
};

}  // namespace

static const Family family([](Napi::Object exports) {
  define<recurrentSizes<Rnn>>(exports, "rnnSizes");
  define<recurrentForward<Rnn>>(exports, "rnnForward");
  define<recurrentBackward<Rnn>>(exports, "rnnBackward");
});

}  // namespace lutra::binding

// A layer of GRU in one direction: one call forward, one backward, with the arguments of binding/recurrent.h.
#include "kernels/recurrent/gru.h"

#include "binding/family.h"
#include "binding/recurrent.h"

namespace lutra::binding {

namespace {

struct Gru {
  static constexpr int64_t kGates = kGruGates;

  // There is one kind of GRU; the variant says nothing.
  Gru(const PlannedCall&, int64_t) {}

  static int64_t cacheElements(const RecurrentShape& shape) { return gruCacheElements(shape); }
  static int64_t workspaceElements(const RecurrentShape& shape) { return gruWorkspaceElements(shape); }

  template <class T>
  void forward(T* output, int64_t ldOutput, T* hn, T* cache, Matrix<T> input, const T* h0,
               const RecurrentWeights<T>& weights, const RecurrentShape& shape) const {
    gruForward<T>(output, ldOutput, hn, cache, input, h0, weights, shape);
  }

  template <class T>
  void backward(const RecurrentGradients<T>& gradients, T* workspace, Matrix<T> dOutput, const T* dhn, Matrix<T> output,
                const T* cache, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
                const RecurrentShape& shape) const {
    gruBackward<T>(gradients, workspace, dOutput, dhn, output, cache, input, h0, weights, shape);
  }
};

}  // namespace

static const Family family([](Napi::Object exports) {
  define<recurrentSizes<Gru>>(exports, "gruSizes");
  define<recurrentForward<Gru>>(exports, "gruForward");
  define<recurrentBackward<Gru>>(exports, "gruBackward");
});

}  // namespace lutra::binding

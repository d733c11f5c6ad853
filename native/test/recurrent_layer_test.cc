// GRU and RNN over whole sequences against plain loops in double, their gradients against finite differences of those,
// for padded and packed batches in both layouts and directions, on every instruction set; the same bits on any number
// of threads, and with or without keeping what backward needs.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

#include "kernels/recurrent/gru.h"
#include "kernels/recurrent/rnn.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"

using lutra::Isa;
using lutra::Matrix;
using lutra::Nonlinearity;
using lutra::RecurrentGradients;
using lutra::RecurrentShape;
using lutra::RecurrentWeights;
using lutra::SequenceRows;
using lutra::test::Guarded;
using lutra::test::listOf;
using Values = std::vector<double>;

namespace {

struct Case {
  int64_t steps, batch, inputSize, hiddenSize;
  std::vector<int32_t> batchSizes = {};
  bool batchFirst = false, reverse = false, bias = true, initial = true;
  int64_t gap = 0;  // added to the row lengths of input and output

  RecurrentShape shape() const {
    return {
        {steps, batch, batchSizes.empty() ? nullptr : batchSizes.data(), batchFirst, reverse}, inputSize, hiddenSize};
  }
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The layers under test: their kernels, and the same in plain loops: h (in: h_{t-1}) from the input's and the state's
// sums, with biases.
struct Gru {
  static constexpr int64_t kGates = lutra::kGruGates;

  static void step(double* h, const Values& ofInput, const Values& ofState, int64_t H) {
    for (int64_t j = 0; j < H; j++) {
      const double r = sigmoid(ofInput[j] + ofState[j]), z = sigmoid(ofInput[H + j] + ofState[H + j]);
      const double n = std::tanh(ofInput[2 * H + j] + r * ofState[2 * H + j]);
      h[j] = (1 - z) * n + z * h[j];
    }
  }
  static int64_t cacheElements(const RecurrentShape& shape) { return lutra::gruCacheElements(shape); }
  static int64_t workspaceElements(const RecurrentShape& shape) { return lutra::gruWorkspaceElements(shape); }
  template <class T>
  static void forward(T* output, int64_t ld, T* hn, T* cache, Matrix<T> input, const T* h0,
                      const RecurrentWeights<T>& weights, const RecurrentShape& shape) {
    lutra::gruForward<T>(output, ld, hn, cache, input, h0, weights, shape);
  }
  template <class T>
  static void backward(const RecurrentGradients<T>& gradients, T* workspace, Matrix<T> dOutput, const T* dhn,
                       Matrix<T> output, const T* cache, Matrix<T> input, const T* h0,
                       const RecurrentWeights<T>& weights, const RecurrentShape& shape) {
    lutra::gruBackward<T>(gradients, workspace, dOutput, dhn, output, cache, input, h0, weights, shape);
  }
};

template <Nonlinearity F>
struct Rnn {
  static constexpr int64_t kGates = 1;

  static void step(double* h, const Values& ofInput, const Values& ofState, int64_t H) {
    for (int64_t j = 0; j < H; j++) {
      const double sum = ofInput[j] + ofState[j];
      h[j] = F == Nonlinearity::tanh ? std::tanh(sum) : sum > 0 ? sum : 0;
    }
  }
  static int64_t cacheElements(const RecurrentShape&) { return 0; }
  static int64_t workspaceElements(const RecurrentShape& shape) { return lutra::rnnWorkspaceElements(shape); }
  template <class T>
  static void forward(T* output, int64_t ld, T* hn, T*, Matrix<T> input, const T* h0,
                      const RecurrentWeights<T>& weights, const RecurrentShape& shape) {
    lutra::rnnForward<T>(output, ld, hn, input, h0, weights, F, shape);
  }
  template <class T>
  static void backward(const RecurrentGradients<T>& gradients, T* workspace, Matrix<T> dOutput, const T* dhn,
                       Matrix<T> output, const T*, Matrix<T> input, const T* h0, const RecurrentWeights<T>& weights,
                       const RecurrentShape& shape) {
    lutra::rnnBackward<T>(gradients, workspace, dOutput, dhn, output, input, h0, weights, F, shape);
  }
};

Values noise(int64_t n, uint32_t seed) {
  Values values(static_cast<size_t>(n));
  for (double& value : values) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<double>(static_cast<float>((seed >> 8) / double(1 << 24) - 0.5));
  }
  return values;
}

// Everything that a layer reads, and the directions in which its outputs are weighed for a scalar loss.
template <class Layer>
struct Problem {
  const Case& s;
  RecurrentShape shape;
  int64_t rows, H, G, I, ldInput, ldOutput;
  Values input, h0, inputHidden, hiddenHidden, biasInput, biasHidden, toOutput, toH;

  explicit Problem(const Case& s) : s(s), shape(s.shape()) {
    rows = SequenceRows(shape.sequence).total();
    H = shape.hiddenSize, G = Layer::kGates * H, I = shape.inputSize;
    ldInput = I + s.gap, ldOutput = H + s.gap;
    input = noise(rows * ldInput, 1), h0 = noise(s.initial ? s.batch * H : 0, 2);
    inputHidden = noise(G * I, 4), hiddenHidden = noise(G * H, 5);
    biasInput = noise(s.bias ? G : 0, 6), biasHidden = noise(s.bias ? G : 0, 7);
    toOutput = noise(rows * ldOutput, 9), toH = noise(s.batch * H, 10);
    // Larger states than these would grow beyond what float keeps apart when nothing bounds them.
    for (double& w : hiddenHidden) w *= 2 / std::sqrt(static_cast<double>(H));
  }

  // Plain loops. Outputs as the kernel lays them out.
  void reference(Values& output, Values& hn) const {
    const SequenceRows map(shape.sequence);
    output.assign(static_cast<size_t>(rows * ldOutput), 0);
    hn = s.initial ? h0 : Values(static_cast<size_t>(s.batch * H));
    Values ofInput(static_cast<size_t>(G)), ofState(static_cast<size_t>(G));
    for (int64_t n = 0; n < s.steps; n++) {
      const int64_t t = map.step(n);
      for (int64_t b = 0; b < map.active(t); b++) {
        const int64_t row = map.begin(t) + b * map.stride();
        double* const h = hn.data() + b * H;
        for (int64_t j = 0; j < G; j++) {
          ofInput[j] = s.bias ? biasInput[j] : 0, ofState[j] = s.bias ? biasHidden[j] : 0;
          for (int64_t k = 0; k < I; k++) ofInput[j] += input[row * ldInput + k] * inputHidden[j * I + k];
          for (int64_t k = 0; k < H; k++) ofState[j] += h[k] * hiddenHidden[j * H + k];
        }
        Layer::step(h, ofInput, ofState, H);
        for (int64_t j = 0; j < H; j++) output[row * ldOutput + j] = h[j];
      }
    }
  }

  double loss() const {
    Values output, hn;
    reference(output, hn);
    double sum = 0;
    for (size_t i = 0; i < output.size(); i++) sum += output[i] * toOutput[i];
    for (size_t i = 0; i < hn.size(); i++) sum += hn[i] * toH[i];
    return sum;
  }
};

template <class T>
std::vector<T> as(const Values& values) {
  return std::vector<T>(values.begin(), values.end());
}
template <class T>
const T* orNull(const std::vector<T>& values, bool given) {
  return given ? values.data() : nullptr;
}

// What the kernel gave: outputs first, then gradients, all in guarded buffers.
template <class T>
struct Outcome {
  Guarded<T> output, hn, dInput, dh0, dInputHidden, dHiddenHidden, dBiasInput, dBiasHidden;
  static constexpr size_t kFirstGradient = 2, kOfH0 = 3;

  std::vector<const Guarded<T>*> all() const {
    return {&output, &hn, &dInput, &dh0, &dInputHidden, &dHiddenHidden, &dBiasInput, &dBiasHidden};
  }
};

template <class T, class Layer>
Outcome<T> run(const Problem<Layer>& p, bool keep = true) {
  const Case& s = p.s;
  Outcome<T> r = {
      Guarded<T>(p.rows * p.ldOutput), Guarded<T>(s.batch * p.H), Guarded<T>(p.rows * p.I), Guarded<T>(s.batch * p.H),
      Guarded<T>(p.G * p.I),           Guarded<T>(p.G * p.H),     Guarded<T>(p.G),          Guarded<T>(p.G)};
  const auto input = as<T>(p.input), h0 = as<T>(p.h0);
  const auto inputHidden = as<T>(p.inputHidden), hiddenHidden = as<T>(p.hiddenHidden);
  const auto biasInput = as<T>(p.biasInput), biasHidden = as<T>(p.biasHidden);
  const auto toOutput = as<T>(p.toOutput), toH = as<T>(p.toH);
  const RecurrentWeights<T> weights = {inputHidden.data(), hiddenHidden.data(), orNull(biasInput, s.bias),
                                       orNull(biasHidden, s.bias)};
  for (int64_t i = 0; i < r.output.size(); i++) {
    if (i % p.ldOutput >= p.H) r.output.data()[i] = Guarded<T>::kMark;
  }
  Guarded<T> cache(keep ? Layer::cacheElements(p.shape) : 0), workspace(Layer::workspaceElements(p.shape));
  const T* const first = orNull(h0, s.initial);
  Layer::template forward<T>(r.output.data(), p.ldOutput, r.hn.data(), keep ? cache.data() : nullptr,
                             {input.data(), p.ldInput}, first, weights, p.shape);
  CHECK(cache.intact() && r.output.intact() && r.hn.intact());
  if (!keep) return r;
  Layer::template backward<T>({r.dInput.data(), r.dh0.data(), r.dInputHidden.data(), r.dHiddenHidden.data(),
                               r.dBiasInput.data(), r.dBiasHidden.data()},
                              workspace.data(), {toOutput.data(), p.ldOutput}, toH.data(),
                              {r.output.data(), p.ldOutput}, cache.data(), {input.data(), p.ldInput}, first, weights,
                              p.shape);
  CHECK(workspace.intact());
  for (const Guarded<T>* buffer : r.all()) CHECK(buffer->intact());
  return r;
}

constexpr int64_t kNoGaps = std::numeric_limits<int64_t>::max();

// Whether computed values are near the expected ones; `ld` and `width` leave out gaps, which must keep their mark.
template <class T>
bool near(const Guarded<T>& got, const Values& expected, double tolerance, int64_t ld = kNoGaps,
          int64_t width = kNoGaps) {
  for (int64_t i = 0; i < got.size(); i++) {
    if (i % ld >= width) {
      if (got[i] != Guarded<T>::kMark) return false;
    } else if (!(std::fabs(static_cast<double>(got[i]) - expected[i]) <= tolerance * (1 + std::fabs(expected[i])))) {
      std::fprintf(stderr, "at %d: got %.9g, expected %.9g\n", static_cast<int>(i), static_cast<double>(got[i]),
                   expected[i]);
      return false;
    }
  }
  return true;
}

template <class T>
bool sameBits(const Guarded<T>& a, const Guarded<T>& b) {
  bool same = a.size() == b.size();
  for (int64_t i = 0; same && i < a.size(); i++) same = a[i] == b[i];
  return same;
}

template <class T, class Layer>
void verifyForward(const Problem<Layer>& p, const Outcome<T>& r) {
  Values output, hn;
  p.reference(output, hn);
  const double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;
  CHECK(near(r.output, output, tolerance, p.ldOutput, p.H));
  CHECK(near(r.hn, hn, tolerance));
}

template <class T, class Layer>
void verifyThreads(const Problem<Layer>& p, const Outcome<T>& r) {
  for (const int threads : {2, 8}) {
    CASE(threads);
    lutra::setNumThreads(threads);
    const Outcome<T> other = run<T>(p), light = run<T>(p, false);
    for (size_t i = 0; i < r.all().size(); i++) {
      const bool undefined = i == Outcome<T>::kOfH0 && !p.s.initial;
      CHECK(undefined || sameBits(*r.all()[i], *other.all()[i]));
      if (i < Outcome<T>::kFirstGradient) CHECK(sameBits(*r.all()[i], *light.all()[i]));
    }
  }
  lutra::setNumThreads(1);
}

// The kernel's gradients in double against central differences of the plain loops.
template <class Layer>
void verifyGradients(Problem<Layer>& p) {
  const Outcome<double> r = run<double>(p);
  const auto differences = [&p](Values& parameter, int64_t ld = kNoGaps, int64_t width = kNoGaps) {
    Values slopes;
    for (size_t i = 0; i < parameter.size(); i++) {
      if (static_cast<int64_t>(i) % ld >= width) continue;
      const double value = parameter[i], step = 1e-5;
      parameter[i] = value + step;
      const double above = p.loss();
      parameter[i] = value - step;
      const double below = p.loss();
      parameter[i] = value;
      slopes.push_back((above - below) / (2 * step));
    }
    return slopes;
  };
  const double tolerance = 1e-8;
  CHECK(near(r.dInput, differences(p.input, p.ldInput, p.I), tolerance));
  if (p.s.initial) CHECK(near(r.dh0, differences(p.h0), tolerance));
  CHECK(near(r.dInputHidden, differences(p.inputHidden), tolerance));
  CHECK(near(r.dHiddenHidden, differences(p.hiddenHidden), tolerance));
  if (!p.s.bias) return;
  CHECK(near(r.dBiasInput, differences(p.biasInput), tolerance));
  CHECK(near(r.dBiasHidden, differences(p.biasHidden), tolerance));
}

template <class Layer>
void verifyFloatGradients(const Problem<Layer>& p, const Outcome<float>& r) {
  const Outcome<double> exact = run<double>(p);
  for (size_t i = Outcome<float>::kFirstGradient; i < r.all().size(); i++) {
    if (i == Outcome<float>::kOfH0 && !p.s.initial) continue;
    Values expected;
    for (int64_t j = 0; j < exact.all()[i]->size(); j++) expected.push_back((*exact.all()[i])[j]);
    CHECK(near(*r.all()[i], expected, 2e-4));
  }
}

// Gradients that nobody wants are not written, and the second direction adds to the input's.
template <class Layer>
void verifyChoices() {
  const Case s = {3, 4, 3, 5};
  const Problem<Layer> p(s);
  const auto input = as<double>(p.input), h0 = as<double>(p.h0), toH = as<double>(p.toH);
  const RecurrentWeights<double> weights = {p.inputHidden.data(), p.hiddenHidden.data(), p.biasInput.data(),
                                            p.biasHidden.data()};
  const Outcome<double> r = run<double>(p);
  Guarded<double> cache(Layer::cacheElements(p.shape)), workspace(Layer::workspaceElements(p.shape));
  Values output(static_cast<size_t>(p.rows * p.H)), hn(static_cast<size_t>(s.batch * p.H)), dh0(hn.size());
  Values dInput(static_cast<size_t>(p.rows * p.I), 1.0);
  Layer::template forward<double>(output.data(), p.H, hn.data(), cache.data(), {input.data(), p.I}, h0.data(), weights,
                                  p.shape);
  RecurrentGradients<double> gradients = {dInput.data(), dh0.data(), nullptr, nullptr, nullptr, nullptr};
  gradients.addToInput = true;
  Layer::template backward<double>(gradients, workspace.data(), {p.toOutput.data(), p.H}, toH.data(),
                                   {output.data(), p.H}, cache.data(), {input.data(), p.I}, h0.data(), weights,
                                   p.shape);
  for (size_t i = 0; i < dInput.size(); i++) {
    CHECK(std::fabs(dInput[i] - 1 - r.dInput[static_cast<int64_t>(i)]) < 1e-12);
  }
  // Without gradients of output and hn there is nothing to hand down.
  gradients.addToInput = false;
  Layer::template backward<double>(gradients, workspace.data(), {nullptr, p.H}, nullptr, {output.data(), p.H},
                                   cache.data(), {input.data(), p.I}, h0.data(), weights, p.shape);
  for (const double value : dInput) CHECK(value == 0);
  for (const double value : dh0) CHECK(value == 0);
}

template <class Layer>
void verify() {
  std::vector<Case> small, large;
  for (const bool reverse : {false, true}) {
    CASE(reverse);
    small.push_back({3, 2, 3, 5, {}, false, reverse});
    small.push_back({4, 3, 2, 4, {}, false, reverse, true, true, 2});
    small.push_back({3, 3, 5, 3, {}, true, reverse, false, false, 1});
    small.push_back({4, 4, 3, 3, {4, 3, 3, 1}, false, reverse, true, true});
    small.push_back({4, 3, 2, 5, {3, 3, 1, 1}, false, reverse, true, false});
    small.push_back({1, 1, 1, 1, {}, false, reverse});
    // A single step makes its products for the whole batch at once.
    small.push_back({1, 3, 2, 5, {}, false, reverse, true, true, 2});
    small.push_back({1, 9, 3, 4, {}, true, reverse});
    small.push_back({1, 2, 3, 4, {2}, false, reverse, false, false});
    small.push_back({3, 0, 2, 4, {}, false, reverse});
    small.push_back({3, 2, 0, 4, {}, false, reverse});
    large.push_back({5, 33, 20, 17, {}, false, reverse});
    large.push_back({6, 48, 10, 20, {}, true, reverse});
    large.push_back({7, 40, 9, 33, {40, 40, 31, 31, 12, 3, 1}, false, reverse, true, false});
    large.push_back({20, 70, 30, 100, {}, false, reverse});
    large.push_back({1, 70, 30, 100, {}, true, reverse, true, true, 3});
  }
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!lutra::setIsa(isa)) continue;
    lutra::setNumThreads(1);
    for (const Case& s : small) {
      CASE(s.steps, s.batch, s.inputSize, s.hiddenSize, listOf(s.batchSizes), s.batchFirst, s.reverse);
      Problem<Layer> p(s);
      verifyForward(p, run<double>(p));
      verifyForward(p, run<float>(p));
      verifyGradients(p);
      verifyThreads(p, run<double>(p));
    }
    for (const Case& s : large) {
      CASE(s.steps, s.batch, s.inputSize, s.hiddenSize, listOf(s.batchSizes), s.batchFirst, s.reverse);
      const Problem<Layer> p(s);
      const Outcome<float> r = run<float>(p);
      verifyForward(p, r);
      verifyFloatGradients(p, r);
      verifyThreads(p, r);
    }
    verifyChoices<Layer>();
    // Without a cache the steps pass through in several parts, or the batch does.
    std::vector<int32_t> shrinking(120, 70);
    for (size_t t = 50; t < shrinking.size(); t++) shrinking[t] = 66 - static_cast<int32_t>(t) / 2;
    for (const bool reverse : {false, true}) {
      CASE(reverse);
      for (const Case& s : {Case{120, 70, 3, 24, {}, false, reverse}, Case{120, 70, 3, 24, {}, true, reverse},
                            Case{120, 70, 3, 24, shrinking, false, reverse}, Case{1, 2186, 3, 80, {}, true, reverse}}) {
        CASE(s.steps, s.batch, s.inputSize, s.hiddenSize, listOf(s.batchSizes), s.batchFirst, s.reverse);
        const Problem<Layer> p(s);
        const Outcome<float> kept = run<float>(p), light = run<float>(p, false);
        CHECK(sameBits(kept.output, light.output));
        CHECK(sameBits(kept.hn, light.hn));
      }
    }
  }
}

}  // namespace

int main() {
  verify<Gru>();
  verify<Rnn<Nonlinearity::tanh>>();
  verify<Rnn<Nonlinearity::relu>>();
  return lutra::test::finish("recurrent_layer_test");
}

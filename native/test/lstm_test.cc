// The LSTM over whole sequences against plain loops in double, its gradients against finite differences of those, for
// padded and packed batches in both layouts and directions; the same bits on any number of threads.
#include "kernels/recurrent/lstm.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"

using lutra::Isa;
using lutra::LstmShape;
using lutra::SequenceRows;
using lutra::test::Guarded;
using lutra::test::listOf;
using Values = std::vector<double>;

namespace {

struct Case {
  int64_t steps, batch, inputSize, hiddenSize, projSize = 0;
  std::vector<int32_t> batchSizes = {};
  bool batchFirst = false, reverse = false, bias = true, initial = true;
  int64_t gap = 0;  // added to the row lengths of input and output

  LstmShape shape() const {
    return {{steps, batch, batchSizes.empty() ? nullptr : batchSizes.data(), batchFirst, reverse},
            inputSize,
            hiddenSize,
            projSize};
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

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Everything that the layer reads, and the directions in which its outputs are weighed for a scalar loss.
struct Problem {
  const Case& s;
  LstmShape shape;
  int64_t rows, H, R, I, ldInput, ldOutput;
  Values input, h0, c0, inputHidden, hiddenHidden, biasInput, biasHidden, projection;
  Values toOutput, toH, toC;

  explicit Problem(const Case& s) : s(s), shape(s.shape()) {
    rows = SequenceRows(shape.sequence).total();
    H = shape.hiddenSize, R = shape.outputSize(), I = shape.inputSize;
    ldInput = I + s.gap, ldOutput = R + s.gap;
    input = noise(rows * ldInput, 1);
    h0 = noise(s.initial ? s.batch * R : 0, 2), c0 = noise(s.initial ? s.batch * H : 0, 3);
    inputHidden = noise(4 * H * I, 4), hiddenHidden = noise(4 * H * R, 5);
    biasInput = noise(s.bias ? 4 * H : 0, 6), biasHidden = noise(s.bias ? 4 * H : 0, 7);
    projection = noise(s.projSize * H, 8);
    toOutput = noise(rows * ldOutput, 9), toH = noise(s.batch * R, 10), toC = noise(s.batch * H, 11);
  }

  // Plain loops. Outputs as the kernel lays them out.
  void reference(Values& output, Values& hn, Values& cn) const {
    const SequenceRows map(shape.sequence);
    output.assign(static_cast<size_t>(rows * ldOutput), 0);
    hn = s.initial ? h0 : Values(static_cast<size_t>(s.batch * R));
    cn = s.initial ? c0 : Values(static_cast<size_t>(s.batch * H));
    for (int64_t n = 0; n < s.steps; n++) {
      const int64_t t = map.step(n);
      for (int64_t b = 0; b < map.active(t); b++) {
        const int64_t row = map.begin(t) + b * map.stride();
        Values gates(static_cast<size_t>(4 * H)), h(static_cast<size_t>(H));
        for (int64_t j = 0; j < 4 * H; j++) {
          double sum = s.bias ? biasInput[j] + biasHidden[j] : 0;
          for (int64_t k = 0; k < I; k++) sum += input[row * ldInput + k] * inputHidden[j * I + k];
          for (int64_t k = 0; k < R; k++) sum += hn[b * R + k] * hiddenHidden[j * R + k];
          gates[j] = sum;
        }
        for (int64_t j = 0; j < H; j++) {
          double& c = cn[b * H + j];
          c = sigmoid(gates[H + j]) * c + sigmoid(gates[j]) * std::tanh(gates[2 * H + j]);
          h[j] = sigmoid(gates[3 * H + j]) * std::tanh(c);
        }
        for (int64_t j = 0; j < R; j++) {
          double value = h[j];
          if (s.projSize > 0) {
            value = 0;
            for (int64_t k = 0; k < H; k++) value += h[k] * projection[j * H + k];
          }
          hn[b * R + j] = output[row * ldOutput + j] = value;
        }
      }
    }
  }

  double loss() const {
    Values output, hn, cn;
    reference(output, hn, cn);
    double sum = 0;
    for (size_t i = 0; i < output.size(); i++) sum += output[i] * toOutput[i];
    for (size_t i = 0; i < hn.size(); i++) sum += hn[i] * toH[i];
    for (size_t i = 0; i < cn.size(); i++) sum += cn[i] * toC[i];
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
  Guarded<T> output, hn, cn, dInput, dh0, dc0, dInputHidden, dHiddenHidden, dBias, dProjection;

  std::vector<const Guarded<T>*> all() const {
    return {&output, &hn, &cn, &dInput, &dh0, &dc0, &dInputHidden, &dHiddenHidden, &dBias, &dProjection};
  }
};

// `without`: the place in all() of a gradient that is not wanted; 0: all are.
template <class T>
Outcome<T> run(const Problem& p, bool keep = true, size_t without = 0) {
  const Case& s = p.s;
  Outcome<T> r = {Guarded<T>(p.rows * p.ldOutput), Guarded<T>(s.batch * p.R), Guarded<T>(s.batch * p.H),
                  Guarded<T>(p.rows * p.I),        Guarded<T>(s.batch * p.R), Guarded<T>(s.batch * p.H),
                  Guarded<T>(4 * p.H * p.I),       Guarded<T>(4 * p.H * p.R), Guarded<T>(4 * p.H),
                  Guarded<T>(s.projSize * p.H)};
  const auto input = as<T>(p.input), h0 = as<T>(p.h0), c0 = as<T>(p.c0);
  const auto inputHidden = as<T>(p.inputHidden), hiddenHidden = as<T>(p.hiddenHidden);
  const auto biasInput = as<T>(p.biasInput), biasHidden = as<T>(p.biasHidden), projection = as<T>(p.projection);
  const auto toOutput = as<T>(p.toOutput), toH = as<T>(p.toH), toC = as<T>(p.toC);
  const lutra::LstmWeights<T> weights = {inputHidden.data(), hiddenHidden.data(), orNull(biasInput, s.bias),
                                         orNull(biasHidden, s.bias), orNull(projection, s.projSize > 0)};
  for (int64_t i = 0; i < r.output.size(); i++) {
    if (i % p.ldOutput >= p.R) r.output.data()[i] = Guarded<T>::kMark;
  }
  Guarded<T> cache(keep ? lutra::lstmCacheElements(p.shape) : 0), workspace(lutra::lstmWorkspaceElements(p.shape));
  lutra::lstmForward<T>({r.output.data(), p.ldOutput}, r.hn.data(), r.cn.data(), keep ? cache.data() : nullptr,
                        {input.data(), p.ldInput}, orNull(h0, s.initial), orNull(c0, s.initial), weights, p.shape);
  CHECK(cache.intact());
  if (!keep) return r;
  const auto wanted = [&](Guarded<T>& gradient) {
    return without > 0 && r.all()[without] == &gradient ? nullptr : gradient.data();
  };
  lutra::lstmBackward<T>({wanted(r.dInput), r.dh0.data(), r.dc0.data(), wanted(r.dInputHidden), wanted(r.dHiddenHidden),
                          wanted(r.dBias), s.projSize > 0 ? r.dProjection.data() : nullptr},
                         workspace.data(), {toOutput.data(), p.ldOutput}, toH.data(), toC.data(),
                         {r.output.data(), p.ldOutput}, cache.data(), {input.data(), p.ldInput}, orNull(h0, s.initial),
                         orNull(c0, s.initial), weights, p.shape);
  CHECK(workspace.intact());
  for (const Guarded<T>* buffer : r.all()) CHECK(buffer->intact());
  return r;
}

// Whether computed values are near the expected ones; `ld` and `width` leave out gaps, which must keep their mark.
template <class T>
bool near(const Guarded<T>& got, const Values& expected, double tolerance, int64_t ld, int64_t width) {
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
bool near(const Guarded<T>& got, const Values& expected, double tolerance) {
  return near(got, expected, tolerance, std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::max());
}

template <class T>
Values valuesOf(const Guarded<T>& buffer) {
  Values values;
  for (int64_t i = 0; i < buffer.size(); i++) values.push_back(static_cast<double>(buffer[i]));
  return values;
}

template <class T>
bool sameBits(const Guarded<T>& a, const Guarded<T>& b) {
  bool same = a.size() == b.size();
  for (int64_t i = 0; same && i < a.size(); i++) same = a[i] == b[i];
  return same;
}

template <class T>
void verifyForward(const Problem& p, const Outcome<T>& r) {
  Values output, hn, cn;
  p.reference(output, hn, cn);
  const double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;
  CHECK(near(r.output, output, tolerance, p.ldOutput, p.R));
  CHECK(near(r.hn, hn, tolerance));
  CHECK(near(r.cn, cn, tolerance));
}

template <class T>
void verifyThreads(const Problem& p, const Outcome<T>& r) {
  for (const int threads : {2, 8}) {
    CASE(threads);
    lutra::setNumThreads(threads);
    const Outcome<T> other = run<T>(p), light = run<T>(p, false);
    for (size_t i = 0; i < r.all().size(); i++) {
      const bool undefined = (i == 4) && !p.s.initial;  // the gradient of an h0 that was not given
      CHECK(undefined || sameBits(*r.all()[i], *other.all()[i]));
      if (i < 3) CHECK(sameBits(*r.all()[i], *light.all()[i]));
    }
  }
  lutra::setNumThreads(1);
}

// A gradient that is not wanted changes none of the others.
template <class T>
void verifyUnwanted(const Problem& p, const Outcome<T>& r) {
  for (const size_t without : {size_t{3}, size_t{6}, size_t{7}, size_t{8}}) {
    CASE(without);
    const Outcome<T> other = run<T>(p, true, without);
    for (size_t i = 0; i < r.all().size(); i++) {
      const bool undefined = i == without || (i == 4 && !p.s.initial);
      CHECK(undefined || near(*other.all()[i], valuesOf(*r.all()[i]), sizeof(T) == 4 ? 2e-4 : 1e-12));
    }
  }
}

// The kernel's gradients in double against central differences of the plain loops.
void verifyGradients(Problem& p) {
  const Outcome<double> r = run<double>(p);
  const auto differences = [&p](Values& parameter, int64_t ld, int64_t width) {
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
  const auto all = std::numeric_limits<int64_t>::max();
  const double tolerance = 1e-8;
  CHECK(near(r.dInput, differences(p.input, p.ldInput, p.I), tolerance));
  if (p.s.initial) {
    CHECK(near(r.dh0, differences(p.h0, all, all), tolerance));
    CHECK(near(r.dc0, differences(p.c0, all, all), tolerance));
  }
  CHECK(near(r.dInputHidden, differences(p.inputHidden, all, all), tolerance));
  CHECK(near(r.dHiddenHidden, differences(p.hiddenHidden, all, all), tolerance));
  if (p.s.bias) CHECK(near(r.dBias, differences(p.biasInput, all, all), tolerance));
  if (p.s.projSize > 0) CHECK(near(r.dProjection, differences(p.projection, all, all), tolerance));
}

void verifyFloatGradients(const Problem& p, const Outcome<float>& r) {
  const Outcome<double> exact = run<double>(p);
  for (size_t i = 3; i < r.all().size(); i++) {
    if (i == 4 && !p.s.initial) continue;
    CHECK(near(*r.all()[i], valuesOf(*exact.all()[i]), 2e-4));
  }
}

}  // namespace

int main() {
  std::vector<Case> small;
  for (const bool reverse : {false, true}) {
    CASE(reverse);
    small.push_back({3, 2, 3, 5, 0, {}, false, reverse});
    small.push_back({4, 3, 2, 4, 3, {}, false, reverse, true, true, 2});
    small.push_back({3, 3, 5, 3, 0, {}, true, reverse, false, false, 1});
    small.push_back({4, 4, 3, 3, 0, {4, 3, 3, 1}, false, reverse, true, true});
    small.push_back({4, 3, 2, 5, 2, {3, 3, 1, 1}, false, reverse, true, false});
    // Sequences side by side in vectors, whole and partly filled.
    small.push_back({3, 8, 2, 3, 0, {}, false, reverse});
    small.push_back({2, 15, 3, 2, 0, {}, true, reverse, false, false, 1});
    small.push_back({1, 1, 1, 1, 0, {}, false, reverse});
    // A single step makes its products for the whole batch at once.
    small.push_back({1, 3, 2, 5, 0, {}, false, reverse, true, true, 2});
    small.push_back({1, 9, 3, 4, 2, {}, true, reverse});
    small.push_back({1, 2, 3, 4, 0, {2}, false, reverse, false, false});
  }
  std::vector<Case> large;
  for (const bool reverse : {false, true}) {
    CASE(reverse);
    large.push_back({5, 33, 20, 17, 0, {}, false, reverse});
    large.push_back({6, 48, 10, 20, 0, {}, true, reverse});
    large.push_back({4, 61, 7, 18, 0, {}, true, reverse, true, true, 3});
    large.push_back({5, 16, 21, 33, 0, {}, false, reverse, false, true, 1});
    large.push_back({3, 150, 16, 16, 0, {}, false, reverse, true, false});
    large.push_back({7, 40, 9, 33, 13, {40, 40, 31, 31, 12, 3, 1}, false, reverse, true, false});
    large.push_back({20, 70, 30, 100, 0, {}, false, reverse});
    large.push_back({1, 70, 30, 100, 0, {}, true, reverse, true, true, 3});
  }
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!lutra::setIsa(isa)) continue;
    lutra::setNumThreads(1);
    for (const Case& s : small) {
      CASE(s.steps, s.batch, s.inputSize, s.hiddenSize, s.projSize, listOf(s.batchSizes), s.batchFirst, s.reverse);
      Problem p(s);
      verifyForward(p, run<double>(p));
      verifyForward(p, run<float>(p));
      verifyGradients(p);
      verifyThreads(p, run<double>(p));
    }
    for (const Case& s : large) {
      CASE(s.steps, s.batch, s.inputSize, s.hiddenSize, s.projSize, listOf(s.batchSizes), s.batchFirst, s.reverse);
      const Problem p(s);
      const Outcome<float> r = run<float>(p);
      verifyForward(p, r);
      verifyFloatGradients(p, r);
      verifyUnwanted(p, r);
      verifyThreads(p, r);
    }
    // Without a cache the steps pass through in several parts, or the batch does.
    for (const bool batchFirst : {false, true}) {
      CASE(batchFirst);
      const Case s = {120, 70, 3, 24, 0, {}, batchFirst};
      const Problem p(s);
      const Outcome<float> kept = run<float>(p), light = run<float>(p, false);
      CHECK(sameBits(kept.output, light.output));
      CHECK(sameBits(kept.cn, light.cn));
      const Case one = {1, 1640, 3, 80, 7, {}, batchFirst};
      const Problem single(one);
      CHECK(sameBits(run<float>(single).output, run<float>(single, false).output));
    }
  }
  return lutra::test::finish("lstm_test");
}

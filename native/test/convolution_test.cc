// Convolution along one dimension and its gradients against plain loops in double: every instruction set, sizes around
// tiles, panels and blocks, strides, dilations, paddings, groups, unaligned starts, guards, and the same bits on every
// number of threads.
#include "kernels/convolution/conv1d.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/random_values.h"

using namespace lutra;
using lutra::test::generator;
using lutra::test::Guarded;
using lutra::test::randomValues;

namespace {

using Doubles = std::vector<double>;

// Calls each(place in out, in x, in weight) for every product of the convolution.
template <class Each>
void everyProduct(const Conv1dShape& s, Each each) {
  const int64_t channels = s.groupChannels(), outputs = s.groupOutputs();
  for (int64_t b = 0; b < s.batch; b++) {
    for (int64_t o = 0; o < s.outputs; o++) {
      for (int64_t l = 0; l < s.outLength; l++) {
        for (int64_t c = 0; c < channels; c++) {
          for (int64_t k = 0; k < s.kernel; k++) {
            const int64_t t = l * s.stride + k * s.dilation - s.padding;
            if (t < 0 || t >= s.length) continue;
            each(static_cast<size_t>((b * s.outputs + o) * s.outLength + l),
                 static_cast<size_t>((b * s.channels + o / outputs * channels + c) * s.length + t),
                 static_cast<size_t>((o * channels + c) * s.kernel + k));
          }
        }
      }
    }
  }
}

template <class T>
bool near(const Guarded<T>& got, const Doubles& expected, double terms) {
  const double tolerance = (sizeof(T) == 4 ? 3e-6 : 1e-14) * (4 + std::sqrt(terms));
  bool right = got.size() == static_cast<int64_t>(expected.size());
  for (int64_t i = 0; right && i < got.size(); i++) {
    const double e = expected[static_cast<size_t>(i)];
    right = std::fabs(static_cast<double>(got[i]) - e) <= tolerance * (1 + std::fabs(e));
  }
  return right;
}

template <class T>
struct Inputs {
  std::vector<T> x, weight, bias, dout;
  explicit Inputs(const Conv1dShape& s)
      : x(randomValues<T>(s.batch * s.channels * s.length)),
        weight(randomValues<T>(s.outputs * s.rows())),
        bias(randomValues<T>(s.outputs)),
        dout(randomValues<T>(s.batch * s.outputs * s.outLength)) {}
};

template <class T>
struct Results {
  Guarded<T> out, bare, dx, dweight;
  Results(const Inputs<T>& in, const Conv1dShape& s, int offset)
      : out(static_cast<int64_t>(in.dout.size()), offset),
        bare(static_cast<int64_t>(in.dout.size()), offset),
        dx(static_cast<int64_t>(in.x.size()), offset),
        dweight(static_cast<int64_t>(in.weight.size()), offset) {
    conv1d<T>(out.data(), in.x.data(), in.weight.data(), in.bias.data(), s);
    conv1d<T>(bare.data(), in.x.data(), in.weight.data(), nullptr, s);
    conv1dInputGradient<T>(dx.data(), in.dout.data(), in.weight.data(), s);
    conv1dWeightGradient<T>(dweight.data(), in.dout.data(), in.x.data(), s);
  }
  bool intact() const { return out.intact() && bare.intact() && dx.intact() && dweight.intact(); }
  bool equals(Results& other) {
    const auto same = [](Guarded<T>& a, Guarded<T>& b) {
      return std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(T)) == 0;
    };
    return same(out, other.out) && same(bare, other.bare) && same(dx, other.dx) && same(dweight, other.dweight);
  }
};

template <class T>
void testShape(Conv1dShape s, int offset) {
  const Inputs<T> in(s);
  Doubles out(in.dout.size()), bare(in.dout.size()), dx(in.x.size()), dweight(in.weight.size());
  everyProduct(s, [&](size_t o, size_t t, size_t w) {
    const double x = static_cast<double>(in.x[t]), weight = static_cast<double>(in.weight[w]);
    const double dout = static_cast<double>(in.dout[o]);
    bare[o] += x * weight;
    dx[t] += dout * weight;
    dweight[w] += dout * x;
  });
  for (size_t i = 0; i < out.size(); i++) {
    out[i] = bare[i] + static_cast<double>(in.bias[i / static_cast<size_t>(s.outLength) % in.bias.size()]);
  }
  setNumThreads(1);
  Results<T> one(in, s, offset);
  CHECK(near(one.out, out, static_cast<double>(s.rows())));
  CHECK(near(one.bare, bare, static_cast<double>(s.rows())));
  CHECK(near(one.dx, dx, static_cast<double>(s.outputs * s.kernel)));
  CHECK(near(one.dweight, dweight, static_cast<double>(s.batch * s.outLength)));
  CHECK(one.intact());
  for (const int threads : {2, 5}) {
    CASE(threads);
    setNumThreads(threads);
    Results<T> several(in, s, offset + 1);
    CHECK(several.intact());
    CHECK(several.equals(one));
  }
  setNumThreads(2);
}

Conv1dShape shape(int64_t batch, int64_t channels, int64_t length, int64_t outputs, int64_t kernel, int64_t groups = 1,
                  int64_t stride = 1, int64_t dilation = 1, int64_t padding = 0) {
  const int64_t places = length + 2 * padding - dilation * (kernel - 1) - 1;
  return {batch, channels, length, groups, outputs, kernel, stride, dilation, padding, places / stride + 1};
}

template <class T>
void testAll() {
  const int64_t W = 64 / static_cast<int64_t>(sizeof(T));
  for (const int64_t length : {int64_t{3}, W - 1, W + 2, 2 * W + 2, 4 * W + 5}) {
    CASE(length);
    for (const int64_t outputs : {1, 12, 13, 29}) {
      CASE(outputs);
      testShape<T>(shape(2, 3, length, outputs, 3), 0);
      testShape<T>(shape(1, 5, length, outputs, 2, 1, 1, 2, 1), 3);
    }
  }
  for (const int64_t stride : {1, 2, 3, 4, 7}) {
    CASE(stride);
    for (const int64_t dilation : {1, 2, 3, 6}) {
      CASE(dilation);
      for (const int64_t padding : {0, 1, 5, 19}) {
        CASE(padding);
        testShape<T>(shape(2, 2, 21, 3, 4, 1, stride, dilation, padding), 1);
        testShape<T>(shape(3, 4, 18, 6, 2, 2, stride, dilation, padding), 0);
      }
    }
  }
  // Padding beyond the kernel, a kernel of one, a stride beyond the signal, a group for each channel.
  testShape<T>(shape(2, 3, 9, 4, 1, 1, 1, 1, 4), 0);
  testShape<T>(shape(2, 3, 9, 4, 2, 1, 20, 1, 0), 0);
  testShape<T>(shape(2, 8, 40, 8, 5, 8, 1, 1, 2), 0);
  // Padding that one end alone has.
  Conv1dShape uneven = shape(2, 3, 20, 4, 4);
  uneven.padding = 1;
  uneven.outLength = 20;
  testShape<T>(uneven, 0);
  // Several blocks of the shared dimension, in each of the three.
  testShape<T>(shape(1, 130, 20, 30, 9), 0);
  testShape<T>(shape(1, 2, 1100, 130, 9), 0);
  testShape<T>(shape(40, 7, 33, 14, 3, 1, 1, 1, 1), 0);
  // No signals.
  T dweight[6] = {5, 5, 5, 5, 5, 5};
  conv1dWeightGradient<T>(dweight, nullptr, nullptr, shape(0, 2, 9, 1, 3));
  for (const T value : dweight) CHECK(value == 0);
}

// Every instruction set that fuses a multiplication and an addition gives the same bits.
template <class T>
void testInstructionSets() {
  for (const Conv1dShape& s : {shape(3, 70, 45, 30, 9, 1, 1, 1, 4), shape(2, 4, 50, 6, 3, 2, 2, 3, 2)}) {
    CASE(s.channels);
    const Inputs<T> in(s);
    std::vector<Results<T>> results;
    for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::neon}) {
      if (setIsa(isa)) results.emplace_back(in, s, 0);
    }
    for (Results<T>& r : results) CHECK(r.equals(results[0]));
  }
}

}  // namespace

int main() {
  generator.seed(41);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("convolution on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  testInstructionSets<float>();
  testInstructionSets<double>();
  return lutra::test::finish("convolution_test");
}

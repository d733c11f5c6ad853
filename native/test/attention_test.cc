// Attention against plain loops in double that keep every score, forward and backward: every instruction set, sizes
// around the blocks, masks of each kind with strides of 0, causal, dropout, shared key heads, rows scattered in memory,
// hidden queries, and the same bits for any number of threads.
#include "kernels/attention/attention.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"

using namespace lutra;

namespace {

std::mt19937 generator(31);
constexpr double kInfinity = std::numeric_limits<double>::infinity();

enum class Mask { none, allowedKeys, allowed, addedShared, added };

struct Case {
  AttentionShape shape;
  Mask mask = Mask::none;
  bool causal = false, dropout = false, scattered = false;
  double scale = 0.5;
};

// Rows of a tensor [batch, heads, rows, dim], or of one laid out as [rows, batch, heads, dim] with gaps.
template <class T>
struct Rows {
  std::vector<T> values;
  HeadRows<T> rows;
  Rows(int64_t batch, int64_t heads, int64_t count, int64_t dim, bool scattered, bool filled) {
    const int64_t width = dim + (scattered ? 3 : 0);
    values.assign(static_cast<size_t>(batch * heads * count * width + 8), static_cast<T>(-77));
    if (scattered) {
      rows = {values.data() + 1, heads * width, width, batch * heads * width};
    } else {
      rows = {values.data(), heads * count * dim, count * dim, dim};
    }
    std::normal_distribution<double> normal;
    for (int64_t b = 0; b < batch; b++) {
      for (int64_t h = 0; h < heads; h++) {
        for (int64_t i = 0; i < count * dim; i++) {
          rows.at(b, h)[i / dim * rows.row + i % dim] =
              filled ? static_cast<T>(normal(generator)) : std::numeric_limits<T>::quiet_NaN();
        }
      }
    }
  }
  HeadRows<const T> read() const { return {rows.data, rows.batch, rows.head, rows.row}; }
  double at(int64_t b, int64_t h, int64_t i, int64_t d) const { return rows.at(b, h)[i * rows.row + d]; }
  // Elements that belong to no row.
  int64_t marks() const {
    int64_t count = 0;
    for (const T x : values) count += x == static_cast<T>(-77);
    return count;
  }
};

template <class T>
struct Problem {
  Case c;
  Rows<T> q, k, v, dout, out, dq, dk, dv;
  std::vector<uint8_t> allowed, kept;
  std::vector<T> added, normalisers, dmask;
  AttentionInputs<T> inputs;

  explicit Problem(const Case& given)
      : c(given),
        q(c.shape.batch, c.shape.heads, c.shape.queries, c.shape.dim, c.scattered, true),
        k(c.shape.batch, c.shape.keyHeads, c.shape.keys, c.shape.dim, c.scattered, true),
        v(c.shape.batch, c.shape.keyHeads, c.shape.keys, c.shape.valueDim, c.scattered, true),
        dout(c.shape.batch, c.shape.heads, c.shape.queries, c.shape.valueDim, c.scattered, true),
        out(c.shape.batch, c.shape.heads, c.shape.queries, c.shape.valueDim, c.scattered, false),
        dq(c.shape.batch, c.shape.heads, c.shape.queries, c.shape.dim, c.scattered, false),
        dk(c.shape.batch, c.shape.keyHeads, c.shape.keys, c.shape.dim, c.scattered, false),
        dv(c.shape.batch, c.shape.keyHeads, c.shape.keys, c.shape.valueDim, c.scattered, false),
        normalisers(static_cast<size_t>(2 * c.shape.batch * c.shape.heads * c.shape.queries)),
        dmask(static_cast<size_t>(c.shape.batch * c.shape.heads * c.shape.queries * c.shape.keys)) {
    const AttentionShape& s = c.shape;
    inputs = {q.read(), k.read(), v.read(), static_cast<T>(c.scale), c.causal, nullptr, nullptr, 0, 0, 0,
              0,        nullptr,  T(0)};
    const int64_t scores = s.queries * s.keys;
    if (c.mask == Mask::allowedKeys) {
      // One row a batch, as for padding.
      for (int64_t i = 0; i < s.batch * s.keys; i++) allowed.push_back(generator() % 3 != 0);
      inputs.maskBatch = s.keys;
      inputs.maskColumn = 1;
    } else if (c.mask == Mask::allowed) {
      for (int64_t i = 0; i < s.batch * s.heads * scores; i++) allowed.push_back(generator() % 3 != 0);
      // Query 0 of head 0 sees nothing.
      for (int64_t j = 0; j < std::min(s.keys, scores); j++) allowed[static_cast<size_t>(j)] = 0;
      inputs.maskBatch = s.heads * scores;
      inputs.maskHead = scores;
      inputs.maskRow = s.keys;
      inputs.maskColumn = 1;
    } else if (c.mask != Mask::none) {
      // Shared by all batches and heads and stored by columns; or one of each.
      const int64_t copies = c.mask == Mask::added ? s.batch * s.heads : 1;
      for (int64_t i = 0; i < copies * scores; i++) {
        const bool hide = generator() % 5 == 0 && i % s.keys != 0;
        added.push_back(hide ? static_cast<T>(-kInfinity) : static_cast<T>(static_cast<int>(generator() % 7) - 3));
      }
      inputs.maskRow = c.mask == Mask::added ? s.keys : 1;
      inputs.maskColumn = c.mask == Mask::added ? 1 : s.queries;
      inputs.maskHead = c.mask == Mask::added ? scores : 0;
      inputs.maskBatch = c.mask == Mask::added ? s.heads * scores : 0;
    }
    if (c.dropout) {
      for (int64_t i = 0; i < s.batch * s.heads * scores; i++) kept.push_back(generator() % 4 != 0);
      inputs.kept = kept.data();
      inputs.keptScale = static_cast<T>(1 / 0.75);
    }
    inputs.allowed = allowed.empty() ? nullptr : allowed.data();
    inputs.added = added.empty() ? nullptr : added.data();
  }

  void run() {
    attention<T>(out.rows, normalisers.data(), inputs, c.shape);
    attentionBackward<T>(dq.rows, dk.rows, dv.rows, dmask.data(), dout.read(), out.read(), normalisers.data(), inputs,
                         c.shape);
  }
};

struct Plain {
  std::vector<double> out, dq, dk, dv, dmask;
};

template <class T>
Plain plain(const Problem<T>& p) {
  const AttentionShape& s = p.c.shape;
  const AttentionInputs<T>& in = p.inputs;
  const auto size = [](int64_t a, int64_t b, int64_t c, int64_t d) { return static_cast<size_t>(a * b * c * d); };
  Plain r;
  r.out.assign(size(s.batch, s.heads, s.queries, s.valueDim), 0);
  r.dq.assign(size(s.batch, s.heads, s.queries, s.dim), 0);
  r.dk.assign(size(s.batch, s.keyHeads, s.keys, s.dim), 0);
  r.dv.assign(size(s.batch, s.keyHeads, s.keys, s.valueDim), 0);
  for (int64_t row = 0; row < s.batch * s.heads * s.queries; row++) {
    const int64_t b = row / s.queries / s.heads, h = row / s.queries % s.heads, i = row % s.queries;
    const int64_t kh = h / (s.heads / s.keyHeads);
    std::vector<double> w, factor, dw;
    double largest = -kInfinity, total = 0, inner = 0;
    for (int64_t j = 0; j < s.keys; j++) {
      double x = 0;
      for (int64_t d = 0; d < s.dim; d++) x += p.q.at(b, h, i, d) * p.k.at(b, kh, j, d);
      x *= p.c.scale;
      const int64_t at = b * in.maskBatch + h * in.maskHead + i * in.maskRow + j * in.maskColumn;
      if (in.added != nullptr) x += static_cast<double>(in.added[at]);
      if ((in.allowed != nullptr && in.allowed[at] == 0) || (in.causal && j > i)) x = -kInfinity;
      largest = std::fmax(largest, x);
      w.push_back(x);
    }
    for (double& x : w) total += x = largest == -kInfinity ? 0 : std::exp(x - largest);
    for (int64_t j = 0; j < s.keys; j++) {
      double& x = w[static_cast<size_t>(j)];
      x = total == 0 ? 0 : x / total;
      factor.push_back(in.kept == nullptr ? 1 : in.kept[row * s.keys + j] ? 1 / 0.75 : 0);
      dw.push_back(0);
      for (int64_t d = 0; d < s.valueDim; d++) {
        const double g = p.dout.at(b, h, i, d), kept = x * factor.back();
        r.out[static_cast<size_t>(row * s.valueDim + d)] += kept * p.v.at(b, kh, j, d);
        r.dv[static_cast<size_t>(((b * s.keyHeads + kh) * s.keys + j) * s.valueDim + d)] += kept * g;
        dw.back() += g * p.v.at(b, kh, j, d) * factor.back();
      }
      inner += dw.back() * x;
    }
    for (int64_t j = 0; j < s.keys; j++) {
      r.dmask.push_back(w[static_cast<size_t>(j)] * (dw[static_cast<size_t>(j)] - inner));
      const double ds = r.dmask.back() * p.c.scale;
      for (int64_t d = 0; d < s.dim; d++) {
        r.dq[static_cast<size_t>(row * s.dim + d)] += ds * p.k.at(b, kh, j, d);
        r.dk[static_cast<size_t>(((b * s.keyHeads + kh) * s.keys + j) * s.dim + d)] += ds * p.q.at(b, h, i, d);
      }
    }
  }
  return r;
}

template <class T>
bool near(const Rows<T>& got, const std::vector<double>& expected, int64_t batch, int64_t heads, int64_t count,
          int64_t dim) {
  const double tolerance = sizeof(T) == 4 ? 2e-5 : 2e-13;
  for (int64_t n = 0; n < batch * heads * count * dim; n++) {
    const double e = expected[static_cast<size_t>(n)];
    const double g = got.at(n / dim / count / heads, n / dim / count % heads, n / dim % count, n % dim);
    if (!(std::fabs(g - e) <= tolerance * (1 + std::fabs(e)))) return false;
  }
  return true;
}

template <class T>
void test(const Case& c) {
  const AttentionShape& s = c.shape;
  Problem<T> p(c);
  const int64_t marks = p.out.marks() + p.dq.marks() + p.dk.marks() + p.dv.marks();
  p.run();
  const Plain expected = plain(p);
  bool right = near(p.out, expected.out, s.batch, s.heads, s.queries, s.valueDim);
  right &= near(p.dq, expected.dq, s.batch, s.heads, s.queries, s.dim);
  right &= near(p.dk, expected.dk, s.batch, s.keyHeads, s.keys, s.dim);
  right &= near(p.dv, expected.dv, s.batch, s.keyHeads, s.keys, s.valueDim);
  for (size_t i = 0; i < p.dmask.size(); i++) {
    right &= std::fabs(p.dmask[i] - expected.dmask[i]) <= (sizeof(T) == 4 ? 2e-5 : 2e-13);
  }
  right &= marks == p.out.marks() + p.dq.marks() + p.dk.marks() + p.dv.marks();
  if (!right) {
    std::fprintf(stderr, "batch %d heads %d/%d queries %d keys %d dim %d/%d mask %d causal %d dropout %d\n",
                 (int)s.batch, (int)s.heads, (int)s.keyHeads, (int)s.queries, (int)s.keys, (int)s.dim, (int)s.valueDim,
                 (int)c.mask, (int)c.causal, (int)c.dropout);
  }
  CHECK(right);
}

template <class T>
void testGrid() {
  const Mask masks[] = {Mask::none, Mask::allowedKeys, Mask::allowed, Mask::addedShared, Mask::added};
  for (const Mask mask : masks) {
    for (int option = 0; option < 8; option++) {
      const bool causal = option & 1, dropout = option & 2, scattered = option & 4;
      test<T>({{2, 2, 2, 5, 7, 4, 3}, mask, causal, dropout, scattered});
      test<T>({{1, 4, 2, 70, 67, 17, 33}, mask, causal, dropout, scattered, -0.3});
      test<T>({{1, 1, 1, 3, 37, 8, 8}, mask, causal, dropout, scattered});
    }
  }
  for (const bool causal : {false, true}) {
    CASE(causal);
    test<T>({{1, 2, 1, 130, 300, 64, 64}, Mask::none, causal});
    test<T>({{1, 1, 1, 300, 130, 16, 40}, Mask::allowed, causal, true, true});
    test<T>({{3, 1, 1, 1, 1, 1, 1}, Mask::none, causal});
  }
  test<T>({{1, 1, 1, 6, 2100, 5, 5}, Mask::none, true});
}

// No keys: zeros. No queries: the gradients of keys are zeros.
template <class T>
void testEmpty() {
  for (const bool keys : {false, true}) {
    CASE(keys);
    Problem<T> p(Case{{2, 2, 1, keys ? 0 : 6, keys ? 6 : 0, 3, 4}});
    p.run();
    bool zero = true;
    const auto all = [&](const Rows<T>& rows, int64_t heads, int64_t count, int64_t dim) {
      for (int64_t i = 0; i < 2 * heads * count * dim; i++) {
        zero &= rows.at(i / dim / count / heads, i / dim / count % heads, i / dim % count, i % dim) == 0;
      }
    };
    if (keys) {
      all(p.dk, 1, 6, 3);
      all(p.dv, 1, 6, 4);
    } else {
      all(p.out, 2, 6, 4);
      all(p.dq, 2, 6, 3);
    }
    CHECK(zero);
  }
}

// NaN in one query's row reaches its output, and no other's.
template <class T>
void testNan() {
  Problem<T> p(Case{{1, 1, 1, 6, 5, 4, 4}, Mask::none});
  p.q.rows.data[2 * 4 + 1] = std::numeric_limits<T>::quiet_NaN();
  p.run();
  for (int64_t i = 0; i < 6; i++) CHECK(std::isnan(p.out.at(0, 0, i, 0)) == (i == 2));
}

// Scores far from zero cost the gradients no digits: the weights are computed again from the same scores.
template <class T>
void testLargeScores(int64_t queries) {
  Problem<T> p(Case{{1, 1, 1, queries, 40, 16, 4}, Mask::none, false, false, false, 0.25});
  for (int64_t i = 0; i < queries * 16; i++) p.q.rows.data[i] += T(20);
  for (int64_t i = 0; i < 40 * 16; i++)
    p.k.rows.data[i] = T(20) + static_cast<T>(std::round(p.k.rows.data[i] * 2) / 64);
  p.run();
  const Plain expected = plain(p);
  double error = 0, size = 0;
  for (int64_t i = 0; i < 40 * 4; i++) {
    error = std::fmax(error, std::fabs(p.dv.at(0, 0, i / 4, i % 4) - expected.dv[static_cast<size_t>(i)]));
    size = std::fmax(size, std::fabs(expected.dv[static_cast<size_t>(i)]));
  }
  // The scores, about 1600, are known to 1e-4 in float; what their softmax loses beyond that must not show.
  CHECK(error <= (sizeof(T) == 4 ? 4e-4 : 1e-12) * size);
  double total = 0, expectedTotal = 0;
  for (int64_t i = 0; i < 40; i++) total += p.dv.at(0, 0, i, 0);
  for (int64_t i = 0; i < queries; i++) expectedTotal += p.dout.at(0, 0, i, 0);
  CHECK(std::fabs(total - expectedTotal) <= (sizeof(T) == 4 ? 2e-6 : 2e-14) * static_cast<double>(queries));
}

template <class T>
void testThreads(const Case& c) {
  Problem<T> p(c);
  std::vector<std::vector<T>> first;
  for (const int threads : {1, 2, 3, 7}) {
    CASE(threads);
    setNumThreads(threads);
    p.run();
    const std::vector<std::vector<T>> now = {p.out.values, p.dq.values,   p.dk.values,
                                             p.dv.values,  p.normalisers, p.dmask};
    if (first.empty()) first = now;
    for (size_t i = 0; i < now.size(); i++) {
      CHECK(std::memcmp(now[i].data(), first[i].data(), now[i].size() * sizeof(T)) == 0);
    }
  }
  setNumThreads(2);
}

template <class T>
void testAll() {
  testGrid<T>();
  testEmpty<T>();
  testNan<T>();
  for (const int64_t queries : {1, 4, 5, 70}) testLargeScores<T>(queries);
  testThreads<T>({{1, 2, 1, 200, 333, 24, 40}, Mask::allowed, true, true});
  testThreads<T>({{2, 3, 3, 90, 65, 16, 16}, Mask::addedShared, false, false, true});
}

}  // namespace

int main() {
  for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("attention on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  return lutra::test::finish("attention_test");
}

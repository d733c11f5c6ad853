// The tree of tsne.h: points are sorted along Morton's curve, cells are ranges of that order.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/projections/tsne.h"
#include "threads/thread_pool.h"

namespace lutra::tsne {

namespace {

constexpr int kLeaf = 8;
constexpr int kBits = 20;  // of each dimension

struct Coded {
  uint64_t code;
  int32_t row;
};

// The bits of x with dims - 1 zeros between them.
uint64_t spread(uint64_t x, int dims) {
  if (dims == 1) return x;
  uint64_t out = 0;
  for (int bit = 0; bit < kBits; bit++) out |= (x >> bit & 1) << (bit * dims);
  return out;
}

// By code; of equal codes in the order of their rows.
void sortByCode(std::vector<Coded>& coded, int bits) {
  constexpr int kDigit = 11;
  std::vector<Coded> other(coded.size());
  for (int shift = 0; shift < bits; shift += kDigit) {
    size_t places[(1 << kDigit) + 1] = {};
    for (const Coded& c : coded) places[(c.code >> shift & ((1 << kDigit) - 1)) + 1]++;
    for (int d = 0; d < 1 << kDigit; d++) places[d + 1] += places[d];
    for (const Coded& c : coded) other[places[c.code >> shift & ((1 << kDigit) - 1)]++] = c;
    coded.swap(other);
  }
}

class Builder {
 public:
  Builder(const Tree& tree, const std::vector<Coded>& coded, float extent) : tree_(tree), coded_(coded) {
    for (int level = 0; level <= kBits; level++) widths_[level] = std::ldexp(extent, -level);
  }

  // The cell of places [begin, end), whose codes agree in all levels above `level`.
  void add(int64_t begin, int64_t end, int level) {
    // A level that all points pass through the same way has no cell of its own.
    while (level < kBits && digit(begin, level) == digit(end - 1, level)) level++;
    const int64_t at = count_++;
    Cell& cell = tree_.cells[at];
    cell.squaredWidth = widths_[level] * widths_[level];
    cell.begin = cell.end = 0;
    float sums[3] = {0, 0, 0};
    if (end - begin <= kLeaf || level == kBits) {
      cell.begin = static_cast<int32_t>(begin);
      cell.end = static_cast<int32_t>(end);
      for (int64_t j = begin; j < end; j++) {
        for (int d = 0; d < tree_.dims; d++) sums[d] += position(j, d);
      }
    } else {
      for (int64_t from = begin; from < end;) {
        const uint64_t child = digit(from, level);
        const int64_t to = std::partition_point(coded_.begin() + from, coded_.begin() + end,
                                                [&](const Coded& c) { return digitOf(c, level) <= child; }) -
                           coded_.begin();
        const int64_t below = count_;
        add(from, to, level + 1);
        const Cell& part = tree_.cells[below];
        for (int d = 0; d < tree_.dims; d++) sums[d] += part.center[d] * part.mass;
        from = to;
      }
    }
    const auto mass = static_cast<float>(end - begin);
    for (int d = 0; d < 3; d++) cell.center[d] = sums[d] / mass;
    cell.mass = mass;
    cell.next = static_cast<int32_t>(count_);
  }

  int64_t count() const { return count_; }

 private:
  uint64_t digitOf(const Coded& c, int level) const {
    return c.code >> (tree_.dims * (kBits - 1 - level)) & ((uint64_t{1} << tree_.dims) - 1);
  }
  uint64_t digit(int64_t place, int level) const { return digitOf(coded_[static_cast<size_t>(place)], level); }
  float position(int64_t place, int d) const {
    return tree_.positions[(place / kTogether * tree_.dims + d) * kTogether + place % kTogether];
  }

  const Tree& tree_;
  const std::vector<Coded>& coded_;
  float widths_[kBits + 1];
  int64_t count_ = 0;
};

}  // namespace

int64_t build(const Tree& tree, const float* y) {
  const int64_t n = tree.points;
  const int dims = tree.dims;
  if (n == 0) return 0;
  const auto at = [&](int64_t i, int d) {
    const float x = y[i * dims + d];
    return std::isfinite(x) ? x : 0.0f;
  };
  float least[3], extent = 0;
  for (int d = 0; d < dims; d++) {
    float low = at(0, d), high = low;
    for (int64_t i = 1; i < n; i++) {
      low = std::min(low, at(i, d));
      high = std::max(high, at(i, d));
    }
    least[d] = low;
    extent = std::max(extent, high - low);
  }
  if (!(extent > 0)) extent = 1;
  std::vector<Coded> coded(static_cast<size_t>(n));
  parallelFor(n, 4096, [&](int64_t begin, int64_t end) {
    constexpr float kMost = (1 << kBits) - 1;
    for (int64_t i = begin; i < end; i++) {
      uint64_t code = 0;
      for (int d = 0; d < dims; d++) {
        // In this order, NaN becomes 0.
        const float share = std::min(kMost, std::max(0.0f, (at(i, d) - least[d]) / extent * (1 << kBits)));
        code |= spread(static_cast<uint64_t>(share), dims) << d;
      }
      coded[static_cast<size_t>(i)] = {code, static_cast<int32_t>(i)};
    }
  });
  sortByCode(coded, kBits * dims);
  const int64_t padded = (n + kTogether - 1) / kTogether * kTogether;
  for (int64_t j = 0; j < padded; j++) {
    const int64_t row = coded[static_cast<size_t>(std::min(j, n - 1))].row;
    if (j < n) tree.order[j] = static_cast<int32_t>(row);
    for (int d = 0; d < dims; d++) {
      tree.positions[(j / kTogether * dims + d) * kTogether + j % kTogether] = at(row, d);
    }
  }
  Builder builder(tree, coded, extent);
  builder.add(0, n, 0);
  return builder.count();
}

}  // namespace lutra::tsne

// The words of a window whose vectors are means of several rows, those of a word and of its n-grams of characters
// (Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information").
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernels/vectors/word2vec.h"
#include "memory/prefetch.h"

namespace lutra::word2vec {

// A mean is taken once, when its word comes into the window. What it gains there is given to each of its rows when the
// word leaves: a gradient belongs whole to every row, so that the mean gains as much as they do.
class SubwordWindow {
 public:
  SubwordWindow(const Tables& tables, const Subwords& subwords, int window) : tables_(tables), subwords_(subwords) {
    if (subwords.begin == nullptr) return;
    while (slots_ < 2 * window + 1) slots_ *= 2;
    const size_t size = static_cast<size_t>(slots_ * tables.stride);
    memory_.resize(2 * size + kLine);
    const size_t misplaced = reinterpret_cast<uintptr_t>(memory_.data()) % (kLine * sizeof(float)) / sizeof(float);
    now_ = memory_.data() + (misplaced == 0 ? 0 : kLine - misplaced);
    before_ = now_ + size;
    counts_.resize(static_cast<size_t>(slots_));
  }

  bool used() const { return now_ != nullptr; }
  float* vector(int64_t position) const { return now_ + slotOf(position) * tables_.stride; }
  // How many rows its vector is the mean of.
  float count(int64_t position) const { return counts_[static_cast<size_t>(slotOf(position))]; }

  // sum(out, rows, count, factor): out = factor · the sum of rows.
  template <class Sum>
  void enter(int64_t position, int32_t word, Sum&& sum) {
    gather(word);
    const int count = static_cast<int>(rows_.size());
    counts_[static_cast<size_t>(slotOf(position))] = static_cast<float>(count);
    sum(vector(position), rows_.data(), count, 1.0f / static_cast<float>(std::max(count, 1)));
    std::memcpy(before_ + slotOf(position) * tables_.stride, vector(position),
                sizeof(float) * static_cast<size_t>(tables_.stride));
  }
  // spread(rows, count, now, before): each row gains now - before.
  template <class Spread>
  void leave(int64_t position, int32_t word, Spread&& spread) {
    gather(word);
    spread(rows_.data(), static_cast<int>(rows_.size()), vector(position), before_ + slotOf(position) * tables_.stride);
  }

  // The rows of a word that comes soon are on their way meanwhile.
  void askFor(int32_t word) const {
    forRows(word, [&](int64_t row) { prefetchRow(tables_.input + row * tables_.stride, tables_.dim); });
  }

 private:
  static constexpr size_t kLine = 16;

  int64_t slotOf(int64_t position) const { return position & (slots_ - 1); }

  // Rows that the table does not have are left out, whatever the lists say.
  template <class Each>
  void forRows(int32_t word, Each&& each) const {
    const int64_t begin = std::max<int64_t>(subwords_.begin[word], 0);
    const int64_t end = std::min<int64_t>(subwords_.begin[word + 1], subwords_.count);
    for (int64_t k = begin; k < end; k++) {
      const int64_t row = subwords_.rows[k];
      if (row >= 0 && row < tables_.inputRows) each(row);
    }
  }
  void gather(int32_t word) {
    rows_.clear();
    forRows(word, [&](int64_t row) { rows_.push_back(tables_.input + row * tables_.stride); });
  }

  const Tables& tables_;
  const Subwords& subwords_;
  int64_t slots_ = 1;
  std::vector<float> memory_;
  float* now_ = nullptr;
  float* before_ = nullptr;
  std::vector<float> counts_;
  std::vector<float*> rows_;
};

}  // namespace lutra::word2vec

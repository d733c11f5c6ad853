// What the recurrent layers share: how the rows of a batch of sequences lie in memory, which of them take part in a
// step, and how the batch is shared out among threads.
//
// Sequences of a batch never touch each other, so each thread takes some of them through all steps on its own: no
// thread waits for another between steps.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "threads/thread_pool.h"

namespace lutra {

/** A batch of sequences, padded or packed. */
struct SequenceShape {
  int64_t steps;
  int64_t batch;
  /** Null: every step has all of the batch. Else [steps], descending from batch: step t has the first batchSizes[t]. */
  const int32_t* batchSizes = nullptr;
  /** Rows of one sequence lie together, instead of those of one step. Not with batchSizes. */
  bool batchFirst = false;
  /** From the last step to the first (each sequence from its own last step). */
  bool reverse = false;
};

/**
 * Whether the recurrent weights serve a single product, as those of a cell do: then laying them out costs more than it
 * saves, and the product is made for the whole batch at once.
 */
inline bool isSingleStep(const SequenceShape& shape) { return shape.steps == 1; }

/** Parts of one buffer begin at multiples of 64 bytes. */
inline int64_t alignedElements(int64_t elements) { return (elements + 15) / 16 * 16; }

/** States from those given, or zeros. */
template <class T>
void copyStates(T* out, const T* states, int64_t n) {
  if (n == 0) return;
  if (states != nullptr) {
    std::memcpy(out, states, static_cast<size_t>(n) * sizeof(T));
  } else {
    std::memset(out, 0, static_cast<size_t>(n) * sizeof(T));
  }
}

/** What both biases add, [n]; zeros for one that is null. */
template <class T>
void addBiases(T* out, const T* first, const T* second, int64_t n) {
  copyStates(out, first, n);
  for (int64_t j = 0; j < n && second != nullptr; j++) out[j] += second[j];
}

/** Where the row of sequence b at step t lies: begin(t) + b · stride(). */
class SequenceRows {
 public:
  explicit SequenceRows(const SequenceShape& shape) : shape_(shape) {
    if (shape.batchSizes == nullptr) {
      total_ = shape.steps * shape.batch;
      return;
    }
    begins_.resize(static_cast<size_t>(shape.steps));
    for (int64_t t = 0; t < shape.steps; t++) {
      begins_[static_cast<size_t>(t)] = total_;
      total_ += shape.batchSizes[t];
    }
  }

  int64_t steps() const { return shape_.steps; }
  int64_t batch() const { return shape_.batch; }
  /** All rows of all steps. */
  int64_t total() const { return total_; }
  int64_t stride() const { return shape_.batchFirst ? shape_.steps : 1; }
  int64_t begin(int64_t t) const {
    if (shape_.batchSizes != nullptr) return begins_[static_cast<size_t>(t)];
    return shape_.batchFirst ? t : t * shape_.batch;
  }
  /** Sequences that have a step t. */
  int64_t active(int64_t t) const { return shape_.batchSizes == nullptr ? shape_.batch : shape_.batchSizes[t]; }
  /** The step that is taken as number s. */
  int64_t step(int64_t s) const { return shape_.reverse ? shape_.steps - 1 - s : s; }
  /** The step taken before t, or -1. */
  int64_t before(int64_t t) const {
    if (!shape_.reverse) return t - 1;
    return t + 1 < shape_.steps ? t + 1 : -1;
  }
  /** Of the sequences that have step t, how many have been through another step before; the others start with it. */
  int64_t continuing(int64_t t) const {
    const int64_t previous = before(t);
    return previous < 0 ? 0 : std::min(active(t), active(previous));
  }

 private:
  SequenceShape shape_;
  int64_t total_ = 0;
  std::vector<int64_t> begins_;
};

/**
 * Calls fn(begin, end) on ranges of the batch, one per thread where there is work for several. `workPerRow`:
 * multiply-adds of one row in one step. A single range runs outside of any parallel region, so that what it calls may
 * still use all threads: that is the better split for a batch of few rows.
 */
template <class F>
void forRowRanges(const SequenceRows& rows, int64_t workPerRow, F&& fn) {
  const int64_t batch = rows.batch();
  constexpr int64_t kLeastRows = 4;        // fewer would leave the micro-kernels idle
  constexpr int64_t kLeastWork = 1 << 18;  // multiply-adds that make up for waking a thread
  int64_t parts = std::min<int64_t>(numThreads(), batch / kLeastRows);
  parts = std::min(parts, rows.total() * workPerRow / kLeastWork);
  if (parts <= 1) {
    fn(int64_t{0}, batch);
    return;
  }
  // Cut where the rows before the cut make up an equal share: packed sequences grow shorter along the batch.
  std::vector<int64_t> cuts = {0};
  const int64_t steps = rows.steps();
  int64_t done = 0;
  for (int64_t b = 0, length = steps; b < batch; b++) {
    while (length > 0 && rows.active(length - 1) <= b) length--;
    done += length;
    if (done * parts >= rows.total() * static_cast<int64_t>(cuts.size())) cuts.push_back(b + 1);
  }
  cuts.back() = batch;
  parallelThreads(static_cast<int>(cuts.size()) - 1,
                  [&](int part) { fn(cuts[static_cast<size_t>(part)], cuts[static_cast<size_t>(part) + 1]); });
}

/** out [total, width]: for every row the state it started from: the output row of the step before, or a row of `first`
 * ([batch, width]; null: zeros). `ld` elements between rows of `output`. */
template <class T>
void gatherPreviousStates(T* out, const T* output, int64_t ld, const T* first, int64_t width,
                          const SequenceRows& rows) {
  const int64_t steps = rows.steps();
  parallelFor(steps, 1 + (1 << 16) / std::max<int64_t>(width * rows.active(0), 1), [&](int64_t begin, int64_t end) {
    const size_t bytes = static_cast<size_t>(width) * sizeof(T);
    for (int64_t t = begin; t < end; t++) {
      const int64_t previous = rows.before(t), continuing = rows.continuing(t);
      for (int64_t b = 0; b < rows.active(t); b++) {
        T* const row = out + (rows.begin(t) + b * rows.stride()) * width;
        if (b < continuing) {
          std::memcpy(row, output + (rows.begin(previous) + b * rows.stride()) * ld, bytes);
        } else if (first != nullptr) {
          std::memcpy(row, first + b * width, bytes);
        } else {
          std::memset(row, 0, bytes);
        }
      }
    }
  });
}

}  // namespace lutra

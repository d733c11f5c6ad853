// How a recurrent layer goes through the steps of a batch: the rows that a range of its sequences has in each, from
// where their states come, and the parts of a batch whose working memory stays in the cache.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/recurrent/sequence.h"

namespace lutra {

/** The rows that a range of sequences has in one step: `row` is the first one's, the next lies SequenceRows::stride()
 * on. */
struct StepRows {
  int64_t number;  // by the order in which steps are taken
  int64_t step;
  int64_t row;
  int64_t count;
};

/** Calls fn(StepRows) for what the sequences [begin, end) have of the steps numbered [first, last), as they are taken.
 */
template <class F>
void forSteps(const SequenceRows& rows, int64_t first, int64_t last, int64_t begin, int64_t end, F&& fn) {
  for (int64_t s = first; s < last; s++) {
    const int64_t t = rows.step(s), count = std::min(rows.active(t), end) - begin;
    if (count > 0) fn(StepRows{s, t, rows.begin(t) + begin * rows.stride(), count});
  }
}

/** The same for all steps, from the last taken to the first. */
template <class F>
void forStepsBack(const SequenceRows& rows, int64_t begin, int64_t end, F&& fn) {
  for (int64_t s = rows.steps() - 1; s >= 0; s--) forSteps(rows, s, s + 1, begin, end, fn);
}

/** Rows [from, from + count) of a step, and the states they started it with, `ld` apart; null for zeros. */
template <class T>
struct StartedFrom {
  int64_t from, count;
  const T* states;
  int64_t ld;
};

/**
 * Calls fn(StartedFrom) for those of the step's sequences (`begin` is the first) that were in another step before,
 * whose states lie in `kept` as rows do, `ld` apart, then for those that started with this one, from `initial` ([batch,
 * width] or null).
 */
template <class T, class F>
void forStatesBefore(const SequenceRows& rows, const StepRows& at, int64_t begin, const T* kept, int64_t ld,
                     const T* initial, int64_t width, F&& fn) {
  const int64_t continuing = std::max<int64_t>(std::min(rows.continuing(at.step) - begin, at.count), 0);
  if (continuing > 0) {
    const int64_t row = rows.begin(rows.before(at.step)) + begin * rows.stride();
    fn(StartedFrom<T>{0, continuing, kept + row * ld, rows.stride() * ld});
  }
  if (continuing < at.count) {
    const T* const states = initial == nullptr ? nullptr : initial + (begin + continuing) * width;
    fn(StartedFrom<T>{continuing, at.count - continuing, states, width});
  }
}

/** A part of a batch of sequences: some steps of all of them, or (batch-first) all steps of some of them. */
struct SequencePart {
  SequenceShape shape;            // of the sequences that take part
  int64_t firstSequence;          // of the whole batch
  int64_t firstStep, lastStep;    // by the order in which steps are taken, from firstStep up to lastStep - 1
  int64_t firstRow, countOfRows;  // the rows that these steps read, within those of `shape`

  /** Where the rows of the part's sequences begin in the whole batch. */
  int64_t rowOfSequences() const { return firstSequence * shape.steps; }
};

/** All of the batch as one part. */
inline SequencePart wholeBatch(const SequenceShape& shape) {
  return {shape, 0, 0, shape.steps, 0, SequenceRows(shape).total()};
}

/**
 * Calls fn(SequencePart) for parts whose working memory of `width` elements a row stays in the processor's caches, in
 * the order in which steps are taken.
 */
template <class F>
void forSequenceParts(const SequenceShape& shape, int64_t width, F&& fn) {
  constexpr int64_t kElementsAtOnce = 1 << 19;
  constexpr int64_t kLeastBatch = 32;
  const int64_t steps = shape.steps, batch = shape.batch;
  if (isSingleStep(shape)) return fn(wholeBatch(shape));
  if (shape.batchFirst) {
    const int64_t atOnce = std::max(kElementsAtOnce / std::max<int64_t>(steps * width, 1), kLeastBatch);
    for (int64_t b = 0; b < batch; b += atOnce) {
      SequencePart part = {shape, b, 0, steps, 0, 0};
      part.shape.batch = std::min(atOnce, batch - b);
      part.countOfRows = part.shape.batch * steps;
      fn(part);
    }
    return;
  }
  const SequenceRows rows(shape);
  const int64_t atOnce = std::max<int64_t>(kElementsAtOnce / std::max<int64_t>(batch * width, 1), 1);
  for (int64_t first = 0; first < steps; first += atOnce) {
    const int64_t last = std::min(first + atOnce, steps);
    const int64_t low = std::min(rows.step(first), rows.step(last - 1));
    const int64_t high = std::max(rows.step(first), rows.step(last - 1));
    fn(SequencePart{shape, 0, first, last, rows.begin(low), rows.begin(high) + rows.active(high) - rows.begin(low)});
  }
}

}  // namespace lutra

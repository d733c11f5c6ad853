// A batch of sequences among the arguments of a recurrent layer: how its rows lie, and which elements they reach.
#pragma once

#include "binding/arguments.h"
#include "binding/numbers.h"
#include "kernels/recurrent/sequence.h"

namespace lutra::binding {

// plan: steps, batch, batchFirst, reverse, inputSize, hiddenSize, one number of the layer's own, offsetOfBatchSizes,
// then offsets and leading dimensions in the order of a function's arrays.
constexpr int64_t kSequencePlan = 8;

// All but batchSizes, which readBatchSizes adds once sizes are known to be sound.
inline SequenceShape readSequence(const Numbers& plan) {
  SequenceShape s;
  s.steps = plan.size(0);
  s.batch = plan.size(1);
  s.batchFirst = plan.flag(2);
  s.reverse = plan.flag(3);
  return s;
}

inline void readBatchSizes(const Args& args, const Numbers& plan, size_t argument, SequenceShape& s) {
  s.batchSizes = args.optionalArray<int32_t>(argument, "batchSizes", plan.size(7), s.steps);
  if (s.batchSizes == nullptr) return;
  if (s.batchFirst) args.fail(ErrorKind::range, "packed sequences are not batch-first");
  for (int64_t t = 0, most = s.batch; t < s.steps; most = s.batchSizes[t++]) {
    if (s.batchSizes[t] < 1 || s.batchSizes[t] > most || (t == 0 && s.batchSizes[t] != s.batch)) {
      args.fail(ErrorKind::range, "batchSizes must start with batch and not grow");
    }
  }
}

// Elements that rows of a sequence reach; columns of one direction lie beside those of the other.
inline int64_t reachOfRows(const Args& args, const Numbers& plan, int64_t rows, int64_t columns, int64_t ld) {
  if (rows > 1 && ld < columns) args.fail(ErrorKind::range, "rows of a sequence overlap");
  return rows == 0 || columns == 0 ? 0 : plan.product(rows - 1, ld) + columns;
}

}  // namespace lutra::binding

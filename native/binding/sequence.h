// A batch of sequences among the arguments of a recurrent layer: how its rows lie, and which elements they reach.
#pragma once

#include "binding/planned_call.h"
#include "kernels/recurrent/sequence.h"

namespace lutra::binding {

// All but batchSizes, which readBatchSizes adds once sizes are known to be sound.
template <class Layout>
SequenceShape readSequence(const Planned<Layout>& call) {
  SequenceShape s;
  s.steps = call[call.steps];
  s.batch = call[call.batch];
  s.batchFirst = call[call.batchFirst];
  s.reverse = call[call.reverse];
  return s;
}

template <class Layout>
void readBatchSizes(const Planned<Layout>& call, SequenceShape& s) {
  s.batchSizes = call.template optional<int32_t>(call.batchSizes, s.steps);
  if (s.batchSizes == nullptr) return;
  if (s.batchFirst) call.fail(ErrorKind::range, "packed sequences are not batch-first");
  for (int64_t t = 0, most = s.batch; t < s.steps; most = s.batchSizes[t++]) {
    if (s.batchSizes[t] < 1 || s.batchSizes[t] > most || (t == 0 && s.batchSizes[t] != s.batch)) {
      call.fail(ErrorKind::range, "batchSizes must start with batch and not grow");
    }
  }
}

// Elements that rows of a sequence reach; columns of one direction lie beside those of the other.
inline int64_t reachOfRows(const PlannedCall& call, int64_t rows, int64_t columns, int64_t ld) {
  if (rows > 1 && ld < columns) call.fail(ErrorKind::range, "rows of a sequence overlap");
  return rows == 0 || columns == 0 ? 0 : call.product(rows - 1, ld) + columns;
}

}  // namespace lutra::binding

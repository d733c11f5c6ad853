// Graphs of nearest neighbours made symmetric.
#include "kernels/projections/graph.h"

#include "binding/family.h"
#include "binding/planned/graph.h"

namespace lutra::binding {

namespace {

void count(Args& args) {
  const Planned<GraphCountLayout> call(args);
  const int64_t rows = call[call.rows], k = call[call.k], begin = call[call.begin], end = call[call.end];
  call.checkRows(begin, end, rows);
  int32_t* const counts = call.array<int32_t>(call.counts, rows);
  graph::countNamed(counts, call.array<int32_t>(call.indices, call.product(rows, k)), rows, k, begin, end);
}

void collect(Args& args) {
  const Planned<GraphCollectLayout> call(args);
  const int64_t rows = call[call.rows], k = call[call.k], begin = call[call.begin], end = call[call.end];
  call.checkRows(begin, end, rows);
  const int64_t total = call[call.total], size = call.product(rows, k);
  int32_t* const sources = call.array<int32_t>(call.sources, total);
  float* const sourceWeights = call.array<float>(call.sourceWeights, total);
  int32_t* const cursors = call.array<int32_t>(call.cursors, rows);
  const int32_t* const indices = call.array<int32_t>(call.indices, size);
  graph::collectNamed(sources, sourceWeights, cursors, indices, call.array<float>(call.weights, size), rows, k, begin,
                      end, total);
}

void join(Args& args) {
  const Planned<GraphJoinLayout> call(args);
  const int64_t rows = call[call.rows], k = call[call.k], begin = call[call.begin], end = call[call.end];
  call.checkRows(begin, end, rows);
  const int64_t total = call[call.total], size = call.product(rows, k);
  if (size + total > INT32_MAX) call.fail(ErrorKind::range, "there are too many neighbours");
  int32_t* const out = call.array<int32_t>(call.out, size + total);
  float* const outWeights = call.array<float>(call.outWeights, size + total);
  int32_t* const ends = call.array<int32_t>(call.ends, rows);
  graph::Directed directed;
  directed.indices = call.array<int32_t>(call.indices, size);
  directed.weights = call.array<float>(call.weights, size);
  directed.starts = call.array<int32_t>(call.starts, rows + 1);
  directed.sources = call.array<int32_t>(call.sources, total);
  directed.sourceWeights = call.array<float>(call.sourceWeights, total);
  directed.rows = rows;
  directed.k = k;
  directed.total = total;
  const graph::Union how = call[call.fuzzy] ? graph::Union::fuzzy : graph::Union::sum;
  graph::join(out, outWeights, ends, directed, how, begin, end);
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<count>(exports, "graphCount");
  define<collect>(exports, "graphCollect");
  define<join>(exports, "graphJoin");
});

}  // namespace lutra::binding

// UMAP: membership of neighbours, products with the graph, the layout.
#include "kernels/projections/umap.h"

#include "binding/family.h"
#include "binding/planned/umap.h"

namespace lutra::binding {

namespace {

template <class Layout>
umap::Edges edgesOf(const Planned<Layout>& call, int64_t points) {
  umap::Edges edges;
  edges.k = call[call.k];
  edges.size = call[call.total];
  edges.points = points;
  call.product(points, edges.k);
  edges.indices = call.template array<int32_t>(call.indices, edges.size);
  edges.weights = call.template array<float>(call.weights, edges.size);
  edges.starts = call.template array<int32_t>(call.starts, points);
  edges.ends = call.template array<int32_t>(call.ends, points);
  return edges;
}

void fuzzy(Args& args) {
  const Planned<FuzzyRowsLayout> call(args);
  const int64_t rows = call[call.rows], k = call[call.k], begin = call[call.begin], end = call[call.end];
  call.checkRows(begin, end, rows);
  const int64_t total = call.product(rows, k);
  const double mean = call[call.mean];
  float* const weights = call.array<float>(call.weights, total);
  const float* const distances = call.array<float>(call.distances, total);
  if (begin == end || k == 0) return;
  fuzzyRows<float>(weights + begin * k, distances + begin * k, end - begin, k, mean);
}

void product(Args& args) {
  const Planned<GraphProductLayout> call(args);
  const int64_t points = call[call.points], width = call[call.width], begin = call[call.begin], end = call[call.end];
  call.checkRows(begin, end, points);
  if (width < 1 || width > 64) call.fail(ErrorKind::range, "width must be from 1 to 64");
  const int64_t total = call.product(points, width);
  const double alpha = call[call.alpha], beta = call[call.beta], gamma = call[call.gamma];
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, total);
    const T* const x = call.array<T>(call.x, total);
    const T* const previous = call.array<T>(call.previous, total);
    const T* const scales = call.array<T>(call.scales, points);
    graphProduct<T>(out, x, previous, scales, edgesOf(call, points), width, alpha, beta, gamma, begin, end);
  });
}

void epoch(Args& args) {
  const Planned<UmapEpochLayout> call(args);
  const int64_t points = call[call.points], dims = call[call.dims], begin = call[call.begin], end = call[call.end];
  call.checkRows(begin, end, points);
  if (dims < 1 || dims > 3) call.fail(ErrorKind::range, "dims must be 1, 2 or 3");
  if (begin % umap::kTogether != 0) call.fail(ErrorKind::range, "begin must be a multiple of 256");
  umap::Epoch how;
  how.a = call[call.a];
  how.b = call[call.b];
  how.rate = call[call.rate];
  how.repulsion = call[call.repulsion];
  how.scale = call[call.scale];
  how.negatives = call[call.negatives];
  how.number = call[call.number];
  how.seed = static_cast<uint64_t>(call[call.seed]);
  if (how.negatives > 4096) call.fail(ErrorKind::range, "negatives must be at most 4096");
  float* const y = call.array<float>(call.y, call.product(points, dims));
  umapEpoch<float>(y, edgesOf(call, points), static_cast<int>(dims), how, begin, end);
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<fuzzy>(exports, "fuzzyRows");
  define<product>(exports, "graphProduct");
  define<epoch>(exports, "umapEpoch");
});

}  // namespace lutra::binding

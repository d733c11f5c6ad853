// t-SNE: neighbours' probabilities, the tree, forces and steps.
#include "kernels/projections/tsne.h"

#include "binding/family.h"
#include "binding/planned/tsne.h"

namespace lutra::binding {

namespace {

template <class Layout>
void checkSizes(const Planned<Layout>& call, int64_t points, int64_t dims, int64_t begin, int64_t end) {
  call.checkRows(begin, end, points);
  if (points > INT32_MAX / 2) call.fail(ErrorKind::range, "there are too many points");
  if (dims < 1 || dims > 3) call.fail(ErrorKind::range, "dims must be 1, 2 or 3");
}

template <class Layout>
tsne::Tree treeOf(const Planned<Layout>& call, int64_t points, int64_t dims) {
  const int64_t padded = (points + tsne::kTogether - 1) / tsne::kTogether * tsne::kTogether;
  tsne::Tree tree;
  float* const cells = call.template array<float>(call.tree, call.product(points, 16));
  if (reinterpret_cast<uintptr_t>(cells) % alignof(tsne::Cell) != 0) {
    call.fail(ErrorKind::type, "tree must begin at a multiple of 4 bytes");
  }
  tree.cells = reinterpret_cast<tsne::Cell*>(cells);
  tree.order = call.template array<int32_t>(call.order, points);
  tree.positions = call.template array<float>(call.positions, call.product(padded, dims));
  tree.points = points;
  tree.dims = static_cast<int>(dims);
  return tree;
}

template <class Layout>
tsne::Affinities affinitiesOf(const Planned<Layout>& call, int64_t points) {
  tsne::Affinities p;
  p.k = call[call.k];
  p.size = call[call.total];
  p.points = points;
  p.indices = call.template array<int32_t>(call.indices, p.size);
  p.values = call.template array<float>(call.values, p.size);
  p.starts = call.template array<int32_t>(call.starts, points);
  p.ends = call.template array<int32_t>(call.ends, points);
  return p;
}

void perplexity(Args& args) {
  const Planned<PerplexityRowsLayout> call(args);
  const int64_t rows = call[call.rows], k = call[call.k], begin = call[call.begin], end = call[call.end];
  checkSizes(call, rows, 1, begin, end);
  const int64_t total = call.product(rows, k);
  const double perplexity = call[call.perplexity];
  float* const p = call.array<float>(call.p, total);
  const float* const squares = call.array<float>(call.squares, total);
  if (begin == end || k == 0) return;
  perplexityRows<float>(p + begin * k, squares + begin * k, end - begin, k, perplexity);
}

void build(Args& args) {
  const Planned<TsneTreeLayout> call(args);
  const int64_t points = call[call.points], dims = call[call.dims];
  checkSizes(call, points, dims, 0, 0);
  const tsne::Tree tree = treeOf(call, points, dims);
  const int64_t cells = tsne::build(tree, call.array<float>(call.y, call.product(points, dims)));
  call.set(call.cells, static_cast<double>(cells));
}

void repulsion(Args& args) {
  const Planned<TsneRepulsionLayout> call(args);
  const int64_t points = call[call.points], dims = call[call.dims], begin = call[call.begin], end = call[call.end];
  const int64_t cells = call[call.cells];
  const double angle = call[call.angle];
  checkSizes(call, points, dims, begin, end);
  if (cells > 2 * points) call.fail(ErrorKind::range, "there are more cells than a tree can have");
  float* const forces = call.array<float>(call.forces, call.product(points, dims));
  float* const sums = call.array<float>(call.sums, points);
  const tsne::Tree tree = treeOf(call, points, dims);
  if (begin == end) return;
  tsneRepulsion<float>(forces, sums, tree, cells, angle, begin, end);
}

void steps(Args& args) {
  const Planned<TsneStepsLayout> call(args);
  const int64_t points = call[call.points], dims = call[call.dims], begin = call[call.begin], end = call[call.end];
  checkSizes(call, points, dims, begin, end);
  const int64_t total = call.product(points, dims);
  tsne::Motion motion;
  motion.learningRate = static_cast<float>(call[call.learningRate]);
  motion.momentum = static_cast<float>(call[call.momentum]);
  motion.exaggeration = static_cast<float>(call[call.exaggeration]);
  motion.inverseZ = static_cast<float>(call[call.inverseZ]);
  float* const steps = call.array<float>(call.steps, total);
  float* const gains = call.array<float>(call.gains, total);
  const float* const y = call.array<float>(call.y, total);
  const float* const forces = call.array<float>(call.forces, total);
  tsneSteps<float>(steps, gains, y, forces, affinitiesOf(call, points), static_cast<int>(dims), motion, begin, end);
}

void costs(Args& args) {
  const Planned<TsneCostsLayout> call(args);
  const int64_t points = call[call.points], dims = call[call.dims], begin = call[call.begin], end = call[call.end];
  const double z = call[call.z];
  checkSizes(call, points, dims, begin, end);
  float* const costs = call.array<float>(call.costs, points);
  const float* const y = call.array<float>(call.y, call.product(points, dims));
  tsneCosts<float>(costs, y, affinitiesOf(call, points), static_cast<int>(dims), z, begin, end);
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<perplexity>(exports, "perplexityRows");
  define<build>(exports, "tsneTree");
  define<repulsion>(exports, "tsneRepulsion");
  define<steps>(exports, "tsneSteps");
  define<costs>(exports, "tsneCosts");
});

}  // namespace lutra::binding

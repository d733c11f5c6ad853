// Training of classifiers of bags of features: one slice of the examples. And the nearest centroids of points.
#include "kernels/vectors/classifier.h"

#include "binding/family.h"
#include "binding/planned/classifier.h"
#include "kernels/vectors/word2vec.h"

namespace lutra::binding {

namespace {

using namespace lutra::classifier;

using Call = Planned<ClassifierSliceLayout>;

// list[begin[k] … begin[k + 1]) for k in [from, to), of `count` numbers below `limit`. They are read again while the
// slice is trained, so they must not change meanwhile: TypeScript makes them and hands them out to nobody.
void checkLists(const Call& call, const int32_t* begin, const int32_t* list, int64_t from, int64_t to, int64_t count,
                int64_t limit) {
  for (int64_t k = from; k < to; k++) {
    if (begin[k] < 0 || begin[k] > begin[k + 1] || begin[k + 1] > count) {
      call.fail(ErrorKind::range, "the places where lists begin must ascend within them");
    }
    for (int32_t i = begin[k]; i < begin[k + 1]; i++) {
      if (list[i] < 0 || list[i] >= limit) call.fail(ErrorKind::range, "a number in a list is out of range");
    }
  }
}

void slice(Args& args) {
  const Call call(args);
  Tables tables;
  tables.inputRows = call[call.inputRows];
  tables.outputRows = call[call.outputRows];
  tables.labels = call[call.labels];
  tables.dim = call[call.dim];
  const int64_t objectiveCode = call[call.objective], negative = call[call.negative];
  if (tables.dim < 1 || tables.labels < 1 || objectiveCode > 3 || negative > 1'000'000) {
    call.fail(ErrorKind::range, "dim, labels, objective or negative is out of range");
  }
  tables.stride = word2vec::strideOf(tables.dim);
  Objective objective = {};
  objective.loss = static_cast<Loss>(objectiveCode);
  objective.negative = static_cast<int>(negative);
  objective.negativesCount = call[call.negativesCount];
  const int64_t pathCount = call[call.pathCount];
  const Slice part = {call[call.begin],
                      call[call.end],
                      call[call.beginRate],
                      call[call.endRate],
                      static_cast<uint64_t>(call[call.seed]),
                      static_cast<int>(std::min<int64_t>(call[call.threads], 1024))};
  const int64_t count = call[call.exampleCount], rowCount = call[call.rowCount], labelCount = call[call.labelCount];
  if (part.begin > part.end || part.end > count) call.fail(ErrorKind::range, "the slice must lie in the examples");

  tables.input = call.array<float>(call.input, call.product(tables.inputRows, tables.stride));
  tables.output = call.array<float>(call.output, call.product(tables.outputRows, tables.stride));
  Examples examples;
  examples.begin = call.array<int32_t>(call.exampleBegin, count + 1);
  examples.rows = call.array<int32_t>(call.rows, rowCount);
  examples.weights = call.array<float>(call.weights, rowCount);
  examples.labelBegin = call.array<int32_t>(call.labelBegin, count + 1);
  examples.labels = call.array<int32_t>(call.exampleLabels, labelCount);
  objective.negatives = call.optional<int32_t>(call.negatives, objective.negativesCount);
  objective.pathBegin = call.optional<int32_t>(call.pathBegin, tables.labels + 1);
  objective.nodes = call.optional<int32_t>(call.pathNodes, pathCount);
  objective.codes = call.optional<uint8_t>(call.pathCodes, pathCount);
  checkLists(call, examples.begin, examples.rows, part.begin, part.end, rowCount, tables.inputRows);
  checkLists(call, examples.labelBegin, examples.labels, part.begin, part.end, labelCount, tables.labels);
  if (objective.loss == Loss::hierarchicalSoftmax) {
    const bool whole = objective.nodes != nullptr && objective.codes != nullptr;
    if (objective.pathBegin == nullptr || (pathCount > 0 && !whole)) call.fail(ErrorKind::type, "paths must be given");
    checkLists(call, objective.pathBegin, objective.nodes, 0, tables.labels, pathCount, tables.outputRows);
  } else if (tables.outputRows < tables.labels) {
    call.fail(ErrorKind::range, "output must have a row for each label");
  }
  if (objective.loss == Loss::negativeSampling) {
    if (objective.negatives == nullptr || objective.negativesCount < 1) {
      call.fail(ErrorKind::range, "negatives must not be empty");
    }
    for (int64_t k = 0; k < objective.negativesCount; k++) {
      if (objective.negatives[k] < 0 || objective.negatives[k] >= tables.labels) {
        call.fail(ErrorKind::range, "negatives must be labels");
      }
    }
  }
  const Progress done = train(tables, examples, objective, part);
  call.set(call.loss, done.loss);
  call.set(call.examples, static_cast<double>(done.count));
}

void nearest(Args& args) {
  const Planned<NearestCentroidsLayout> call(args);
  const int64_t count = call[call.count], dim = call[call.dim];
  uint8_t* const codes = call.array<uint8_t>(call.codes, count);
  const float* const points = call.array<float>(call.points, call.product(count, dim));
  const float* const centroids = call.array<float>(call.centroids, call.product(256, dim));
  nearestCentroids(codes, points, centroids, count, dim);
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<slice>(exports, "classifierSlice");
  define<nearest>(exports, "nearestCentroids");
});

}  // namespace lutra::binding

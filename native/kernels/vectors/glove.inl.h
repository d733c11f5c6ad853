// Target code of glove.h: one example.
namespace lutra::LUTRA_NS {
namespace glove {

using lutra::glove::Example;
using lutra::glove::Options;
using lutra::glove::Progress;
using lutra::glove::Tables;
using V = Vec<float>;

LUTRA_INLINE float dot(const float* a, const float* b, int64_t dim) {
  V first = V::zero(), second = V::zero();
  int64_t j = 0;
  for (; j + 2 * V::W <= dim; j += 2 * V::W) {
    first = fma(V::load(a + j), V::load(b + j), first);
    second = fma(V::load(a + j + V::W), V::load(b + j + V::W), second);
  }
  forEachVector<float>(dim - j, [&](int64_t k, int lanes) {
    first = fma(loadLanes(a + j + k, lanes), loadLanes(b + j + k, lanes), first);
  });
  return sum(first + second);
}

// A row with the sums of its squared steps.
struct Row {
  float* values;
  float* squares;
};

// Both vectors take a step against the gradient error · (the other's vector). One division serves both.
LUTRA_INLINE void stepBoth(Row a, Row b, float error, int64_t dim, const Options& options) {
  const V slope = V::set1(error), eta = V::set1(options.eta), most = V::set1(options.gradClip), least = neg(most);
  forEachVector<float>(dim, [&](int64_t j, int lanes) {
    const V x = loadLanes(a.values + j, lanes), y = loadLanes(b.values + j, lanes);
    const V xSquares = loadLanes(a.squares + j, lanes), ySquares = loadLanes(b.squares + j, lanes);
    const V xStep = min(max(slope * y, least), most) * eta, yStep = min(max(slope * x, least), most) * eta;
    const V xRoot = sqrt(xSquares), yRoot = sqrt(ySquares);
    const V reciprocal = V::set1(1.0f) / (xRoot * yRoot);
    storeLanes(fma(xStep, xStep, xSquares), a.squares + j, lanes);
    storeLanes(fma(yStep, yStep, ySquares), b.squares + j, lanes);
    storeLanes(fnma(xStep * yRoot, reciprocal, x), a.values + j, lanes);
    storeLanes(fnma(yStep * xRoot, reciprocal, y), b.values + j, lanes);
  });
}

LUTRA_INLINE void stepBias(Row row, int64_t dim, float error) {
  row.values[dim] -= error / std::sqrt(row.squares[dim]);
  row.squares[dim] += error * error;
}

LUTRA_INLINE void askFor(const Tables& t, const Example& example) {
  if (example.first < 1 || example.first > t.words || example.second < 1 || example.second > t.words) return;
  const int64_t first = (example.first - 1) * t.stride, second = (example.second - 1) * t.stride;
  for (int64_t j = 0; j <= t.dim; j += 16) {
    LUTRA_PREFETCH(t.word + first + j);
    LUTRA_PREFETCH(t.context + second + j);
    LUTRA_PREFETCH(t.wordSquares + first + j);
    LUTRA_PREFETCH(t.contextSquares + second + j);
  }
}

inline Progress trainExamples(const Tables& t, const Example* examples, int64_t n, const Options& options) {
  constexpr int64_t kAhead = 2;
  Progress progress = {0, 0};
  for (int64_t e = 0; e < n; e++) {
    if (e + kAhead < n) askFor(t, examples[e + kAhead]);
    const Example example = examples[e];
    if (example.first < 1 || example.first > t.words || example.second < 1 || example.second > t.words) {
      progress.skipped++;
      continue;
    }
    const int64_t first = (example.first - 1) * t.stride, second = (example.second - 1) * t.stride;
    const Row word = {t.word + first, t.wordSquares + first}, context = {t.context + second, t.contextSquares + second};
    const float difference =
        dot(word.values, context.values, t.dim) + word.values[t.dim] + context.values[t.dim] - example.logarithm;
    const float error = example.factor * difference;
    if (!(std::abs(error) <= std::numeric_limits<float>::max())) {
      progress.skipped++;
      continue;
    }
    progress.cost += 0.5 * static_cast<double>(error) * static_cast<double>(difference);
    stepBoth(word, context, error, t.dim, options);
    stepBias(word, t.dim, error);
    stepBias(context, t.dim, error);
  }
  return progress;
}

}  // namespace glove
}  // namespace lutra::LUTRA_NS

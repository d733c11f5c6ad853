// Target code of word2vec.h: one centre word with its context.
namespace lutra::LUTRA_NS {
namespace word2vec {

using lutra::word2vec::Block;
using V = Vec<float>;

// Six output rows and the sums of their gradients fill twelve of AVX2's sixteen registers.
constexpr int kOutputs = Block::kOutputs;
// Two context rows by six output rows: twelve sums.
constexpr int kContexts = 2;

/** The sums of the lanes of n vectors, n at most twice kOutputs, side by side. */
template <int kCount>
LUTRA_INLINE void storeSums(float* out, const V* sums) {
  LUTRA_UNROLL
  for (int first = 0; first < kCount; first += V::W) {
    V v[V::W];
    LUTRA_UNROLL
    for (int i = 0; i < V::W; i++) v[i] = first + i < kCount ? sums[first + i] : V::zero();
    transpose(v);
    LUTRA_UNROLL
    for (int half = V::W / 2; half > 0; half /= 2) {
      LUTRA_UNROLL
      for (int i = 0; i < half; i++) v[i] = v[i] + v[i + half];
    }
    v[0].store(out + first);  // what spills over is written by the next call
  }
}

/** scores[i][k] = contexts[i] · outputs[k], for kRows contexts from the first. */
template <int kRows, int kCount>
LUTRA_INLINE void scoreRows(float* scores, const float* const* contexts, float* const* outputs, int64_t width) {
  V sums[kRows * kCount];
  LUTRA_UNROLL
  for (int i = 0; i < kRows * kCount; i++) sums[i] = V::zero();
  for (int64_t j = 0; j < width; j += V::W) {
    V x[kRows];
    LUTRA_UNROLL
    for (int i = 0; i < kRows; i++) x[i] = V::load(contexts[i] + j);
    LUTRA_UNROLL
    for (int k = 0; k < kCount; k++) {
      const V row = V::load(outputs[k] + j);
      LUTRA_UNROLL
      for (int i = 0; i < kRows; i++) sums[i * kCount + k] = fma(x[i], row, sums[i * kCount + k]);
    }
  }
  storeSums<kRows * kCount>(scores, sums);
}

template <int kCount>
void score(const Block& block) {
  int i = 0;
  for (; i + kContexts <= block.contexts; i += kContexts) {
    scoreRows<kContexts, kCount>(block.scores + i * kCount, block.context + i, block.output, block.width);
  }
  if (i < block.contexts) scoreRows<1, kCount>(block.scores + i * kCount, block.context + i, block.output, block.width);
}

/** scores[i][k] becomes rate · (label of k - σ(scores[i][k])), the step along the gradient. */
template <int kCount>
void stepSizes(const Block& block) {
  const int n = block.contexts * kCount;
  const V minusRate = V::set1(-block.rate);
  for (int i = 0; i < n; i += V::W) (minusRate * sigmoid(V::load(block.scores + i))).store(block.scores + i);
  for (int i = 0; i < block.contexts; i++) {
    for (int k = 0; k < kCount; k++) block.scores[i * kCount + k] += block.rate * block.label[k];
  }
}

/** Context rows gain scores · outputs, output rows scoresᵀ · contexts; all products of what was there before. */
template <int kCount>
void update(const Block& block) {
  for (int64_t j = 0; j < block.width; j += V::W) {
    V row[kCount], gain[kCount];
    LUTRA_UNROLL
    for (int k = 0; k < kCount; k++) {
      row[k] = V::load(block.output[k] + j);
      gain[k] = V::zero();
    }
    const float* step = block.scores;
    for (int i = 0; i < block.contexts; i++) {
      float* const at = block.context[i] + j;
      const V x = V::load(at);
      V sum = x;
      LUTRA_UNROLL
      for (int k = 0; k < kCount; k++) {
        const V s = V::set1(step[k]);
        gain[k] = fma(s, x, gain[k]);
        sum = fma(s, row[k], sum);
      }
      sum.store(at);
      step += kCount;
    }
    LUTRA_UNROLL
    for (int k = 0; k < kCount; k++) (row[k] + gain[k]).store(block.output[k] + j);
  }
}

template <int kCount>
void trainCount(const Block& block, double* loss) {
  score<kCount>(block);
  if (loss != nullptr) {
    for (int i = 0; i < block.contexts; i++) {
      for (int k = 0; k < kCount; k++) {
        const double s = block.scores[i * kCount + k];
        *loss += std::log1p(std::exp(block.label[k] > 0 ? -s : s));
      }
    }
  }
  stepSizes<kCount>(block);
  update<kCount>(block);
}

template <int... kIndex>
LUTRA_INLINE void trainAny(const Block& block, double* loss, std::integer_sequence<int, kIndex...>) {
  static constexpr void (*table[])(const Block&, double*) = {&trainCount<kIndex + 1>...};
  table[block.outputs - 1](block, loss);
}

inline void trainBlock(const Block& block, double* loss) {
  trainAny(block, loss, std::make_integer_sequence<int, kOutputs>{});
}

// sum = factor · the sum of rows, for kVectors vectors from column j on.
template <int kVectors>
LUTRA_INLINE void addColumns(float* sum, float* const* rows, int count, V factor, int64_t j) {
  V total[kVectors];
  LUTRA_UNROLL
  for (int k = 0; k < kVectors; k++) total[k] = V::zero();
  for (int i = 0; i < count; i++) {
    LUTRA_UNROLL
    for (int k = 0; k < kVectors; k++) total[k] = total[k] + V::load(rows[i] + j + k * V::W);
  }
  LUTRA_UNROLL
  for (int k = 0; k < kVectors; k++) (total[k] * factor).store(sum + j + k * V::W);
}

// sum = the sum (or mean) of rows; each row then gains what `sum` has gained.
inline void addRows(float* sum, float* const* rows, int count, float factor, int64_t width) {
  const V by = V::set1(factor);
  int64_t j = 0;
  for (; j + 4 * V::W <= width; j += 4 * V::W) addColumns<4>(sum, rows, count, by, j);
  for (; j < width; j += V::W) addColumns<1>(sum, rows, count, by, j);
}
inline void addWeighted(float* sum, float* const* rows, const float* weights, int count, int64_t width) {
  for (int64_t j = 0; j < width; j += V::W) {
    V total = V::zero();
    for (int i = 0; i < count; i++) total = fma(V::set1(weights[i]), V::load(rows[i] + j), total);
    total.store(sum + j);
  }
}
inline void spreadGain(float* const* rows, int count, const float* now, const float* before, int64_t width) {
  for (int64_t j = 0; j < width; j += V::W) {
    const V gain = V::load(now + j) - V::load(before + j);
    for (int i = 0; i < count; i++) (V::load(rows[i] + j) + gain).store(rows[i] + j);
  }
}

}  // namespace word2vec
}  // namespace lutra::LUTRA_NS

// Target code of classifier.h. Widths are numbers of a row, which has room up to a whole vector.
namespace lutra::LUTRA_NS {
namespace classifier {

using V = Vec<float>;

constexpr int kMostVectors = 8;
constexpr int64_t kRowsAhead = 6;

template <int kVectors>
void bagColumns(float* sum, const float* input, int64_t stride, const int32_t* rows, const float* weights,
                int64_t count, int64_t column) {
  V total[kVectors];
  LUTRA_UNROLL
  for (int k = 0; k < kVectors; k++) total[k] = V::zero();
  for (int64_t i = 0; i < count; i++) {
    if (i + kRowsAhead < count) {
      const float* const next = input + rows[i + kRowsAhead] * stride + column;
      LUTRA_UNROLL
      for (int k = 0; k < kVectors; k += 16 / V::W < 1 ? 1 : 16 / V::W) LUTRA_PREFETCH(next + k * V::W);
    }
    const float* const row = input + rows[i] * stride + column;
    const V w = V::set1(weights[i]);
    LUTRA_UNROLL
    for (int k = 0; k < kVectors; k++) total[k] = fma(w, V::load(row + k * V::W), total[k]);
  }
  LUTRA_UNROLL
  for (int k = 0; k < kVectors; k++) total[k].store(sum + column + k * V::W);
}

template <int... kIndex>
LUTRA_INLINE void bagAny(int vectors, float* sum, const float* input, int64_t stride, const int32_t* rows,
                         const float* weights, int64_t count, int64_t column, std::integer_sequence<int, kIndex...>) {
  static constexpr void (*table[])(float*, const float*, int64_t, const int32_t*, const float*, int64_t,
                                   int64_t) = {&bagColumns<kIndex + 1>...};
  table[vectors - 1](sum, input, stride, rows, weights, count, column);
}

/** sum = Σ weights[i] · input[rows[i]] */
inline void bag(float* sum, const float* input, int64_t stride, const int32_t* rows, const float* weights,
                int64_t count, int64_t width) {
  for (int64_t column = 0; column < width; column += kMostVectors * V::W) {
    const int64_t vectors = std::min<int64_t>(kMostVectors, (width - column + V::W - 1) / V::W);
    bagAny(static_cast<int>(vectors), sum, input, stride, rows, weights, count, column,
           std::make_integer_sequence<int, kMostVectors>{});
  }
}

/** input[rows[i]] += weights[i] · gain */
inline void spread(float* input, int64_t stride, const int32_t* rows, const float* weights, int64_t count,
                   const float* gain, int64_t width) {
  for (int64_t i = 0; i < count; i++) {
    float* const row = input + rows[i] * stride;
    const V w = V::set1(weights[i]);
    for (int64_t j = 0; j < width; j += V::W) fma(w, V::load(gain + j), V::load(row + j)).store(row + j);
  }
}

/** scores[k] = hidden · output[rows[k]] */
inline void score(float* scores, const float* hidden, const float* output, int64_t stride, const int32_t* rows,
                  int64_t count, int64_t width) {
  for (int64_t k = 0; k < count; k++) {
    const float* const row = output + rows[k] * stride;
    V total = V::zero();
    for (int64_t j = 0; j < width; j += V::W) total = fma(V::load(hidden + j), V::load(row + j), total);
    scores[k] = sum(total);
  }
}

/** gain += Σ step[k] · output[rows[k]]; each row then gains step[k] · hidden. */
inline void update(float* gain, const float* hidden, float* output, int64_t stride, const int32_t* rows,
                   const float* step, int64_t count, int64_t width) {
  for (int64_t k = 0; k < count; k++) {
    float* const row = output + rows[k] * stride;
    const V s = V::set1(step[k]);
    for (int64_t j = 0; j < width; j += V::W) {
      const V before = V::load(row + j);
      fma(s, before, V::load(gain + j)).store(gain + j);
      fma(s, V::load(hidden + j), before).store(row + j);
    }
  }
}

/** In place, n numbers with room up to a whole vector: e^(x - most), or σ(x). */
inline void exponentials(float* x, float most, int64_t n) {
  const V m = V::set1(most);
  for (int64_t k = 0; k < n; k += V::W) exp(V::load(x + k) - m).store(x + k);
}
inline void sigmoids(float* x, int64_t n) {
  for (int64_t k = 0; k < n; k += V::W) sigmoid(V::load(x + k)).store(x + k);
}

/** distances[c] = |point - centroid c|², of 256 centroids laid out [dim, 256]; returns the least. */
inline float distances(float* distances, const float* point, const float* centroids, int64_t dim) {
  V least = V::set1(std::numeric_limits<float>::infinity());
  for (int64_t c = 0; c < 256; c += V::W) {
    V total = V::zero();
    for (int64_t d = 0; d < dim; d++) {
      const V off = V::set1(point[d]) - V::load(centroids + d * 256 + c);
      total = fma(off, off, total);
    }
    total.store(distances + c);
    least = min(total, least);
  }
  float lanes[V::W];
  least.store(lanes);
  return *std::min_element(lanes, lanes + V::W);
}

}  // namespace classifier
}  // namespace lutra::LUTRA_NS

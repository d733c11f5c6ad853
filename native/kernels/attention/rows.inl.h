// One row of scores: scaled, masked, turned into weights, and into the scores' gradients.
namespace lutra::LUTRA_NS::attending {

/** Where a block of scores lies among all of them. */
struct ScorePlace {
  int64_t batch, head, query, key;  // of its first row and column
};

/** What is added to n scores of one row; null when there is no mask. `buffer` [n] may be used to hold it. */
template <class T>
const T* maskRow(const AttentionInputs<T>& in, const ScorePlace& place, int64_t row, int64_t n, T* buffer) {
  const int64_t start = place.batch * in.maskBatch + place.head * in.maskHead + (place.query + row) * in.maskRow +
                        place.key * in.maskColumn;
  if (in.added != nullptr) {
    if (in.maskColumn == 1) return in.added + start;
    for (int64_t j = 0; j < n; j++) buffer[j] = in.added[start + j * in.maskColumn];
    return buffer;
  }
  if (in.allowed == nullptr) return nullptr;
  const uint8_t* const allowed = in.allowed + start;
  constexpr T kHidden = -std::numeric_limits<T>::infinity();
  if (in.maskColumn == 1) {
    for (int64_t j = 0; j < n; j++) buffer[j] = allowed[j] != 0 ? T(0) : kHidden;
  } else {
    for (int64_t j = 0; j < n; j++) buffer[j] = allowed[j * in.maskColumn] != 0 ? T(0) : kHidden;
  }
  return buffer;
}

/** How often n weights of one row count under dropout; null when there is none. */
template <class T>
const T* keptRow(const AttentionInputs<T>& in, const AttentionShape& shape, const ScorePlace& place, int64_t row,
                 int64_t n, T* buffer) {
  if (in.kept == nullptr) return nullptr;
  const int64_t first = (place.batch * shape.heads + place.head) * shape.queries + place.query + row;
  const uint8_t* const kept = in.kept + first * shape.keys + place.key;
  for (int64_t j = 0; j < n; j++) buffer[j] = kept[j] != 0 ? in.keptScale : T(0);
  return buffer;
}

template <class T>
LUTRA_INLINE Vec<T> finalScore(const T* scores, Vec<T> scale, const T* mask, int64_t j, int lanes) {
  const Vec<T> x = loadLanes(scores + j, lanes) * scale;
  return mask == nullptr ? x : x + loadLanes(mask + j, lanes);
}

template <class T>
struct RowSoftmax {
  T largest, total;
  bool empty;  // no key is visible
};

/** Turns n scores into exp(score - largest), times `kept`; `total` is the sum before dropout. */
template <class T>
RowSoftmax<T> softmaxRow(T* scores, T scale, const T* mask, const T* kept, int64_t n) {
  using V = Vec<T>;
  constexpr T kLowest = -std::numeric_limits<T>::infinity();
  const V by = V::set1(scale);
  V most = V::set1(kLowest);
  int64_t j = 0;
  for (; j + V::W <= n; j += V::W) most = max(most, finalScore(scores, by, mask, j, V::W));
  T largest = maxLane(most);
  for (; j < n; j++) {
    const T x = mask == nullptr ? scores[j] * scale : scores[j] * scale + mask[j];
    largest = x > largest ? x : largest;
  }
  if (largest == kLowest) {
    // max passes over NaN: it must show in the result all the same.
    bool nan = false;
    for (j = 0; j < n; j++) nan |= std::isnan(mask == nullptr ? scores[j] : scores[j] + mask[j]);
    if (!nan) {
      std::fill(scores, scores + n, T(0));
      return {largest, T(0), true};
    }
  }
  const V shift = V::set1(largest);
  V total = V::zero();
  forEachVector<T>(n, [&](int64_t at, int lanes) {
    V e = exp(finalScore(scores, by, mask, at, lanes) - shift);
    storeLanes(e, scores + at, lanes);
    if (lanes < V::W) e = V::loadN(scores + at, lanes);  // lanes past the end don't count
    total = total + e;
    if (kept != nullptr) storeLanes(e * loadLanes(kept + at, lanes), scores + at, lanes);
  });
  return {largest, sum(total), false};
}

/**
 * From n scores and the gradients dweights of the weights that reached v: scores become those weights, dweights the
 * gradients of q·k, and dmask (unless null) those of the scores. `inner` is the sum of weight · gradient over the whole
 * row.
 */
template <class T>
void softmaxRowBackward(T* scores, T* dweights, T* dmask, T scale, const T* mask, const T* kept, const T* normaliser,
                        T inner, int64_t n) {
  using V = Vec<T>;
  const V by = V::set1(scale), shift = V::set1(normaliser[0]), share = V::set1(normaliser[1]), mean = V::set1(inner);
  forEachVector<T>(n, [&](int64_t j, int lanes) {
    const V weight = exp(finalScore(scores, by, mask, j, lanes) - shift) * share;
    const V factor = kept == nullptr ? V::set1(T(1)) : loadLanes(kept + j, lanes);
    const V gradient = loadLanes(dweights + j, lanes) * factor;
    storeLanes(weight * factor, scores + j, lanes);
    const V dscore = weight * (gradient - mean);
    if (dmask != nullptr) storeLanes(dscore, dmask + j, lanes);
    storeLanes(dscore * by, dweights + j, lanes);
  });
}

template <class T>
T dotRow(const T* a, const T* b, int64_t n) {
  using V = Vec<T>;
  V total = V::zero();
  forEachVector<T>(n,
                   [&](int64_t j, int lanes) { total = fma(loadLanes(a + j, lanes), loadLanes(b + j, lanes), total); });
  return sum(total);
}

template <class T>
void scaleRow(T* x, T factor, int64_t n) {
  const Vec<T> by = Vec<T>::set1(factor);
  forEachVector<T>(n, [&](int64_t j, int lanes) { storeLanes(loadLanes(x + j, lanes) * by, x + j, lanes); });
}

}  // namespace lutra::LUTRA_NS::attending

// Target code of softmax.h. Slices along the last dimension are summed across lanes; slices with inner > 1 lie side by
// side, one to a lane.
namespace lutra::LUTRA_NS {

// Calls row(r) for each of `rows` slices of n values, in parallel; slices are independent.
template <class Row>
void forEachRow(int64_t rows, int64_t n, Row row) {
  parallelFor(rows, std::max<int64_t>(1, 4096 / std::max<int64_t>(1, n)), [=](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) row(r);
  });
}

// Calls lanes(start, width) for each group of up to W neighbouring slices: slice k of a group has its values at
// start + k + c * inner.
template <class T, class Lanes>
void forEachLaneGroup(int64_t outer, int64_t dim, int64_t inner, Lanes lanes) {
  constexpr int64_t W = Vec<T>::W;
  const int64_t groups = (inner + W - 1) / W;
  forEachRow(outer * groups, dim * W, [=](int64_t g) {
    const int64_t column = g % groups * W;
    lanes(g / groups * dim * inner + column, static_cast<int>(std::min(W, inner - column)));
  });
}

template <class T>
LUTRA_INLINE T rowMax(const T* x, int64_t n) {
  using V = Vec<T>;
  const V lowest = V::set1(-std::numeric_limits<T>::infinity());
  V a = lowest, b = lowest;
  int64_t j = 0;
  for (; j + 2 * V::W <= n; j += 2 * V::W) {
    a = max(a, V::load(x + j));
    b = max(b, V::load(x + j + V::W));
  }
  a = max(a, b);
  for (; j + V::W <= n; j += V::W) a = max(a, V::load(x + j));
  T largest = maxLane(a);
  for (; j < n; j++) largest = x[j] > largest ? x[j] : largest;
  return largest;
}

// The sum of exp(x - shift); also stored to out unless it is null.
template <class T>
LUTRA_INLINE T rowSumExp(T* out, const T* x, T shift, int64_t n) {
  using V = Vec<T>;
  using Fours = Vec<Four<T>>;
  const V by = V::set1(shift);
  const Fours byAll = Fours::all(by);
  Fours totals = Fours::zero();
  int64_t j = 0;
  for (; j + Fours::W <= n; j += Fours::W) {
    const Fours p = exp(Fours::load(x + j) - byAll);
    if (out) p.store(out + j);
    totals = totals + p;
  }
  V total = (totals.v[0] + totals.v[1]) + (totals.v[2] + totals.v[3]);
  for (; j + V::W <= n; j += V::W) {
    const V p = exp(V::load(x + j) - by);
    if (out) p.store(out + j);
    total = total + p;
  }
  if (j < n) {
    const int lanes = static_cast<int>(n - j);
    T e[V::W];
    exp(V::loadN(x + j, lanes) - by).store(e);
    const V p = V::loadN(e, lanes);  // zero in the lanes that are not there
    if (out) p.storeN(out + j, lanes);
    total = total + p;
  }
  return sum(total);
}

// out = fn(x) over one row, where fn maps vectors.
template <class T, class Fn>
LUTRA_INLINE void mapRow(T* out, const T* x, int64_t n, Fn fn) {
  using V = Vec<T>;
  int64_t j = 0;
  for (; j + V::W <= n; j += V::W) fn(V::load(x + j)).store(out + j);
  const int tail = static_cast<int>(n - j);
  if (tail > 0) fn(V::loadN(x + j, tail)).storeN(out + j, tail);
}

// out = exp(x - shift - logSum) * factor over one row.
template <class T>
LUTRA_INLINE void mapRowExp(T* out, const T* x, T shift, T logSum, T factor, int64_t n) {
  using Fours = Vec<Four<T>>;
  const Vec<T> first = Vec<T>::set1(shift), second = Vec<T>::set1(logSum), by = Vec<T>::set1(factor);
  int64_t j = 0;
  for (; j + Fours::W <= n; j += Fours::W) {
    (exp(Fours::load(x + j) - Fours::all(first) - Fours::all(second)) * Fours::all(by)).store(out + j);
  }
  mapRow(out + j, x + j, n - j, [=](Vec<T> v) { return exp(v - first - second) * by; });
}

// The maximum of each lane's slice.
template <class T>
LUTRA_INLINE Vec<T> lanesMax(const T* x, int64_t dim, int64_t inner, int width) {
  using V = Vec<T>;
  V largest = V::set1(-std::numeric_limits<T>::infinity());
  for (int64_t c = 0; c < dim; c++) largest = max(largest, V::loadN(x + c * inner, width));
  return largest;
}

template <class T>
LUTRA_INLINE Vec<T> lanesSumExp(const T* x, Vec<T> shift, int64_t dim, int64_t inner, int width) {
  using V = Vec<T>;
  V total = V::zero();
  for (int64_t c = 0; c < dim; c++) total = total + exp(V::loadN(x + c * inner, width) - shift);
  return total;
}

template <class T>
void softmax(T* out, const T* x, int64_t outer, int64_t dim, int64_t inner) {
  using V = Vec<T>;
  if (inner == 1) {
    forEachRow(outer, dim, [=](int64_t r) {
      T* const row = out + r * dim;
      const V total = V::set1(rowSumExp(row, x + r * dim, rowMax(x + r * dim, dim), dim));
      mapRow(row, row, dim, [=](V v) { return v / total; });
    });
    return;
  }
  forEachLaneGroup<T>(outer, dim, inner, [=](int64_t start, int width) {
    const V largest = lanesMax(x + start, dim, inner, width);
    const V total = lanesSumExp(x + start, largest, dim, inner, width);
    for (int64_t at = start; at < start + dim * inner; at += inner) {
      (exp(V::loadN(x + at, width) - largest) / total).storeN(out + at, width);
    }
  });
}

template <class T>
void logSoftmax(T* out, const T* x, int64_t outer, int64_t dim, int64_t inner) {
  using V = Vec<T>;
  if (inner == 1) {
    forEachRow(outer, dim, [=](int64_t r) {
      const T* const row = x + r * dim;
      const T largest = rowMax(row, dim);
      const V shift = V::set1(largest);
      const V logSum = log(V::set1(rowSumExp(static_cast<T*>(nullptr), row, largest, dim)));
      mapRow(out + r * dim, row, dim, [=](V v) { return v - shift - logSum; });
    });
    return;
  }
  forEachLaneGroup<T>(outer, dim, inner, [=](int64_t start, int width) {
    const V largest = lanesMax(x + start, dim, inner, width);
    const V logSum = log(lanesSumExp(x + start, largest, dim, inner, width));
    for (int64_t at = start; at < start + dim * inner; at += inner) {
      (V::loadN(x + at, width) - largest - logSum).storeN(out + at, width);
    }
  });
}

// For each slice: total = the sum of term(dy, y), then dx = result(dy, y, total).
template <class T, class Term, class Result>
void backwardThroughSum(T* dx, const T* dy, const T* y, int64_t outer, int64_t dim, int64_t inner, Term term,
                        Result result) {
  using V = Vec<T>;
  if (inner == 1) {
    forEachRow(outer, dim, [=](int64_t r) {
      const T* const g = dy + r * dim;
      const T* const p = y + r * dim;
      V lanes = V::zero();
      int64_t j = 0;
      for (; j + V::W <= dim; j += V::W) lanes = lanes + term(V::load(g + j), V::load(p + j));
      const int tail = static_cast<int>(dim - j);
      if (tail > 0) lanes = lanes + term(V::loadN(g + j, tail), V::loadN(p + j, tail));
      const V total = V::set1(sum(lanes));
      for (j = 0; j + V::W <= dim; j += V::W) {
        result(V::load(g + j), V::load(p + j), total).store(dx + r * dim + j);
      }
      if (tail > 0) result(V::loadN(g + j, tail), V::loadN(p + j, tail), total).storeN(dx + r * dim + j, tail);
    });
    return;
  }
  forEachLaneGroup<T>(outer, dim, inner, [=](int64_t start, int width) {
    V total = V::zero();
    for (int64_t at = start; at < start + dim * inner; at += inner) {
      total = total + term(V::loadN(dy + at, width), V::loadN(y + at, width));
    }
    for (int64_t at = start; at < start + dim * inner; at += inner) {
      result(V::loadN(dy + at, width), V::loadN(y + at, width), total).storeN(dx + at, width);
    }
  });
}

template <class T>
void softmaxBackward(T* dx, const T* dy, const T* y, int64_t outer, int64_t dim, int64_t inner) {
  using V = Vec<T>;
  backwardThroughSum(
      dx, dy, y, outer, dim, inner, [](V g, V p) { return g * p; }, [](V g, V p, V total) { return (g - total) * p; });
}

template <class T>
void logSoftmaxBackward(T* dx, const T* dy, const T* y, int64_t outer, int64_t dim, int64_t inner) {
  using V = Vec<T>;
  backwardThroughSum(
      dx, dy, y, outer, dim, inner, [](V g, V) { return g; }, [](V g, V p, V total) { return g - exp(p) * total; });
}

}  // namespace lutra::LUTRA_NS

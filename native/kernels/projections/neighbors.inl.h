// Target code of neighbors.h.
namespace lutra::LUTRA_NS {
namespace neighbors {

using lutra::PointTable;

/** Rows whose products with the others are one block; few enough that their scores stay in the cache. */
constexpr int64_t kQueries = 32;
constexpr int64_t kColumns = 1024;

template <class T>
LUTRA_INLINE T squaredDistance(const T* a, const T* b, int64_t n) {
  Vec<T> total = Vec<T>::zero();
  forEachVector<T>(n, [&](int64_t j, int lanes) {
    const Vec<T> difference = loadLanes(a + j, lanes) - loadLanes(b + j, lanes);
    total = fma(difference, difference, total);
  });
  return sum(total);
}

template <class T>
inline void halfSquaredLengths(T* halfSquares, const T* x, int64_t dim, int64_t begin, int64_t end) {
  parallelFor(end - begin, std::max<int64_t>(1, 65536 / (dim + 1)), [&](int64_t first, int64_t last) {
    for (int64_t i = begin + first; i < begin + last; i++) {
      Vec<T> total = Vec<T>::zero();
      forEachVector<T>(dim, [&](int64_t j, int lanes) {
        const Vec<T> v = loadLanes(x + i * dim + j, lanes);
        total = fma(v, v, total);
      });
      halfSquares[i] = sum(total) / 2;
    }
  });
}

// The smallest scores so far, in order, with their rows.
template <class T>
struct Best {
  T* scores;
  int32_t* rows;
  int64_t size;

  LUTRA_INLINE T worst() const { return scores[size - 1]; }
  LUTRA_INLINE void insert(T score, int32_t row) {
    int64_t at = size - 1;
    for (; at > 0 && scores[at - 1] > score; at--) {
      scores[at] = scores[at - 1];
      rows[at] = rows[at - 1];
    }
    scores[at] = score;
    rows[at] = row;
  }
};

// Looks at the scores of the rows from `first` on.
template <class T>
LUTRA_INLINE void takeBest(Best<T>& best, const T* products, const T* halfSquares, int64_t first, int64_t count,
                           int64_t self) {
  Vec<T> worst = Vec<T>::set1(best.worst());
  forEachVector<T>(count, [&](int64_t j, int lanes) {
    const Vec<T> scores = loadLanes(halfSquares + first + j, lanes) - loadLanes(products + j, lanes);
    if (!any(lt(scores, worst))) return;
    T lane[Vec<T>::W];
    scores.store(lane);
    for (int l = 0; l < lanes; l++) {
      const int64_t row = first + j + l;
      if (lane[l] < best.worst() && row != self) best.insert(lane[l], static_cast<int32_t>(row));
    }
    worst = Vec<T>::set1(best.worst());
  });
}

template <class T>
inline void nearestOfBlock(int32_t* indices, T* squares, const PointTable<T>& points, int64_t k, int64_t begin,
                           int64_t end) {
  const auto [x, halfSquares, rows, dim] = points;
  // Some more, since products round where differences don't.
  const int64_t kept = std::min(rows - 1, k + 8 + k / 8);
  T* const products = scratch<T>(Scratch::scores, kQueries * kColumns);
  T* const scores = scratch<T>(Scratch::values, kQueries * kept);
  int32_t* const found = scratch<int32_t>(Scratch::keys, kQueries * kept);
  std::fill_n(scores, kQueries * kept, std::numeric_limits<T>::infinity());
  std::fill_n(found, kQueries * kept, 0);
  for (int64_t column = 0; column < rows; column += kColumns) {
    const int64_t columns = std::min(kColumns, rows - column);
    matmul<T>(products, kColumns, {x + begin * dim, dim, false}, {x + column * dim, dim, true}, end - begin, columns,
              dim);
    for (int64_t i = begin; i < end; i++) {
      Best<T> best = {scores + (i - begin) * kept, found + (i - begin) * kept, kept};
      takeBest(best, products + (i - begin) * kColumns, halfSquares, column, columns, i);
    }
  }
  std::vector<std::pair<T, int32_t>> order(static_cast<size_t>(kept));
  for (int64_t i = begin; i < end; i++) {
    for (int64_t j = 0; j < kept; j++) {
      const int32_t row = found[(i - begin) * kept + j];
      const T square = squaredDistance(x + i * dim, x + row * dim, dim);
      // No order has NaN.
      order[static_cast<size_t>(j)] = {square == square ? square : std::numeric_limits<T>::infinity(), row};
    }
    std::sort(order.begin(), order.end());
    for (int64_t j = 0; j < k; j++) {
      squares[(i - begin) * k + j] = order[static_cast<size_t>(j)].first;
      indices[(i - begin) * k + j] = order[static_cast<size_t>(j)].second;
    }
  }
}

template <class T>
inline void nearestRows(int32_t* indices, T* squares, const PointTable<T>& points, int64_t k, int64_t begin,
                        int64_t end) {
  parallelFor((end - begin + kQueries - 1) / kQueries, 1, [&](int64_t first, int64_t last) {
    for (int64_t block = first; block < last; block++) {
      const int64_t from = begin + block * kQueries, to = std::min(end, from + kQueries);
      nearestOfBlock(indices + (from - begin) * k, squares + (from - begin) * k, points, k, from, to);
    }
  });
}

// How many of n scores are below `limit`, or equal to it where `equal` says so.
template <class T>
LUTRA_INLINE int64_t countBelow(const T* scores, int64_t n, T limit, bool equal) {
  const Vec<T> most = Vec<T>::set1(limit), one = Vec<T>::set1(1);
  int64_t count = 0;
  // Lanes hold whole numbers that floats have.
  constexpr int64_t kStretch = int64_t{1} << 16;
  for (int64_t at = 0; at < n; at += kStretch) {
    Vec<T> counts = Vec<T>::zero();
    forEachVector<T>(std::min(kStretch, n - at), [&](int64_t j, int lanes) {
      const Vec<T> v = lanes == Vec<T>::W ? Vec<T>::load(scores + at + j) : loadLanes(scores + at + j, lanes);
      const Vec<T> ones = lanes == Vec<T>::W ? one : loadLanes(kOnes<T>, lanes);
      counts = counts + select(equal ? le(v, most) : lt(v, most), ones, Vec<T>::zero());
    });
    count += static_cast<int64_t>(sum(counts));
  }
  return count;
}

template <class T>
inline void ranksOfRows(int32_t* ranks, const int32_t* near, const PointTable<T>& points, int64_t k, int64_t begin,
                        int64_t end) {
  constexpr int64_t kRows = 8;
  const auto [x, halfSquares, rows, dim] = points;
  parallelFor((end - begin + kRows - 1) / kRows, 1,
              [&, x = x, halfSquares = halfSquares, rows = rows, dim = dim](int64_t first, int64_t last) {
                T* const products = scratch<T>(Scratch::scores, kRows * rows);
                for (int64_t block = first; block < last; block++) {
                  const int64_t from = begin + block * kRows, to = std::min(end, from + kRows);
                  matmul<T>(products, rows, {x + from * dim, dim, false}, {x, dim, true}, to - from, rows, dim);
                  for (int64_t i = from; i < to; i++) {
                    T* const scores = products + (i - from) * rows;
                    forEachVector<T>(rows, [&](int64_t j, int lanes) {
                      storeLanes(loadLanes(halfSquares + j, lanes) - loadLanes(scores + j, lanes), scores + j, lanes);
                    });
                    scores[i] = std::numeric_limits<T>::infinity();
                    for (int64_t j = 0; j < k; j++) {
                      const int64_t other = near[i * k + j];
                      if (other < 0 || other >= rows) continue;
                      const T limit = scores[other];
                      ranks[(i - begin) * k + j] =
                          static_cast<int32_t>(countBelow(scores, other, limit, true) +
                                               countBelow(scores + other, rows - other, limit, false));
                    }
                  }
                }
              });
}

}  // namespace neighbors
}  // namespace lutra::LUTRA_NS

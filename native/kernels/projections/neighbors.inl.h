// Target code of neighbors.h.
namespace lutra::LUTRA_NS {
namespace neighbors {

using lutra::kScanned;
using lutra::PointTable;

/** Rows whose products with the others are one block; few enough that their scores stay in the cache. */
constexpr int64_t kQueries = 32;

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
inline void scanRows(int32_t* found, T* scores, const PointTable<T>& points, int64_t kept, int64_t begin, int64_t end,
                     int64_t column, int64_t count) {
  const T* const x = points.data;
  const int64_t dim = points.dim;
  // Laid out once for all queries.
  T* const packed = scratch<T>(Scratch::weights, packedElements<T>(count, dim));
  packMatrix<T>(packed, {x + column * dim, dim, true}, count, dim);
  parallelFor((end - begin + kQueries - 1) / kQueries, 1, [&](int64_t first, int64_t last) {
    T* const products = scratch<T>(Scratch::scores, kQueries * kScanned);
    for (int64_t block = first; block < last; block++) {
      const int64_t from = begin + block * kQueries, to = std::min(end, from + kQueries);
      matmulPacked<T>(products, kScanned, {x + from * dim, dim, false}, packed, to - from, count, dim);
      for (int64_t i = from; i < to; i++) {
        Best<T> best = {scores + i * kept, found + i * kept, kept};
        takeBest(best, products + (i - from) * kScanned, points.halfSquares, column, count, i);
      }
    }
  });
}

// Looks at the cosines of the rows from `first` on.
template <class T>
LUTRA_INLINE void takeCosines(Best<T>& best, const T* products, const T* inverseNorms, int64_t first, int64_t count) {
  Vec<T> worst = Vec<T>::set1(best.worst());
  forEachVector<T>(count, [&](int64_t j, int lanes) {
    const Vec<T> scores = Vec<T>::zero() - loadLanes(products + j, lanes) * loadLanes(inverseNorms + j, lanes);
    if (!any(lt(scores, worst))) return;
    T lane[Vec<T>::W];
    scores.store(lane);
    for (int l = 0; l < lanes; l++) {
      if (lane[l] < best.worst()) best.insert(lane[l], static_cast<int32_t>(first + j + l));
    }
    worst = Vec<T>::set1(best.worst());
  });
}

template <class T>
inline void scanQueries(int32_t* found, T* scores, const T* queries, int64_t queryCount, const T* x,
                        const T* inverseNorms, int64_t dim, int64_t kept, int64_t first, int64_t count) {
  // Laid out once for all queries.
  T* const packed = scratch<T>(Scratch::weights, packedElements<T>(count, dim));
  packMatrix<T>(packed, {x, dim, true}, count, dim);
  const int64_t threads = numThreads();
  const int64_t each = std::min(kQueries, std::max<int64_t>(1, (queryCount + threads - 1) / threads));
  parallelFor((queryCount + each - 1) / each, 1, [&](int64_t firstBlock, int64_t lastBlock) {
    T* const products = scratch<T>(Scratch::scores, kQueries * kScanned);
    for (int64_t block = firstBlock; block < lastBlock; block++) {
      const int64_t from = block * each, to = std::min(queryCount, from + each);
      matmulPacked<T>(products, kScanned, {queries + from * dim, dim, false}, packed, to - from, count, dim);
      for (int64_t q = from; q < to; q++) {
        Best<T> best = {scores + q * kept, found + q * kept, kept};
        takeCosines(best, products + (q - from) * kScanned, inverseNorms, first, count);
      }
    }
  });
}

template <class T>
inline void nearestRows(int32_t* indices, T* squares, const int32_t* found, const PointTable<T>& points, int64_t kept,
                        int64_t k, int64_t begin, int64_t end) {
  const T* const x = points.data;
  const int64_t dim = points.dim;
  parallelFor(end - begin, 64, [&](int64_t first, int64_t last) {
    std::vector<std::pair<T, int32_t>> order(static_cast<size_t>(kept));
    for (int64_t i = begin + first; i < begin + last; i++) {
      for (int64_t j = 0; j < kept; j++) {
        int32_t row = found[i * kept + j];
        if (row < 0 || row >= points.rows) row = 0;
        const T square = squaredDistance(x + i * dim, x + row * dim, dim);
        // No order has NaN.
        order[static_cast<size_t>(j)] = {square == square ? square : std::numeric_limits<T>::infinity(), row};
      }
      std::sort(order.begin(), order.end());
      for (int64_t j = 0; j < k; j++) {
        squares[i * k + j] = order[static_cast<size_t>(j)].first;
        indices[i * k + j] = order[static_cast<size_t>(j)].second;
      }
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
  const T* const x = points.data;
  const T* const halfSquares = points.halfSquares;
  const int64_t rows = points.rows, dim = points.dim;
  std::vector<T> packed(static_cast<size_t>(packedElements<T>(rows, dim)));
  packMatrix<T>(packed.data(), {x, dim, true}, rows, dim);
  parallelFor((end - begin + kRows - 1) / kRows, 1, [&](int64_t first, int64_t last) {
    T* const products = scratch<T>(Scratch::scores, kRows * rows);
    for (int64_t block = first; block < last; block++) {
      const int64_t from = begin + block * kRows, to = std::min(end, from + kRows);
      matmulPacked<T>(products, rows, {x + from * dim, dim, false}, packed.data(), to - from, rows, dim);
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
          ranks[(i - begin) * k + j] = static_cast<int32_t>(countBelow(scores, other, limit, true) +
                                                            countBelow(scores + other, rows - other, limit, false));
        }
      }
    }
  });
}

}  // namespace neighbors
}  // namespace lutra::LUTRA_NS

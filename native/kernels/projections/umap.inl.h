// Target code of umap.h.
namespace lutra::LUTRA_NS {
namespace umap {

using lutra::umap::Edges;
using lutra::umap::Epoch;
using lutra::umap::kTogether;
using lutra::umap::mix;

// weights = exp(-max(0, d - rho) / sigma); returns their sum.
template <class T>
LUTRA_INLINE T weighRow(T* weights, const T* d, int64_t k, T rho, T sigma) {
  const Vec<T> from = Vec<T>::set1(rho), slope = Vec<T>::set1(-1 / sigma), zero = Vec<T>::zero();
  Vec<T> total = zero;
  forEachVector<T>(k, [&](int64_t j, int lanes) {
    storeLanes(exp(slope * max(loadLanes(d + j, lanes) - from, zero)), weights + j, lanes);
    total = total + loadLanes(weights + j, lanes);
  });
  return sum(total);
}

template <class T>
inline void fuzzyRows(T* weights, const T* distances, int64_t rows, int64_t k, double mean) {
  constexpr int kSteps = 64;
  constexpr T kTolerance = T(1e-5), kLeastShare = T(1e-3);
  const T wanted = static_cast<T>(std::log2(static_cast<double>(k + 1)));
  parallelFor(rows, std::max<int64_t>(1, 4096 / (k + 1)), [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T* const d = distances + i * k;
      T* const out = weights + i * k;
      T rho = 0, total = 0;
      for (int64_t j = 0; j < k; j++) {
        if (rho == 0 && d[j] > 0) rho = d[j];
        total += d[j];
      }
      const T infinity = std::numeric_limits<T>::infinity();
      T low = 0, high = infinity, sigma = 1;
      for (int step = 0; step < kSteps; step++) {
        const T excess = weighRow(out, d, k, rho, sigma) - wanted;
        if (std::fabs(excess) < kTolerance) break;
        if (excess > 0) {
          high = sigma;
          sigma = (low + high) / 2;
        } else {
          low = sigma;
          sigma = high == infinity ? sigma * 2 : (low + high) / 2;
        }
      }
      const T average = rho > 0 ? total / static_cast<T>(k + 1) : static_cast<T>(mean);
      sigma = std::max(std::max(sigma, kLeastShare * average), std::numeric_limits<T>::min());
      weighRow(out, d, k, rho, sigma);
    }
  });
}

template <class T>
inline void graphProduct(T* out, const T* x, const T* previous, const T* scales, const Edges& edges, int64_t width,
                         double alpha, double beta, double gamma, int64_t begin, int64_t end) {
  constexpr int64_t kMostWidth = 64;
  parallelFor(end - begin, 128, [&](int64_t first, int64_t last) {
    T row[kMostWidth];
    for (int64_t i = begin + first; i < begin + last; i++) {
      std::fill_n(row, width, T(0));
      const int64_t from = i * edges.k + edges.starts[i], to = edges.ends[i];
      if (from >= 0 && to <= edges.size) {
        for (int64_t e = from; e < to; e++) {
          const int64_t j = edges.indices[e];
          if (j < 0 || j >= edges.points) continue;
          const Vec<T> weight = Vec<T>::set1(static_cast<T>(edges.weights[e]) * scales[j]);
          forEachVector<T>(width, [&](int64_t c, int lanes) {
            storeLanes(fma(weight, loadLanes(x + j * width + c, lanes), loadLanes(row + c, lanes)), row + c, lanes);
          });
        }
      }
      const Vec<T> own = Vec<T>::set1(static_cast<T>(alpha) * scales[i]), same = Vec<T>::set1(static_cast<T>(beta)),
                   before = Vec<T>::set1(static_cast<T>(gamma));
      forEachVector<T>(width, [&](int64_t c, int lanes) {
        const int64_t at = i * width + c;
        const Vec<T> rest = fma(same, loadLanes(x + at, lanes), before * loadLanes(previous + at, lanes));
        storeLanes(fma(own, loadLanes(row + c, lanes), rest), out + at, lanes);
      });
    }
  });
}

// One point, and what pulls at it.
template <class T, int D>
struct Mover {
  using V = Vec<T>;
  T at[D];
  const Epoch& epoch;
  const T* y;

  LUTRA_INLINE T clipped(T slope) const {
    const T step = slope < T(-4) ? T(-4) : slope > T(4) ? T(4) : slope;
    return step * static_cast<T>(epoch.rate);
  }

  LUTRA_INLINE void attract(const T* other) {
    T difference[D], square = 0;
    for (int d = 0; d < D; d++) {
      difference[d] = at[d] - other[d];
      square += difference[d] * difference[d];
    }
    if (!(square > 0)) return;
    const V v = V::set1(square), power = exp(V::set1(static_cast<T>(epoch.b)) * log(v));
    const V coefficient = V::set1(static_cast<T>(-2 * epoch.a * epoch.b)) * power /
                          (v * fma(V::set1(static_cast<T>(epoch.a)), power, V::set1(1)));
    T lanes[V::W];
    coefficient.store(lanes);
    for (int d = 0; d < D; d++) at[d] += clipped(lanes[0] * difference[d]);
  }

  // From up to kChunk points at once.
  static constexpr int kChunk = 16;
  LUTRA_INLINE void repel(const int64_t* others, int count) {
    T difference[D][kChunk], coefficients[kChunk];
    for (int c = 0; c < count; c++) {
      for (int d = 0; d < D; d++) difference[d][c] = at[d] - y[others[c] * D + d];
    }
    const V a = V::set1(static_cast<T>(epoch.a)), b = V::set1(static_cast<T>(epoch.b)), one = V::set1(1);
    const V strength = V::set1(static_cast<T>(2 * epoch.repulsion * epoch.b)), least = V::set1(T(0.001));
    forEachVector<T>(count, [&](int64_t c, int lanes) {
      V square = V::zero();
      for (int d = 0; d < D; d++) {
        const V x = loadLanes(difference[d] + c, lanes);
        square = fma(x, x, square);
      }
      const V power = exp(b * log(square));
      storeLanes(strength / ((least + square) * fma(a, power, one)), coefficients + c, lanes);
    });
    for (int c = 0; c < count; c++) {
      for (int d = 0; d < D; d++) at[d] += clipped(coefficients[c] * difference[d][c]);
    }
  }
};

template <class T, int D>
inline void movePoint(T* out, const T* y, const Edges& edges, const Epoch& epoch, int64_t i) {
  Mover<T, D> mover = {{}, epoch, y};
  for (int d = 0; d < D; d++) mover.at[d] = y[i * D + d];
  uint64_t state = mix(epoch.seed ^ mix(static_cast<uint64_t>(epoch.number) * static_cast<uint64_t>(edges.points) +
                                        static_cast<uint64_t>(i)));
  const int64_t begin = i * edges.k + edges.starts[i], end = edges.ends[i];
  for (int64_t e = begin; begin >= 0 && end <= edges.size && e < end; e++) {
    const double often = std::min(1.0, static_cast<double>(edges.weights[e]) * epoch.scale);
    const auto number = static_cast<double>(epoch.number);
    if (!(std::floor((number + 1) * often) > std::floor(number * often))) continue;
    const int64_t other = edges.indices[e];
    if (other < 0 || other >= edges.points) continue;
    mover.attract(y + other * D);
    mover.attract(y + other * D);
    for (int64_t left = epoch.negatives; left > 0; left -= Mover<T, D>::kChunk) {
      int64_t others[Mover<T, D>::kChunk];
      int count = 0;
      for (int64_t draw = std::min<int64_t>(left, Mover<T, D>::kChunk); draw > 0; draw--) {
        state += 0x9e3779b97f4a7c15u;
        const auto chosen = static_cast<int64_t>((mix(state) >> 32) * static_cast<uint64_t>(edges.points) >> 32);
        if (chosen != i) others[count++] = chosen;
      }
      mover.repel(others, count);
    }
  }
  for (int d = 0; d < D; d++) out[d] = mover.at[d];
}

template <class T, int D>
inline void movePoints(T* y, const Edges& edges, const Epoch& epoch, int64_t begin, int64_t end) {
  T moved[kTogether * D];
  for (int64_t from = begin; from < end; from += kTogether) {
    const int64_t count = std::min(kTogether, end - from);
    parallelFor(count, 32, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; i++) movePoint<T, D>(moved + i * D, y, edges, epoch, from + i);
    });
    std::copy_n(moved, count * D, y + from * D);
  }
}

template <class T>
inline void umapEpoch(T* y, const Edges& edges, int dims, const Epoch& epoch, int64_t begin, int64_t end) {
  if (dims == 1) movePoints<T, 1>(y, edges, epoch, begin, end);
  if (dims == 2) movePoints<T, 2>(y, edges, epoch, begin, end);
  if (dims == 3) movePoints<T, 3>(y, edges, epoch, begin, end);
}

}  // namespace umap
}  // namespace lutra::LUTRA_NS

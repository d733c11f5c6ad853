// Target code of tsne.h.
namespace lutra::LUTRA_NS {
namespace tsne {

using lutra::tsne::Affinities;
using lutra::tsne::Cell;
using lutra::tsne::kTogether;
using lutra::tsne::Motion;
using lutra::tsne::Tree;

// p = exp(-β (d - least)); returns their sum, and Σ (d - least) p.
template <class T>
LUTRA_INLINE T weigh(T* p, const T* squares, int64_t k, T beta, T least, T& weighted) {
  Vec<T> total = Vec<T>::zero(), products = Vec<T>::zero();
  const Vec<T> slope = Vec<T>::set1(-beta), from = Vec<T>::set1(least);
  forEachVector<T>(k, [&](int64_t j, int lanes) {
    const Vec<T> d = loadLanes(squares + j, lanes) - from;
    storeLanes(exp(slope * d), p + j, lanes);
    // Read back, so that lanes beyond the row are 0.
    const Vec<T> weight = loadLanes(p + j, lanes);
    total = total + weight;
    products =
        lanes == Vec<T>::W ? fma(d, weight, products) : fma(loadLanes(squares + j, lanes) - from, weight, products);
  });
  weighted = sum(products);
  return sum(total);
}

template <class T>
inline void perplexityRows(T* p, const T* squares, int64_t rows, int64_t k, double perplexity) {
  constexpr int kMostSteps = 100;
  constexpr T kTolerance = T(1e-5);
  const T wanted = static_cast<T>(std::log(perplexity));
  parallelFor(rows, std::max<int64_t>(1, 4096 / (k + 1)), [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T* const d = squares + i * k;
      T* const out = p + i * k;
      T least = std::numeric_limits<T>::infinity(), most = 0;
      for (int64_t j = 0; j < k; j++) {
        least = std::min(least, d[j]);
        most = std::max(most, d[j]);
      }
      const T infinity = std::numeric_limits<T>::infinity();
      // Begins at the scale of the distances, so that no scale needs more steps than another.
      T beta = most > least ? 1 / (most - least) : 1, low = 0, high = infinity, total = 1, weighted = 0;
      for (int step = 0; step < kMostSteps; step++) {
        total = weigh(out, d, k, beta, least, weighted);
        const T difference = std::log(total) + beta * weighted / total - wanted;
        if (std::fabs(difference) <= kTolerance) break;
        if (difference > 0) {
          low = beta;
          beta = high == infinity ? beta * 2 : (beta + high) / 2;
        } else {
          high = beta;
          beta = (beta + low) / 2;
        }
        if (!(beta < infinity)) {
          beta = std::numeric_limits<T>::max();
          break;
        }
      }
      const T scale = 1 / total;
      for (int64_t j = 0; j < k; j++) out[j] *= scale;
    }
  });
}

// The sums of kTogether points over the whole tree.
template <class T, int D>
inline void walk(T* forces, T* sums, const Tree& tree, int64_t cells, T squaredAngle, int64_t block) {
  using V = Vec<T>;
  constexpr int kVectors = kTogether / V::W;
  const T* const own = tree.positions + block * kTogether * D;
  V y[D][kVectors], force[D][kVectors], total[kVectors];
  for (int v = 0; v < kVectors; v++) {
    total[v] = V::zero();
    for (int d = 0; d < D; d++) {
      y[d][v] = V::load(own + d * kTogether + v * V::W);
      force[d][v] = V::zero();
    }
  }
  const V one = V::set1(1), angle = V::set1(squaredAngle);
  int64_t at = 0;
  while (at < cells) {
    const Cell cell = tree.cells[at];
    // Whoever brings a tree that was not made here may not lead the walk out of it.
    const int64_t next = cell.next > at ? cell.next : cells, end = std::min<int64_t>(cell.end, tree.points);
    const V width = V::set1(cell.squaredWidth), mass = V::set1(cell.mass);
    V center[D];
    for (int d = 0; d < D; d++) center[d] = V::set1(cell.center[d]);
    V square[kVectors];
    bool near = false;
    for (int v = 0; v < kVectors; v++) {
      square[v] = V::zero();
      for (int d = 0; d < D; d++) {
        const V difference = y[d][v] - center[d];
        square[v] = fma(difference, difference, square[v]);
      }
      near = near || any(le(angle * square[v], width));
    }
    if (!near) {
      for (int v = 0; v < kVectors; v++) {
        const V q = one / (one + square[v]), weight = mass * q, strength = weight * q;
        total[v] = total[v] + weight;
        for (int d = 0; d < D; d++) force[d][v] = fma(strength, y[d][v] - center[d], force[d][v]);
      }
      at = next;
      continue;
    }
    for (int64_t j = std::max(cell.begin, 0); j < end; j++) {
      const T* const other = tree.positions + j / kTogether * kTogether * D + j % kTogether;
      for (int v = 0; v < kVectors; v++) {
        V difference[D], distance = one;
        for (int d = 0; d < D; d++) {
          difference[d] = y[d][v] - V::set1(other[d * kTogether]);
          distance = fma(difference[d], difference[d], distance);
        }
        const V q = one / distance, strength = q * q;
        total[v] = total[v] + q;
        for (int d = 0; d < D; d++) force[d][v] = fma(strength, difference[d], force[d][v]);
      }
    }
    at = end > cell.begin ? next : at + 1;
  }
  T lanes[D + 1][kTogether];
  for (int v = 0; v < kVectors; v++) {
    total[v].store(lanes[D] + v * V::W);
    for (int d = 0; d < D; d++) force[d][v].store(lanes[d] + v * V::W);
  }
  const int64_t count = std::min(kTogether, tree.points - block * kTogether);
  for (int64_t l = 0; l < count; l++) {
    const int64_t row = tree.order[block * kTogether + l];
    if (row < 0 || row >= tree.points) continue;
    sums[row] = lanes[D][l] - 1;  // less the point itself
    for (int d = 0; d < D; d++) forces[row * D + d] = lanes[d][l];
  }
}

template <class T>
inline void tsneRepulsion(T* forces, T* sums, const Tree& tree, int64_t cells, double angle, int64_t begin,
                          int64_t end) {
  const T squaredAngle = static_cast<T>(angle * angle);
  const int64_t first = begin / kTogether, blocks = (end + kTogether - 1) / kTogether - first;
  parallelFor(blocks, 4, [&](int64_t from, int64_t to) {
    for (int64_t block = first + from; block < first + to; block++) {
      if (tree.dims == 1) walk<T, 1>(forces, sums, tree, cells, squaredAngle, block);
      if (tree.dims == 2) walk<T, 2>(forces, sums, tree, cells, squaredAngle, block);
      if (tree.dims == 3) walk<T, 3>(forces, sums, tree, cells, squaredAngle, block);
    }
  });
}

// Calls each(differences [D][lanes], 1 + d², p, lanes) for a point's neighbours, W at a time.
template <class T, int D, class Each>
LUTRA_INLINE void forNeighbors(const T* y, const Affinities& p, int64_t i, int64_t points, Each each) {
  using V = Vec<T>;
  const int64_t begin = i * p.k + p.starts[i], end = p.ends[i];
  if (begin < 0 || end > p.size) return;
  T own[D];
  for (int d = 0; d < D; d++) own[d] = y[i * D + d];
  for (int64_t e = begin; e < end; e += V::W) {
    const int lanes = static_cast<int>(std::min<int64_t>(V::W, end - e));
    T other[D][V::W];
    for (int l = 0; l < lanes; l++) {
      int64_t row = p.indices[e + l];
      if (row < 0 || row >= points) row = i;
      for (int d = 0; d < D; d++) other[d][l] = y[row * D + d];
    }
    V difference[D], distance = V::set1(1);
    for (int d = 0; d < D; d++) {
      difference[d] = V::set1(own[d]) - V::loadN(other[d], lanes);
      distance = fma(difference[d], difference[d], distance);
    }
    each(difference, distance, V::loadN(p.values + e, lanes), lanes);
  }
}

template <class T, int D>
inline void stepsOf(T* steps, T* gains, const T* y, const T* forces, const Affinities& p, int64_t points,
                    const Motion& motion, int64_t begin, int64_t end) {
  using V = Vec<T>;
  for (int64_t i = begin; i < end; i++) {
    V attraction[D];
    for (int d = 0; d < D; d++) attraction[d] = V::zero();
    forNeighbors<T, D>(y, p, i, points, [&](const V* difference, V distance, V weight, int) {
      const V strength = weight / distance;
      for (int d = 0; d < D; d++) attraction[d] = fma(strength, difference[d], attraction[d]);
    });
    for (int d = 0; d < D; d++) {
      const int64_t at = i * D + d;
      const T gradient = 4 * (motion.exaggeration * sum(attraction[d]) - motion.inverseZ * forces[at]);
      const T gain = steps[at] * gradient < 0 ? gains[at] + T(0.2) : gains[at] * T(0.8);
      gains[at] = std::max(gain, T(0.01));
      steps[at] = motion.momentum * steps[at] - motion.learningRate * gains[at] * gradient;
    }
  }
}

template <class T>
inline void tsneSteps(T* steps, T* gains, const T* y, const T* forces, const Affinities& p, int dims,
                      const Motion& motion, int64_t begin, int64_t end) {
  const int64_t points = p.points;
  parallelFor(end - begin, 64, [&](int64_t first, int64_t last) {
    const int64_t from = begin + first, to = begin + last;
    if (dims == 1) stepsOf<T, 1>(steps, gains, y, forces, p, points, motion, from, to);
    if (dims == 2) stepsOf<T, 2>(steps, gains, y, forces, p, points, motion, from, to);
    if (dims == 3) stepsOf<T, 3>(steps, gains, y, forces, p, points, motion, from, to);
  });
}

template <class T, int D>
inline void costsOf(T* costs, const T* y, const Affinities& p, T logZ, int64_t begin, int64_t end) {
  using V = Vec<T>;
  for (int64_t i = begin; i < end; i++) {
    T total = 0;
    forNeighbors<T, D>(y, p, i, p.points, [&](const V*, V distance, V weight, int lanes) {
      // 0 log 0 is 0.
      const V least = V::set1(std::numeric_limits<T>::min());
      const V cost = weight * (log(max(weight, least)) + V::set1(logZ) + log(distance));
      T lane[V::W];
      cost.store(lane);
      for (int l = 0; l < lanes; l++) total += lane[l];
    });
    costs[i] = total;
  }
}

template <class T>
inline void tsneCosts(T* costs, const T* y, const Affinities& p, int dims, double z, int64_t begin, int64_t end) {
  const T logZ = static_cast<T>(std::log(z));
  parallelFor(end - begin, 64, [&](int64_t first, int64_t last) {
    const int64_t from = begin + first, to = begin + last;
    if (dims == 1) costsOf<T, 1>(costs, y, p, logZ, from, to);
    if (dims == 2) costsOf<T, 2>(costs, y, p, logZ, from, to);
    if (dims == 3) costsOf<T, 3>(costs, y, p, logZ, from, to);
  });
}

}  // namespace tsne
}  // namespace lutra::LUTRA_NS

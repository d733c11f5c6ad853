// Target code of eigen.h.
namespace lutra::LUTRA_NS {
namespace eigen {

/** Numbers of work that are worth handing to another thread. */
constexpr int64_t kGrainNumbers = 1 << 15;

template <class T>
LUTRA_INLINE T dot(const T* a, const T* b, int64_t n) {
  Vec<T> first = Vec<T>::zero(), second = Vec<T>::zero();
  constexpr int kWidth = Vec<T>::W;
  int64_t j = 0;
  for (; j + 2 * kWidth <= n; j += 2 * kWidth) {
    first = fma(Vec<T>::load(a + j), Vec<T>::load(b + j), first);
    second = fma(Vec<T>::load(a + j + kWidth), Vec<T>::load(b + j + kWidth), second);
  }
  forEachVector<T>(n - j, [&](int64_t k, int lanes) {
    first = fma(loadLanes(a + j + k, lanes), loadLanes(b + j + k, lanes), first);
  });
  return sum(first + second);
}

// y -= factor * x
template <class T>
LUTRA_INLINE void subtractMultiple(T* y, T factor, const T* x, int64_t n) {
  const Vec<T> f = Vec<T>::set1(factor);
  forEachVector<T>(n, [&](int64_t j, int lanes) {
    storeLanes(fnma(f, loadLanes(x + j, lanes), loadLanes(y + j, lanes)), y + j, lanes);
  });
}

// y -= v * a + w * b: a row of a symmetric update of rank 2.
template <class T>
LUTRA_INLINE void subtractTwo(T* y, T a, const T* v, T b, const T* w, int64_t n) {
  const Vec<T> first = Vec<T>::set1(a), second = Vec<T>::set1(b);
  forEachVector<T>(n, [&](int64_t j, int lanes) {
    const Vec<T> once = fnma(first, loadLanes(v + j, lanes), loadLanes(y + j, lanes));
    storeLanes(fnma(second, loadLanes(w + j, lanes), once), y + j, lanes);
  });
}

// The reflection H = I - beta v vᵀ that takes x to a multiple of the first unit vector, with v in the place of x.
template <class T>
LUTRA_INLINE T reflect(T* x, int64_t n, T& alpha) {
  T largest = 0;
  for (int64_t j = 0; j < n; j++) largest = std::max(largest, std::fabs(x[j]));
  if (n == 1 || largest == 0) {
    alpha = x[0];
    return 0;
  }
  // Scaled, so that no square leaves the range of numbers.
  for (int64_t j = 0; j < n; j++) x[j] /= largest;
  const T length = std::sqrt(dot(x, x, n));
  const T signedLength = x[0] > 0 ? -length : length;
  alpha = signedLength * largest;
  x[0] -= signedLength;
  return T(2) / dot(x, x, n);
}

template <class T>
inline void tridiagonalize(T* diagonal, T* beside, T* betas, T* a, int64_t n) {
  std::vector<T> product(static_cast<size_t>(n));
  T* const p = product.data();
  for (int64_t k = 0; k + 1 < n; k++) {
    const int64_t m = n - k - 1;
    T* const v = a + k * n + k + 1;
    diagonal[k] = a[k * n + k];
    const T beta = reflect(v, m, beside[k]);
    betas[k] = beta;
    if (beta == 0) continue;
    const int64_t grain = std::max<int64_t>(1, kGrainNumbers / m);
    parallelFor(m, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) p[i] = beta * dot(a + (k + 1 + i) * n + k + 1, v, m);
    });
    subtractMultiple(p, beta / 2 * dot(p, v, m), v, m);
    parallelFor(m, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) subtractTwo(a + (k + 1 + i) * n + k + 1, v[i], p, p[i], v, m);
    });
  }
  diagonal[n - 1] = a[n * n - 1];
}

// The transpose of the product of all reflections.
template <class T>
inline void accumulate(T* vectors, const T* a, const T* betas, int64_t n) {
  std::fill_n(vectors, n * n, T(0));
  for (int64_t i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (int64_t k = n - 2; k >= 0; k--) {
    if (betas[k] == 0) continue;
    const int64_t m = n - k - 1;
    const T* const v = a + k * n + k + 1;
    parallelFor(m, std::max<int64_t>(1, kGrainNumbers / m), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        T* const row = vectors + (k + 1 + i) * n + k + 1;
        subtractMultiple(row, betas[k] * dot(row, v, m), v, m);
      }
    });
  }
}

template <class T>
struct Rotation {
  T cosine, sine;
};

// Turns rows first + i and first + i + 1 for i from count - 1 down to 0, some columns at a time.
template <class T>
inline void rotateRows(T* vectors, int64_t n, int64_t first, const Rotation<T>* rotations, int64_t count) {
  constexpr int64_t kColumns = 64;
  parallelFor((n + kColumns - 1) / kColumns, std::max<int64_t>(1, kGrainNumbers / (kColumns * (count + 1))),
              [&](int64_t begin, int64_t end) {
                for (int64_t block = begin; block < end; block++) {
                  const int64_t column = block * kColumns, width = std::min(kColumns, n - column);
                  for (int64_t i = count - 1; i >= 0; i--) {
                    T* const upper = vectors + (first + i) * n + column;
                    T* const lower = upper + n;
                    const Vec<T> c = Vec<T>::set1(rotations[i].cosine), s = Vec<T>::set1(rotations[i].sine);
                    forEachVector<T>(width, [&](int64_t j, int lanes) {
                      const Vec<T> x = loadLanes(upper + j, lanes), y = loadLanes(lower + j, lanes);
                      storeLanes(fma(s, x, c * y), lower + j, lanes);
                      storeLanes(fnma(s, y, c * x), upper + j, lanes);
                    });
                  }
                }
              });
}

template <class T>
inline bool diagonalize(T* d, T* e, T* vectors, int64_t n) {
  constexpr int kMostSteps = 60;
  const T epsilon = std::numeric_limits<T>::epsilon();
  std::vector<Rotation<T>> rotations(static_cast<size_t>(n));
  e[n - 1] = 0;
  for (int64_t low = 0; low < n; low++) {
    for (int step = 0;; step++) {
      int64_t high = low;
      while (high + 1 < n && std::fabs(e[high]) > epsilon * (std::fabs(d[high]) + std::fabs(d[high + 1]))) high++;
      if (high == low) break;
      if (step == kMostSteps) return false;
      T g = (d[low + 1] - d[low]) / (2 * e[low]);
      T r = std::hypot(g, T(1));
      g = d[high] - d[low] + e[low] / (g + std::copysign(r, g));
      T s = 1, c = 1, p = 0;
      int64_t i = high - 1;
      for (; i >= low; i--) {
        const T f = s * e[i], b = c * e[i];
        r = std::hypot(f, g);
        e[i + 1] = r;
        if (r == 0) {
          d[i + 1] -= p;
          e[high] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        rotations[static_cast<size_t>(i - low)] = {c, s};
      }
      const int64_t last = i + 1;
      rotateRows(vectors, n, last, rotations.data() + (last - low), high - last);
      if (i >= low) continue;
      d[low] -= p;
      e[low] = g;
      e[high] = 0;
    }
  }
  return true;
}

template <class T>
inline bool symmetricEigen(T* values, T* vectors, T* matrix, int64_t n) {
  if (n == 0) return true;
  std::vector<T> room(static_cast<size_t>(3 * n));
  T* const d = room.data();
  T* const e = d + n;
  T* const betas = e + n;
  tridiagonalize(d, e, betas, matrix, n);
  accumulate(vectors, matrix, betas, n);
  if (!diagonalize(d, e, vectors, n)) return false;
  std::vector<int64_t> order(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; i++) order[static_cast<size_t>(i)] = i;
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return d[a] > d[b]; });
  std::copy_n(vectors, n * n, matrix);
  for (int64_t i = 0; i < n; i++) {
    values[i] = d[order[static_cast<size_t>(i)]];
    std::copy_n(matrix + order[static_cast<size_t>(i)] * n, n, vectors + i * n);
  }
  return true;
}

}  // namespace eigen
}  // namespace lutra::LUTRA_NS

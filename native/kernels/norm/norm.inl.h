// Target code of norm.h. Root-mean-square normalisation is layer normalisation without centring.
namespace lutra::LUTRA_NS::norms {

// Outputs of this size and up are written around the cache: reading every line of the output first takes longer than
// whoever reads the output next gains by finding it in the cache. One thread gains up to two fifths from kAroundFrom on
// and nobody who reads the output loses; on several threads the reader would. The gradient of x, for which two arrays
// are read, gains a quarter to a half; y gains up to a fifth where rows are long, and loses where they are short.
constexpr int64_t kStreamFrom = 3 * 512 * 1024, kStreamGradientsFrom = 1024 * 1024;
constexpr int64_t kStreamRowsFrom = 1536;

// Whether rows of n go around the cache, on several threads `from` a size on: they must be whole, aligned vectors, and
// a vector a whole line. Backward goes through several rows in step: where a line takes two stores, those of other rows
// come between, and it leaves half full (1120x512 on a Zen 3: 1.6 ms through the cache, 3.4 around it).
template <class T>
bool streamsRows(const T* out, int64_t rows, int64_t n, int64_t from) {
  if (Vec<T>::W * sizeof(T) < 64) return false;
  const bool whole = n * static_cast<int64_t>(sizeof(T)) % 64 == 0 && reinterpret_cast<uintptr_t>(out) % 64 == 0;
  return whole && goesAroundCache(out, rows * n, sizeof(T), aroundFrom(from));
}

template <class T>
LUTRA_INLINE void put(Vec<T> v, T* p, int lanes, bool streams) {
  if (streams) {
    v.stream(p);
  } else {
    storeLanes(v, p, lanes);
  }
}

template <class T>
LUTRA_INLINE T rowSum(const T* x, int64_t n) {
  using V = Vec<T>;
  V a = V::zero(), b = V::zero(), c = V::zero(), d = V::zero();
  int64_t j = 0;
  for (; j + 4 * V::W <= n; j += 4 * V::W) {
    a = a + V::load(x + j);
    b = b + V::load(x + j + V::W);
    c = c + V::load(x + j + 2 * V::W);
    d = d + V::load(x + j + 3 * V::W);
  }
  for (; j + V::W <= n; j += V::W) a = a + V::load(x + j);
  if (j < n) b = b + V::loadN(x + j, static_cast<int>(n - j));
  return sum((a + b) + (c + d));
}

// The sum of (x - centre)².
template <class T>
LUTRA_INLINE T rowSumOfSquares(const T* x, T centre, int64_t n) {
  using V = Vec<T>;
  const V middle = V::set1(centre);
  V a = V::zero(), b = V::zero(), c = V::zero(), d = V::zero();
  const auto add = [middle](V x, V& total) {
    const V difference = x - middle;
    total = fma(difference, difference, total);
  };
  int64_t j = 0;
  for (; j + 4 * V::W <= n; j += 4 * V::W) {
    add(V::load(x + j), a);
    add(V::load(x + j + V::W), b);
    add(V::load(x + j + 2 * V::W), c);
    add(V::load(x + j + 3 * V::W), d);
  }
  for (; j + V::W <= n; j += V::W) add(V::load(x + j), a);
  T total = sum((a + b) + (c + d));
  // Lanes past the end would count as centre²: the last few go one by one.
  for (; j < n; j++) total += (x[j] - centre) * (x[j] - centre);
  return total;
}

// mean is null for root-mean-square normalisation, which doesn't centre.
template <class T>
void normalise(T* y, T* mean, T* rstd, const T* x, const T* weight, const T* bias, double eps, int64_t rows,
               int64_t n) {
  using V = Vec<T>;
  const bool streams = n * static_cast<int64_t>(sizeof(T)) >= kStreamRowsFrom && streamsRows(y, rows, n, kStreamFrom);
  parallelFor(rows, 1 + 8192 / (n + 1), [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T* const in = x + i * n;
      T* const out = y + i * n;
      const T centre = mean == nullptr ? T(0) : rowSum(in, n) / static_cast<T>(n);
      const T variance = rowSumOfSquares(in, centre, n) / static_cast<T>(n);
      const T scale = T(1) / std::sqrt(variance + static_cast<T>(eps));
      if (mean != nullptr) mean[i] = centre;
      rstd[i] = scale;
      const V middle = V::set1(centre), by = V::set1(scale);
      forEachVector<T>(n, [=](int64_t j, int lanes) {
        V v = (loadLanes(in + j, lanes) - middle) * by;
        if (weight != nullptr) v = v * loadLanes(weight + j, lanes);
        if (bias != nullptr) v = v + loadLanes(bias + j, lanes);
        put(v, out + j, lanes, streams);
      });
    }
    if (streams) finishWritingAround();
  });
}

// Gradients of kRows rows from row i on. The rows share each load and store of the sums.
template <class T, int kRows, bool kSums, bool kStreams>
void normBackwardRows(const NormGradients<T>& p, int64_t i) {
  using V = Vec<T>;
  const int64_t n = p.n;
  const T* const dy = p.dy + i * n;
  const T* const x = p.x + i * n;
  V middle[kRows], scale[kRows], shift[kRows], slope[kRows];
  for (int r = 0; r < kRows; r++) {
    const V centre = V::set1(p.mean == nullptr ? T(0) : p.mean[i + r]), by = V::set1(p.rstd[i + r]);
    middle[r] = centre;
    scale[r] = by;
    shift[r] = slope[r] = V::zero();
    if (p.dx == nullptr) continue;
    V total = V::zero(), product = V::zero();
    forEachVector<T>(n, [&](int64_t j, int lanes) {
      V g = loadLanes(dy + r * n + j, lanes);
      if (p.weight != nullptr) g = g * loadLanes(p.weight + j, lanes);
      total = total + g;
      product = fma(g, (loadLanes(x + r * n + j, lanes) - centre) * by, product);
    });
    shift[r] = V::set1(p.mean == nullptr ? T(0) : sum(total) / static_cast<T>(n));
    slope[r] = V::set1(sum(product) / static_cast<T>(n));
  }
  forEachVector<T>(n, [&](int64_t j, int lanes) {
    const V factor = p.weight == nullptr ? V::set1(T(1)) : loadLanes(p.weight + j, lanes);
    V dweight = V::zero(), dbias = V::zero();
    for (int r = 0; r < kRows; r++) {
      const V g = loadLanes(dy + r * n + j, lanes);
      const V h = (loadLanes(x + r * n + j, lanes) - middle[r]) * scale[r];
      if (kSums) {
        dweight = fma(g, h, dweight);
        dbias = dbias + g;
      }
      if (p.dx != nullptr) {
        put(scale[r] * fnma(h, slope[r], g * factor - shift[r]), p.dx + (i + r) * n + j, lanes, kStreams);
      }
    }
    if (kSums && p.dweight != nullptr) storeLanes(loadLanes(p.dweight + j, lanes) + dweight, p.dweight + j, lanes);
    if (kSums && p.dbias != nullptr) storeLanes(loadLanes(p.dbias + j, lanes) + dbias, p.dbias + j, lanes);
  });
}

template <class T, bool kSums, bool kStreams>
void normBackwardRange(const NormGradients<T>& p, int64_t begin, int64_t end) {
  int64_t i = begin;
  if (p.n * static_cast<int64_t>(sizeof(T)) % 4096 == 0) {
    // Rows of whole pages lie in the same places of the cache, where those of four would push each other out.
    for (; i + 2 <= end; i += 2) normBackwardRows<T, 2, kSums, kStreams>(p, i);
  } else {
    for (; i + 4 <= end; i += 4) normBackwardRows<T, 4, kSums, kStreams>(p, i);
  }
  for (; i < end; i++) normBackwardRows<T, 1, kSums, kStreams>(p, i);
  if (kStreams) finishWritingAround();
}

template <class T>
void normBackward(const NormGradients<T>& whole, int64_t rows) {
  const int64_t n = whole.n;
  const bool streams = whole.dx != nullptr && streamsRows(whole.dx, rows, n, kStreamGradientsFrom);
  if (whole.dweight == nullptr && whole.dbias == nullptr) {
    const auto range = streams ? &normBackwardRange<T, false, true> : &normBackwardRange<T, false, false>;
    parallelFor(rows, 4 * (1 + 2048 / (n + 1)), [&](int64_t begin, int64_t end) { range(whole, begin, end); });
    return;
  }
  // At most 32 chunks, so that their sums stay small beside x, of whole fours and at least 16 rows.
  const int64_t chunkRows = std::max<int64_t>(16, (rows + 127) / 128 * 4);
  const int64_t chunks = std::max<int64_t>(1, (rows + chunkRows - 1) / chunkRows);
  const auto range = streams ? &normBackwardRange<T, true, true> : &normBackwardRange<T, true, false>;
  T* const sums = scratch<T>(Scratch::partials, 2 * chunks * n);
  parallelFor(chunks, 1 + 8192 / (chunkRows * n + 1), [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c++) {
      NormGradients<T> p = whole;
      p.dweight = whole.dweight == nullptr ? nullptr : sums + 2 * c * n;
      p.dbias = whole.dbias == nullptr ? nullptr : sums + (2 * c + 1) * n;
      std::fill(sums + 2 * c * n, sums + 2 * (c + 1) * n, T(0));
      range(p, c * chunkRows, std::min(rows, (c + 1) * chunkRows));
    }
  });
  const auto addUp = [&](T* out, const T* parts) {
    forEachVector<T>(n, [&](int64_t j, int lanes) {
      Vec<T> total = Vec<T>::zero();
      for (int64_t c = 0; c < chunks; c++) total = total + loadLanes(parts + 2 * c * n + j, lanes);
      storeLanes(total, out + j, lanes);
    });
  };
  if (whole.dweight != nullptr) addUp(whole.dweight, sums);
  if (whole.dbias != nullptr) addUp(whole.dbias, sums + n);
}

}  // namespace lutra::LUTRA_NS::norms

// Target code of adafactor.h. Sums are made in pieces that hang on the shape alone and added in order, in double: the
// bits don't depend on the number of threads.
namespace lutra::LUTRA_NS {

// Numbers that are summed in T before they are added to a double.
constexpr int64_t kSumBlock = 1024;

// from + share (to - from) as torch.lerp computes it: from the nearer end.
template <class T>
LUTRA_INLINE T lerpOne(T from, T to, T share) {
  return std::fabs(share) < T(0.5) ? from + share * (to - from) : to - (to - from) * (1 - share);
}

// Calls fn(vector, place, count) for the vectors of [0, n), the last of which may be shorter.
template <class T, class Fn>
LUTRA_INLINE void eachVector(int64_t n, Fn fn) {
  int64_t j = 0;
  for (; j + Vec<T>::W <= n; j += Vec<T>::W) fn(j, static_cast<int>(Vec<T>::W));
  if (j < n) fn(j, static_cast<int>(n - j));
}

template <class T>
LUTRA_INLINE Vec<T> loadSome(const T* x, int n) {
  return n == Vec<T>::W ? Vec<T>::load(x) : Vec<T>::loadN(x, n);
}
template <class T>
LUTRA_INLINE void storeSome(Vec<T> v, T* x, int n) {
  if (n == Vec<T>::W) {
    v.store(x);
  } else {
    v.storeN(x, n);
  }
}

// Adds the squares of one row to `columns`; returns their sum.
template <class T>
LUTRA_INLINE double addSquares(const T* row, T* columns, int64_t n) {
  double total = 0;
  for (int64_t begin = 0; begin < n; begin += kSumBlock) {
    Vec<T> sums = Vec<T>::zero();
    eachVector<T>(std::min(kSumBlock, n - begin), [&](int64_t j, int count) {
      const Vec<T> x = loadSome(row + begin + j, count), square = x * x;
      sums = sums + square;
      T* const at = columns + begin + j;
      storeSome(loadSome(at, count) + square, at, count);
    });
    total += static_cast<double>(sum(sums));
  }
  return total;
}

// One matrix's row means, and the sums of its columns' squares in double.
template <class T>
void squareMeans(const T* gradient, T* rowMeans, double* columnSums, int64_t rows, int64_t columns, T share) {
  constexpr int64_t kRowsInT = 64;  // rows whose squares are summed in T
  const int64_t piece = std::max<int64_t>(256, (rows + 63) / 64), pieces = (rows + piece - 1) / piece;
  std::vector<double> partial(static_cast<size_t>(pieces * columns));
  double* const partialSums = partial.data();
  parallelFor(pieces, std::max<int64_t>(1, 16384 / (piece * columns)), [=](int64_t begin, int64_t end) {
    std::vector<T> buffer(static_cast<size_t>(columns));
    T* const sums = buffer.data();
    for (int64_t p = begin; p < end; p++) {
      double* const out = partialSums + p * columns;
      const int64_t last = std::min(rows, (p + 1) * piece);
      for (int64_t first = p * piece; first < last; first += kRowsInT) {
        std::fill(sums, sums + columns, T(0));
        for (int64_t i = first; i < std::min(last, first + kRowsInT); i++) {
          const double mean = addSquares(gradient + i * columns, sums, columns) / static_cast<double>(columns);
          rowMeans[i] = lerpOne(rowMeans[i], static_cast<T>(mean), share);
        }
        for (int64_t j = 0; j < columns; j++) out[j] += static_cast<double>(sums[j]);
      }
    }
  });
  for (int64_t p = 0; p < pieces; p++) {
    for (int64_t j = 0; j < columns; j++) columnSums[j] += partialSums[p * columns + j];
  }
}

// g / sqrt(max(factor * columns, floor)), or with One of the columns alone.
template <class T>
LUTRA_INLINE Vec<T> scaledGradient(Vec<T> g, Vec<T> variance, Vec<T> floor) {
  return g / sqrt(maximum(variance, floor));
}

// Steps on numbers whose sizes are known when all have been seen: the weight's RMS, the update's.
struct AdafactorRates {
  double alpha;
  double decay;
  double floor;

  template <class T>
  static AdafactorRates of(const T* weight, int64_t n, const AdafactorOptions& o) {
    const double rms = std::sqrt(sumOfPowers<T>(weight, n, 2.0) / static_cast<double>(n));
    const double rho = std::min(o.lr, 1 / std::sqrt(o.step));
    return {(rms > o.eps2 ? rms : o.eps2) * rho, 1 - o.lr * o.weightDecay, o.eps1 * o.eps1};
  }

  // The factor of U, from the sum of its squares.
  double factor(double squares, int64_t n, const AdafactorOptions& o) const {
    const double rms = std::sqrt(squares / static_cast<double>(n)) / o.d;
    return (o.maximize ? alpha : -alpha) / (rms > 1 ? rms : 1);
  }
};

template <class T>
void adafactorMatrix(T* weight, T* rowMeans, T* columnMeans, const T* gradient, int64_t matrices, int64_t rows,
                     int64_t columns, const AdafactorOptions& options) {
  const int64_t size = rows * columns, n = matrices * size, allRows = matrices * rows;
  if (n == 0) return;
  const AdafactorRates rates = AdafactorRates::of(weight, n, options);
  const T share = static_cast<T>(options.share);
  std::vector<T> factors(static_cast<size_t>(allRows));
  for (int64_t m = 0; m < matrices; m++) {
    std::vector<double> sums(static_cast<size_t>(columns));
    T* const means = rowMeans + m * rows;
    squareMeans(gradient + m * size, means, sums.data(), rows, columns, share);
    for (int64_t j = 0; j < columns; j++) {
      T& mean = columnMeans[m * columns + j];
      mean = lerpOne(mean, static_cast<T>(sums[static_cast<size_t>(j)] / static_cast<double>(rows)), share);
    }
    double total = 0;
    for (int64_t i = 0; i < rows; i++) total += static_cast<double>(means[i]);
    const double mean = std::max(total / static_cast<double>(rows), options.eps1);
    for (int64_t i = 0; i < rows; i++) {
      factors[static_cast<size_t>(m * rows + i)] = static_cast<T>(static_cast<double>(means[i]) / mean);
    }
  }
  const T* const factor = factors.data();
  const int64_t grain = std::max<int64_t>(1, 8192 / columns);
  const Vec<T> floor = constant<T>(rates.floor);
  std::vector<double> squares(static_cast<size_t>(allRows));
  double* const rowSquares = squares.data();
  parallelFor(allRows, grain, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T* const g = gradient + i * columns;
      const T* const column = columnMeans + i / rows * columns;
      const Vec<T> row = Vec<T>::set1(factor[i]);
      double total = 0;
      for (int64_t first = 0; first < columns; first += kSumBlock) {
        Vec<T> sums = Vec<T>::zero();
        eachVector<T>(std::min(kSumBlock, columns - first), [&](int64_t j, int count) {
          const Vec<T> x = loadSome(g + first + j, count);
          const Vec<T> u = scaledGradient(x, row * loadSome(column + first + j, count), floor);
          sums = fma(u, u, sums);
        });
        total += static_cast<double>(sum(sums));
      }
      rowSquares[i] = total;
    }
  });
  double total = 0;
  for (const double square : squares) total += square;
  const Vec<T> rate = constant<T>(rates.factor(total, n, options)), decay = constant<T>(rates.decay);
  parallelFor(allRows, grain, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T* const g = gradient + i * columns;
      T* const w = weight + i * columns;
      const T* const column = columnMeans + i / rows * columns;
      const Vec<T> row = Vec<T>::set1(factor[i]);
      eachVector<T>(columns, [&](int64_t j, int count) {
        const Vec<T> u = scaledGradient(loadSome(g + j, count), row * loadSome(column + j, count), floor);
        storeSome(fma(rate, u, loadSome(w + j, count) * decay), w + j, count);
      });
    }
  });
}

template <class T>
void adafactorVector(T* weight, T* variance, const T* gradient, int64_t n, const AdafactorOptions& options) {
  if (n == 0) return;
  const AdafactorRates rates = AdafactorRates::of(weight, n, options);
  const T share = static_cast<T>(options.share);
  const Vec<T> floor = constant<T>(rates.floor), near = Vec<T>::set1(share), far = Vec<T>::set1(1 - share);
  const bool fromNear = std::fabs(share) < T(0.5);
  const int64_t blocks = (n + kSumBlock - 1) / kSumBlock;
  std::vector<double> squares(static_cast<size_t>(blocks));
  double* const blockSquares = squares.data();
  parallelFor(blocks, 8, [=](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) {
      const int64_t first = b * kSumBlock;
      Vec<T> sums = Vec<T>::zero();
      eachVector<T>(std::min(kSumBlock, n - first), [&](int64_t j, int count) {
        const Vec<T> g = loadSome(gradient + first + j, count), old = loadSome(variance + first + j, count);
        const Vec<T> change = g * g - old, mean = fromNear ? fma(near, change, old) : g * g - change * far;
        storeSome(mean, variance + first + j, count);
        const Vec<T> u = scaledGradient(g, mean, floor);
        sums = fma(u, u, sums);
      });
      blockSquares[b] = static_cast<double>(sum(sums));
    }
  });
  double total = 0;
  for (const double square : squares) total += square;
  const Vec<T> rate = constant<T>(rates.factor(total, n, options)), decay = constant<T>(rates.decay);
  parallelFor(blocks, 8, [=](int64_t begin, int64_t end) {
    const int64_t first = begin * kSumBlock;
    eachVector<T>(std::min(end * kSumBlock, n) - first, [&](int64_t j, int count) {
      const Vec<T> u =
          scaledGradient(loadSome(gradient + first + j, count), loadSome(variance + first + j, count), floor);
      T* const w = weight + first + j;
      storeSome(fma(rate, u, loadSome(w, count) * decay), w, count);
    });
  });
}

}  // namespace lutra::LUTRA_NS

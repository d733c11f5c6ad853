// Target code of clip.h.
namespace lutra::LUTRA_NS {

constexpr int64_t kNormBlock = 4096;

// The sum of term(x) over one block, in four interleaved vector accumulators.
template <class T, class Term>
LUTRA_INLINE double sumBlock(const T* x, int64_t n, Term term) {
  using V = Vec<T>;
  V sums[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  int64_t j = 0;
  for (; j + 4 * V::W <= n; j += 4 * V::W) {
    for (int k = 0; k < 4; k++) sums[k] = term(sums[k], V::load(x + j + k * V::W));
  }
  for (; j < n; j += V::W) sums[0] = term(sums[0], V::loadN(x + j, static_cast<int>(std::min<int64_t>(V::W, n - j))));
  return static_cast<double>(sum((sums[0] + sums[1]) + (sums[2] + sums[3])));
}

template <class T>
double blockPower(const T* x, int64_t n, double p) {
  using V = Vec<T>;
  if (p == 2.0) return sumBlock(x, n, [](V s, V v) { return fma(v, v, s); });
  if (p == 1.0) return sumBlock(x, n, [](V s, V v) { return s + abs(v); });
  double total = 0;
  for (int64_t j = 0; j < n; j++) {
    const double magnitude = std::fabs(static_cast<double>(x[j]));
    if (std::isinf(p)) {
      if (magnitude > total || std::isnan(magnitude)) total = magnitude;
    } else {
      total += p == 0.0 ? (magnitude != 0.0 ? 1.0 : 0.0) : std::pow(magnitude, p);
    }
  }
  return total;
}

template <class T>
double sumOfPowers(const T* x, int64_t n, double p) {
  const int64_t blocks = (n + kNormBlock - 1) / kNormBlock;
  if (blocks <= 1) return n > 0 ? blockPower(x, n, p) : 0.0;
  std::vector<double> partial(static_cast<size_t>(blocks));
  double* const out = partial.data();
  parallelFor(blocks, 8, [=](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; b++) {
      out[b] = blockPower(x + b * kNormBlock, std::min(kNormBlock, n - b * kNormBlock), p);
    }
  });
  double total = 0;
  for (int64_t b = 0; b < blocks; b++) {
    if (std::isinf(p)) {
      if (out[b] > total || std::isnan(out[b])) total = out[b];
    } else {
      total += out[b];
    }
  }
  return total;
}

template <class T, class Fn>
void mapInPlace(T* x, int64_t n, Fn fn) {
  using V = Vec<T>;
  parallelFor(n, 16384, [=](int64_t begin, int64_t end) {
    int64_t j = begin;
    for (; j + V::W <= end; j += V::W) fn(V::load(x + j)).store(x + j);
    const int tail = static_cast<int>(end - j);
    if (tail > 0) fn(V::loadN(x + j, tail)).storeN(x + j, tail);
  });
}

template <class T>
void scaleInPlace(T* x, int64_t n, double factor) {
  const Vec<T> by = constant<T>(factor);
  mapInPlace(x, n, [=](Vec<T> v) { return v * by; });
}

template <class T>
void clampInPlace(T* x, int64_t n, double limit) {
  const Vec<T> high = constant<T>(limit), low = constant<T>(-limit);
  mapInPlace(x, n, [=](Vec<T> v) { return min(high, max(low, v)); });
}

}  // namespace lutra::LUTRA_NS

namespace lutra::LUTRA_NS::channels {

// Rows of single elements are added up in blocks, so that long batches keep their precision.
constexpr int64_t kBlock = 256;

LUTRA_INLINE int64_t grainOf(int64_t elements) { return 1 + 8192 / (elements + 1); }

template <class T>
LUTRA_INLINE T orOne(const T* weight, int64_t c) {
  return weight == nullptr ? T(1) : weight[c];
}

template <class T>
LUTRA_INLINE T orZero(const T* bias, int64_t c) {
  return bias == nullptr ? T(0) : bias[c];
}

template <class T>
LUTRA_INLINE Vec<T> loadOr(const T* p, T otherwise, int64_t j, int lanes) {
  return p == nullptr ? Vec<T>::set1(otherwise) : loadLanes(p + j, lanes);
}

template <class T>
T rowSum(const T* x, int64_t n) {
  using V = Vec<T>;
  V a = V::zero(), b = V::zero();
  int64_t j = 0;
  for (; j + 2 * V::W <= n; j += 2 * V::W) {
    a = a + V::load(x + j);
    b = b + V::load(x + j + V::W);
  }
  if (j + V::W <= n) {
    a = a + V::load(x + j);
    j += V::W;
  }
  if (j < n) b = b + V::loadN(x + j, static_cast<int>(n - j));
  return sum(a + b);
}

// The sum of (x - centre)².
template <class T>
T rowSumOfSquares(const T* x, T centre, int64_t n) {
  using V = Vec<T>;
  const V middle = V::set1(centre);
  V a = V::zero(), b = V::zero();
  int64_t j = 0;
  for (; j + 2 * V::W <= n; j += 2 * V::W) {
    const V first = V::load(x + j) - middle, second = V::load(x + j + V::W) - middle;
    a = fma(first, first, a);
    b = fma(second, second, b);
  }
  if (j + V::W <= n) {
    const V first = V::load(x + j) - middle;
    a = fma(first, first, a);
    j += V::W;
  }
  T total = sum(a + b);
  // Lanes past the end would count as centre²: the last few go one by one.
  for (; j < n; j++) total += (x[j] - centre) * (x[j] - centre);
  return total;
}

// The sums of dy and of dy · (x - centre).
template <class T>
LUTRA_INLINE void rowSums(const T* dy, const T* x, T centre, int64_t n, double& plain, double& product) {
  using V = Vec<T>;
  const V middle = V::set1(centre);
  V a = V::zero(), b = V::zero();
  forEachVector<T>(n, [&](int64_t j, int lanes) {
    const V g = loadLanes(dy + j, lanes);
    a = a + g;
    b = fma(g, loadLanes(x + j, lanes) - middle, b);
  });
  plain += static_cast<double>(sum(a));
  product += static_cast<double>(sum(b));
}

// Columns [j, j + lanes) of a matrix of `rows` rows: the sum of what `term` makes of each row.
template <class T, class Term>
LUTRA_INLINE Vec<T> columnSum(int64_t rows, Term term) {
  using V = Vec<T>;
  V total = V::zero();
  for (int64_t n = 0; n < rows; n += kBlock) {
    V block = V::zero();
    const int64_t last = std::min(n + kBlock, rows);
    for (int64_t i = n; i < last; i++) block = block + term(i);
    total = total + block;
  }
  return total;
}

// Calls each(c, lanes) for all vectors of channels.
template <class T, class Each>
void forColumns(const ChannelShape& s, Each each) {
  constexpr int64_t kWidth = Vec<T>::W;
  parallelFor((s.channels + kWidth - 1) / kWidth, grainOf(s.batch * kWidth), [&](int64_t begin, int64_t end) {
    for (int64_t c = begin * kWidth; c < std::min(end * kWidth, s.channels); c += kWidth) {
      each(c, static_cast<int>(std::min(kWidth, s.channels - c)));
    }
  });
}

template <class T>
void statistics(T* mean, T* variance, const T* x, const ChannelShape& s) {
  const T by = static_cast<T>(s.count());
  if (s.inner == 1) {
    forColumns<T>(s, [&](int64_t c, int lanes) {
      const auto row = [&](int64_t n) { return loadLanes(x + n * s.channels + c, lanes); };
      const Vec<T> centre = columnSum<T>(s.batch, row) / Vec<T>::set1(by);
      const Vec<T> squares = columnSum<T>(s.batch, [&](int64_t n) {
        const Vec<T> difference = row(n) - centre;
        return difference * difference;
      });
      storeLanes(centre, mean + c, lanes);
      storeLanes(squares / Vec<T>::set1(by), variance + c, lanes);
    });
    return;
  }
  parallelFor(s.channels, grainOf(s.count()), [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c++) {
      const auto row = [&](int64_t n) { return x + (n * s.channels + c) * s.inner; };
      double total = 0, squares = 0;
      for (int64_t n = 0; n < s.batch; n++) total += static_cast<double>(rowSum(row(n), s.inner));
      mean[c] = static_cast<T>(total / static_cast<double>(s.count()));
      for (int64_t n = 0; n < s.batch; n++) {
        squares += static_cast<double>(rowSumOfSquares(row(n), mean[c], s.inner));
      }
      variance[c] = static_cast<T>(squares / static_cast<double>(s.count()));
    }
  });
}

template <class T>
void normalise(T* y, const T* x, const T* mean, const T* rstd, const T* weight, const T* bias, const ChannelShape& s) {
  using V = Vec<T>;
  if (s.inner == 1) {
    parallelFor(s.batch, grainOf(s.channels), [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; n++) {
        forEachVector<T>(s.channels, [&](int64_t c, int lanes) {
          const V factor = loadLanes(rstd + c, lanes) * loadOr(weight, T(1), c, lanes);
          const V centred = loadLanes(x + n * s.channels + c, lanes) - loadLanes(mean + c, lanes);
          storeLanes(fma(centred, factor, loadOr(bias, T(0), c, lanes)), y + n * s.channels + c, lanes);
        });
      }
    });
    return;
  }
  parallelFor(s.batch * s.channels, grainOf(s.inner), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const int64_t c = i % s.channels;
      const V middle = V::set1(mean[c]), factor = V::set1(rstd[c] * orOne(weight, c)), shift = V::set1(orZero(bias, c));
      forEachVector<T>(s.inner, [&](int64_t j, int lanes) {
        const int64_t at = i * s.inner + j;
        storeLanes(fma(loadLanes(x + at, lanes) - middle, factor, shift), y + at, lanes);
      });
    }
  });
}

// The gradients of vectors of channels, inner being 1.
template <class T>
void columnBackward(const ChannelGradients<T>& p, const ChannelShape& s, bool training) {
  using V = Vec<T>;
  const V by = V::set1(static_cast<T>(s.count()));
  forColumns<T>(s, [&](int64_t c, int lanes) {
    const V centre = loadLanes(p.mean + c, lanes), scale = loadLanes(p.rstd + c, lanes);
    const auto grad = [&](int64_t n) { return loadLanes(p.dy + n * s.channels + c, lanes); };
    const auto normal = [&](int64_t n) { return (loadLanes(p.x + n * s.channels + c, lanes) - centre) * scale; };
    V dweight = V::zero(), dbias = V::zero();
    if (training || p.dweight != nullptr || p.dbias != nullptr) {
      dbias = columnSum<T>(s.batch, grad);
      dweight = columnSum<T>(s.batch, [&](int64_t n) { return grad(n) * normal(n); });
    }
    if (p.dbias != nullptr) storeLanes(dbias, p.dbias + c, lanes);
    if (p.dweight != nullptr) storeLanes(dweight, p.dweight + c, lanes);
    if (p.dx == nullptr) return;
    const V factor = scale * loadOr(p.weight, T(1), c, lanes), shift = dbias / by, slope = dweight / by;
    for (int64_t n = 0; n < s.batch; n++) {
      const V g = training ? fnma(normal(n), slope, grad(n) - shift) : grad(n);
      storeLanes(g * factor, p.dx + n * s.channels + c, lanes);
    }
  });
}

template <class T>
void backward(const ChannelGradients<T>& p, const ChannelShape& s, bool training) {
  using V = Vec<T>;
  if (s.inner == 1) return columnBackward(p, s, training);
  parallelFor(s.channels, grainOf(s.count()), [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; c++) {
      const T centre = p.mean[c], scale = p.rstd[c];
      double dbias = 0, product = 0;
      if (training || p.dweight != nullptr || p.dbias != nullptr) {
        for (int64_t n = 0; n < s.batch; n++) {
          const int64_t at = (n * s.channels + c) * s.inner;
          rowSums(p.dy + at, p.x + at, centre, s.inner, dbias, product);
        }
      }
      const double dweight = product * static_cast<double>(scale), by = static_cast<double>(s.count());
      if (p.dbias != nullptr) p.dbias[c] = static_cast<T>(dbias);
      if (p.dweight != nullptr) p.dweight[c] = static_cast<T>(dweight);
      if (p.dx == nullptr) continue;
      const V factor = V::set1(scale * orOne(p.weight, c)), middle = V::set1(centre);
      const V shift = V::set1(training ? static_cast<T>(dbias / by) : T(0));
      const V slope = V::set1(training ? static_cast<T>(dweight / by) * scale : T(0));
      for (int64_t n = 0; n < s.batch; n++) {
        const int64_t start = (n * s.channels + c) * s.inner;
        forEachVector<T>(s.inner, [&](int64_t j, int lanes) {
          const int64_t at = start + j;
          V g = loadLanes(p.dy + at, lanes);
          if (training) g = fnma(loadLanes(p.x + at, lanes) - middle, slope, g - shift);
          storeLanes(g * factor, p.dx + at, lanes);
        });
      }
    }
  });
}

template <class T>
void groupNormalise(T* y, T* mean, T* rstd, const T* x, const T* weight, const T* bias, double eps, int64_t groups,
                    const ChannelShape& s) {
  using V = Vec<T>;
  const int64_t channels = s.channels / groups, n = channels * s.inner;
  parallelFor(s.batch * groups, grainOf(n), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T* const in = x + i * n;
      T* const out = y + i * n;
      const T centre = rowSum(in, n) / static_cast<T>(n);
      const T scale = T(1) / std::sqrt(rowSumOfSquares(in, centre, n) / static_cast<T>(n) + static_cast<T>(eps));
      mean[i] = centre;
      rstd[i] = scale;
      const int64_t first = i % groups * channels;
      const V middle = V::set1(centre);
      if (s.inner == 1) {
        forEachVector<T>(n, [&](int64_t j, int lanes) {
          const V factor = V::set1(scale) * loadOr(weight, T(1), first + j, lanes);
          storeLanes(fma(loadLanes(in + j, lanes) - middle, factor, loadOr(bias, T(0), first + j, lanes)), out + j,
                     lanes);
        });
        continue;
      }
      for (int64_t c = 0; c < channels; c++) {
        const V factor = V::set1(scale * orOne(weight, first + c)), shift = V::set1(orZero(bias, first + c));
        forEachVector<T>(s.inner, [&](int64_t j, int lanes) {
          const int64_t at = c * s.inner + j;
          storeLanes(fma(loadLanes(in + at, lanes) - middle, factor, shift), out + at, lanes);
        });
      }
    }
  });
}

template <class T>
void groupBackward(const ChannelGradients<T>& p, int64_t groups, const ChannelShape& s) {
  using V = Vec<T>;
  const int64_t channels = s.channels / groups, n = channels * s.inner;
  // Of each item and channel: the sums of dy and of dy · h.
  T* const sums = scratch<T>(Scratch::partials, 2 * s.batch * s.channels);
  parallelFor(s.batch * groups, grainOf(n), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const T centre = p.mean[i], scale = p.rstd[i];
      const int64_t first = i % groups * channels;
      double total = 0, product = 0;
      for (int64_t c = 0; c < channels; c++) {
        const int64_t at = i * n + c * s.inner, place = i * channels + c;
        double plain = 0, weighted = 0;
        rowSums(p.dy + at, p.x + at, centre, s.inner, plain, weighted);
        weighted *= static_cast<double>(scale);
        sums[2 * place] = static_cast<T>(plain);
        sums[2 * place + 1] = static_cast<T>(weighted);
        const double weight = static_cast<double>(orOne(p.weight, first + c));
        total += plain * weight;
        product += weighted * weight;
      }
      if (p.dx == nullptr) continue;
      const V middle = V::set1(centre), by = V::set1(scale);
      const V shift = V::set1(static_cast<T>(total / static_cast<double>(n)));
      const V slope = V::set1(static_cast<T>(product / static_cast<double>(n)) * scale);
      for (int64_t c = 0; c < channels; c++) {
        const V weight = V::set1(orOne(p.weight, first + c));
        forEachVector<T>(s.inner, [&](int64_t j, int lanes) {
          const int64_t at = i * n + c * s.inner + j;
          const V g = loadLanes(p.dy + at, lanes) * weight - shift;
          storeLanes(fnma(loadLanes(p.x + at, lanes) - middle, slope, g) * by, p.dx + at, lanes);
        });
      }
    }
  });
  for (int64_t c = 0; c < s.channels; c++) {
    double dbias = 0, dweight = 0;
    for (int64_t b = 0; b < s.batch; b++) {
      dbias += static_cast<double>(sums[2 * (b * s.channels + c)]);
      dweight += static_cast<double>(sums[2 * (b * s.channels + c) + 1]);
    }
    if (p.dbias != nullptr) p.dbias[c] = static_cast<T>(dbias);
    if (p.dweight != nullptr) p.dweight[c] = static_cast<T>(dweight);
  }
}

}  // namespace lutra::LUTRA_NS::channels

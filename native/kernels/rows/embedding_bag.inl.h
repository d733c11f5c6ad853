// Target code of embedding_bag.h.
namespace lutra::LUTRA_NS {

// Tokens whose rows are added up together, in registers, a block of columns at a time.
constexpr int64_t kTokens = 8;

// A vector of stored elements, widened. The last lanes of a row are read through a buffer.
template <class S>
struct Reader {
  static LUTRA_INLINE Vec<S> load(const S* p) { return Vec<S>::load(p); }
  static LUTRA_INLINE Vec<S> loadN(const S* p, int n) { return Vec<S>::loadN(p, n); }
};
template <class S>
struct NarrowReader {
  static LUTRA_INLINE Vec<float> load(const S* p) {
    if constexpr (std::is_same_v<S, Float16Bits>) return loadFloat16(&p->bits);
    if constexpr (std::is_same_v<S, BFloat16Bits>) return loadBFloat16(&p->bits);
    if constexpr (std::is_same_v<S, int8_t>) return loadInt8(p);
  }
  static LUTRA_INLINE Vec<float> loadN(const S* p, int n) {
    S lanes[Vec<float>::W] = {};
    std::memcpy(lanes, p, static_cast<size_t>(n) * sizeof(S));
    return load(lanes);
  }
};
template <>
struct Reader<Float16Bits> : NarrowReader<Float16Bits> {};
template <>
struct Reader<BFloat16Bits> : NarrowReader<BFloat16Bits> {};
template <>
struct Reader<int8_t> : NarrowReader<int8_t> {};

template <class S>
LUTRA_INLINE void requestRow(const StoredTable<S>& table, int32_t index) {
  prefetchRow(table.values + index * table.dim, table.dim);
}

template <class S>
LUTRA_INLINE int64_t rowsAheadIn(const StoredTable<S>& table) {
  return rowsAhead(table.dim * static_cast<int64_t>(sizeof(S)));
}

// A few rows and what each counts.
template <class S>
struct Batch {
  const S* row[kTokens];
  ComputedType<S> weight[kTokens];
  int64_t size;
};

// One vector column of a batch: what was there (or zero) and the rows, divided at last.
template <bool Weighted, class S, class V, class Load>
LUTRA_INLINE V addColumn(V sum, const Batch<S>& batch, Load load) {
  for (int64_t k = 0; k < batch.size; k++) {
    const V x = load(batch.row[k]);
    sum = Weighted ? fma(x, V::set1(batch.weight[k]), sum) : sum + x;
  }
  return sum;
}

// out = (first ? 0 : out) + the batch, over divisor where that is not 0.
template <bool Weighted, class S>
LUTRA_INLINE void addBatch(ComputedType<S>* out, const Batch<S>& batch, int64_t dim, bool first,
                           ComputedType<S> divisor) {
  using V = Vec<ComputedType<S>>;
  const bool divides = divisor != 0;
  const V by = V::set1(divisor);
  int64_t j = 0;
  for (; j + 4 * V::W <= dim; j += 4 * V::W) {
    V sum[4];
    for (int u = 0; u < 4; u++) sum[u] = first ? V::zero() : V::load(out + j + u * V::W);
    for (int64_t k = 0; k < batch.size; k++) {
      const S* const row = batch.row[k] + j;
      const V weight = Weighted ? V::set1(batch.weight[k]) : V::zero();
      for (int u = 0; u < 4; u++) {
        const V x = Reader<S>::load(row + u * V::W);
        sum[u] = Weighted ? fma(x, weight, sum[u]) : sum[u] + x;
      }
    }
    for (int u = 0; u < 4; u++) (divides ? sum[u] / by : sum[u]).store(out + j + u * V::W);
  }
  for (; j + V::W <= dim; j += V::W) {
    const V start = first ? V::zero() : V::load(out + j);
    const V sum = addColumn<Weighted>(start, batch, [&](const S* row) { return Reader<S>::load(row + j); });
    (divides ? sum / by : sum).store(out + j);
  }
  if (j < dim) {
    const int n = static_cast<int>(dim - j);
    const V start = first ? V::zero() : V::loadN(out + j, n);
    const V sum = addColumn<Weighted>(start, batch, [&](const S* row) { return Reader<S>::loadN(row + j, n); });
    (divides ? sum / by : sum).storeN(out + j, n);
  }
}

template <bool Weighted, class S>
void bagSumsOf(ComputedType<S>* out, const StoredTable<S>& table, const Bags& bags, const ComputedType<S>* weights,
               bool mean) {
  using T = ComputedType<S>;
  const int64_t dim = table.dim, tokens = bags.begin[bags.bags] - bags.begin[0];
  const int64_t grain = std::max<int64_t>(1, 8192 * bags.bags / std::max<int64_t>(1, tokens * dim));
  const int64_t ahead = rowsAheadIn(table);
  parallelFor(bags.bags, grain, [&](int64_t firstBag, int64_t lastBag) {
    const int64_t last = bags.begin[lastBag];
    for (int64_t i = bags.begin[firstBag]; i < std::min(bags.begin[firstBag] + ahead, last); i++) {
      requestRow(table, bags.indices[i]);
    }
    Batch<S> batch;
    for (int64_t bag = firstBag; bag < lastBag; bag++) {
      T* const to = out + bag * dim;
      const int64_t end = bags.begin[bag + 1];
      int64_t i = bags.begin[bag], kept = 0;
      bool first = true;
      do {
        for (batch.size = 0; i < end && batch.size < kTokens; i++) {
          if (i + ahead < last) requestRow(table, bags.indices[i + ahead]);
          const int64_t row = safeIndex(bags.indices, i, table.rows);
          if (row < 0 || row == bags.padding) continue;
          batch.row[batch.size] = table.values + row * dim;
          if constexpr (Weighted) {
            T weight = weights ? weights[i] : T(1);
            if (table.factor) weight *= static_cast<T>(table.factor[row]);
            batch.weight[batch.size] = weight;
          }
          batch.size++;
        }
        kept += batch.size;
        const bool divides = mean && i == end && kept > 1;
        addBatch<Weighted>(to, batch, dim, first, divides ? static_cast<T>(kept) : T(0));
        first = false;
      } while (i < end);
    }
  });
}

template <class S>
void bagSums(ComputedType<S>* out, const StoredTable<S>& table, const Bags& bags, const ComputedType<S>* weights,
             bool mean) {
  if (table.dim <= 0 || bags.bags <= 0) return;
  if (weights || table.factor) {
    bagSumsOf<true>(out, table, bags, weights, mean);
  } else {
    bagSumsOf<false>(out, table, bags, weights, mean);
  }
}

template <class S>
void gatherStored(float* out, const StoredTable<S>& table, const int32_t* indices, int64_t count) {
  using V = Vec<float>;
  const int64_t dim = table.dim;
  if (dim <= 0) return;
  const int64_t ahead = rowsAheadIn(table);
  parallelFor(count, std::max<int64_t>(1, 8192 / dim), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < std::min(begin + ahead, end); i++) requestRow(table, indices[i]);
    for (int64_t i = begin; i < end; i++) {
      if (i + ahead < end) requestRow(table, indices[i + ahead]);
      const int64_t row = safeIndex(indices, i, table.rows);
      if (row < 0) continue;
      const S* const from = table.values + row * dim;
      float* const to = out + i * dim;
      const V factor = V::set1(table.factor ? table.factor[row] : 1.0f);  // times 1 keeps every value, -0 included
      int64_t j = 0;
      for (; j + V::W <= dim; j += V::W) (Reader<S>::load(from + j) * factor).store(to + j);
      const int tail = static_cast<int>(dim - j);
      if (tail > 0) (Reader<S>::loadN(from + j, tail) * factor).storeN(to + j, tail);
    }
  });
}

template <class S>
void bagMaxima(ComputedType<S>* out, int32_t* winner, const StoredTable<S>& table, const Bags& bags) {
  using T = ComputedType<S>;
  using V = Vec<T>;
  const int64_t dim = table.dim;
  if (dim <= 0 || bags.bags <= 0) return;
  const int64_t tokens = bags.begin[bags.bags] - bags.begin[0];
  const int64_t grain = std::max<int64_t>(1, 8192 * bags.bags / std::max<int64_t>(1, tokens * dim));
  const int64_t ahead = rowsAheadIn(table);
  parallelFor(bags.bags, grain, [&](int64_t firstBag, int64_t lastBag) {
    const int64_t last = bags.begin[lastBag];
    // A block of a row, widened, so that the comparison below is one plain loop that compilers turn into vectors.
    constexpr int64_t kBlock = 256;
    T block[kBlock + V::W];
    for (int64_t bag = firstBag; bag < lastBag; bag++) {
      T* const best = out + bag * dim;
      int32_t* const who = winner ? winner + bag * dim : nullptr;
      std::fill(best, best + dim, T(0));
      if (who) std::fill(who, who + dim, -1);
      bool first = true;
      for (int64_t i = bags.begin[bag]; i < bags.begin[bag + 1]; i++) {
        if (i + ahead < last) requestRow(table, bags.indices[i + ahead]);
        const int64_t row = safeIndex(bags.indices, i, table.rows);
        if (row < 0 || row == bags.padding) continue;
        const V factor = V::set1(table.factor ? static_cast<T>(table.factor[row]) : T(1));
        const int32_t token = static_cast<int32_t>(i);
        for (int64_t column = 0; column < dim; column += kBlock) {
          const int64_t width = std::min(kBlock, dim - column);
          const S* const from = table.values + row * dim + column;
          int64_t j = 0;
          for (; j + V::W <= width; j += V::W) (Reader<S>::load(from + j) * factor).store(block + j);
          if (j < width) (Reader<S>::loadN(from + j, static_cast<int>(width - j)) * factor).store(block + j);
          T* const LUTRA_RESTRICT b = best + column;
          if (who) {
            int32_t* const LUTRA_RESTRICT w = who + column;
            for (j = 0; j < width; j++) {
              const bool wins = first || block[j] > b[j];
              b[j] = wins ? block[j] : b[j];
              w[j] = wins ? token : w[j];
            }
          } else {
            for (j = 0; j < width; j++) b[j] = first || block[j] > b[j] ? block[j] : b[j];
          }
        }
        first = false;
      }
    }
  });
}

template <class T>
void bagWeightGradients(T* out, const T* gradient, const StoredTable<T>& table, const Bags& bags) {
  using V = Vec<T>;
  if (bags.bags <= 0) return;
  const int64_t dim = table.dim, tokens = bags.begin[bags.bags] - bags.begin[0];
  const int64_t grain = std::max<int64_t>(1, 8192 * bags.bags / std::max<int64_t>(1, tokens * dim));
  const int64_t ahead = rowsAheadIn(table);
  parallelFor(bags.bags, grain, [&](int64_t firstBag, int64_t lastBag) {
    const int64_t last = bags.begin[lastBag];
    for (int64_t bag = firstBag; bag < lastBag; bag++) {
      const T* const g = gradient + bag * dim;
      for (int64_t i = bags.begin[bag]; i < bags.begin[bag + 1]; i++) {
        if (i + ahead < last) requestRow(table, bags.indices[i + ahead]);
        const int64_t row = safeIndex(bags.indices, i, table.rows);
        if (row < 0 || row == bags.padding) {
          out[i] = T(0);
          continue;
        }
        const T* const x = table.values + row * dim;
        V sum0 = V::zero(), sum1 = V::zero();
        int64_t j = 0;
        for (; j + 2 * V::W <= dim; j += 2 * V::W) {
          sum0 = fma(V::load(x + j), V::load(g + j), sum0);
          sum1 = fma(V::load(x + j + V::W), V::load(g + j + V::W), sum1);
        }
        for (; j < dim; j += V::W) {
          const int n = static_cast<int>(std::min<int64_t>(V::W, dim - j));
          sum0 = fma(V::loadN(x + j, n), V::loadN(g + j, n), sum0);
        }
        out[i] = sum(sum0 + sum1);
      }
    }
  });
}

template <class T>
void addToWinners(T* out, const int32_t* place, const int32_t* winner, const T* gradient, int64_t bags, int64_t dim) {
  // Threads own columns: whatever the winners are, each sum has one owner and runs in the order of bags.
  const int64_t grain = bags * dim < 32768 ? std::max<int64_t>(1, dim) : 16;
  parallelFor(dim, grain, [=](int64_t begin, int64_t end) {
    for (int64_t bag = 0; bag < bags; bag++) {
      for (int64_t j = begin; j < end; j++) {
        const int32_t token = winner[bag * dim + j];
        if (token >= 0) out[place[token] * dim + j] += gradient[bag * dim + j];
      }
    }
  });
}

}  // namespace lutra::LUTRA_NS

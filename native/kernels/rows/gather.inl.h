// Target code of gather.h.
#include "memory/streamer.inl.h"

namespace lutra::LUTRA_NS {

// out += in * scale
template <bool Scaled, class T>
LUTRA_INLINE void addRow(T* LUTRA_RESTRICT out, const T* LUTRA_RESTRICT in, T scale, int64_t dim) {
  using V = Vec<T>;
  const V s = V::set1(scale);
  const auto step = [&](V sum, V x) { return Scaled ? sum + x * s : sum + x; };
  int64_t j = 0;
  for (; j + 2 * V::W <= dim; j += 2 * V::W) {
    const V a = step(V::load(out + j), V::load(in + j));
    const V b = step(V::load(out + j + V::W), V::load(in + j + V::W));
    a.store(out + j);
    b.store(out + j + V::W);
  }
  for (; j + V::W <= dim; j += V::W) step(V::load(out + j), V::load(in + j)).store(out + j);
  if (j < dim) {
    const int n = static_cast<int>(dim - j);
    step(V::loadN(out + j, n), V::loadN(in + j, n)).storeN(out + j, n);
  }
}

template <class T>
void gatherRows(T* out, const T* table, const int32_t* indices, int64_t count, int64_t rows, int64_t dim) {
  if (dim <= 0) return;
  const int64_t grain = std::max<int64_t>(1, 8192 / dim);
  const int64_t ahead = rowsAhead(dim * static_cast<int64_t>(sizeof(T)));
  const bool streams = goesAroundCache(out, count * dim, sizeof(T));
  parallelFor(count, grain, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < std::min(begin + ahead, end); i++) prefetchRow(table + indices[i] * dim, dim);
    if (streams) {
      Streamer<T> stream(out + begin * dim);
      for (int64_t i = begin; i < end; i++) {
        if (i + ahead < end) prefetchRow(table + indices[i + ahead] * dim, dim);
        stream.append(table + std::max<int64_t>(0, safeIndex(indices, i, rows)) * dim, dim);
      }
      stream.finish();
      finishWritingAround();
      return;
    }
    for (int64_t i = begin; i < end; i++) {
      if (i + ahead < end) prefetchRow(table + indices[i + ahead] * dim, dim);
      const int64_t row = safeIndex(indices, i, rows);
      if (row >= 0) copyRow(out + i * dim, table + row * dim, dim);
    }
  });
}

// Where row i of a list lies.
template <class T>
LUTRA_INLINE const T* rowOf(const RowList<T>& list, int64_t i, int64_t dim) {
  return list.values + (list.source ? list.source[i] : i) * dim;
}

// Adds to the columns [column, column + width) of the table what the list says of them: all `count` rows of it, or
// those that `positions` names.
template <bool Scaled, class T>
void addColumns(T* table, const RowList<T>& list, const int32_t* indices, const int64_t* positions, int64_t count,
                int64_t rows, int64_t dim, int64_t skip, int64_t column, int64_t width) {
  const int64_t ahead = rowsAhead(width * static_cast<int64_t>(sizeof(T)));
  const auto positionOf = [=](int64_t k) { return positions == nullptr ? k : positions[k]; };
  for (int64_t k = 0; k < count; k++) {
    if (k + ahead < count) prefetchRow(table + indices[positionOf(k + ahead)] * dim + column, width);
    const int64_t i = positionOf(k), row = safeIndex(indices, i, rows);
    if (row < 0 || row == skip) continue;
    const T scale = Scaled ? list.scale[i] : T(1);
    addRow<Scaled>(table + row * dim + column, rowOf(list, i, dim) + column, scale, width);
  }
}

// Which of so many threads owns a row. Scrambled, so that runs of frequent rows (a vocabulary sorted by frequency)
// spread.
LUTRA_INLINE uint32_t ownerOf(int32_t row, uint32_t threads) {
  return (static_cast<uint32_t>(row) * 2654435761u >> 16) * threads >> 16;
}

// Whether threads that own rows have about as much to do each, judged by a sample: not so where one row is named very
// often (the padding of short sequences), or there are few rows.
inline bool spreadsEvenly(const int32_t* indices, int64_t count, int64_t skip, uint32_t threads) {
  constexpr int64_t kSample = 512, kMostThreads = 64;
  if (threads > kMostThreads) return false;
  const int64_t sample = std::min(kSample, count);
  int64_t named[kMostThreads] = {}, most = 0;
  for (int64_t k = 0; k < sample; k++) {
    const int32_t row = indices[k * count / sample];
    if (row != skip) most = std::max(most, ++named[ownerOf(row, threads)]);
  }
  return most * threads <= sample + sample / 2;
}

// Adds to the rows that thread `part` of `parts` owns. Their positions are collected first: a branch on whose row it is
// would be mispredicted every other time, and asking for lines that another thread is writing slows both down.
template <bool Scaled, class T>
void addOwnedRows(T* table, const RowList<T>& list, const int32_t* indices, int64_t count, int64_t rows, int64_t dim,
                  int64_t skip, uint32_t part, uint32_t parts) {
  constexpr int64_t kPiece = 2048;
  int64_t positions[kPiece];
  for (int64_t begin = 0; begin < count; begin += kPiece) {
    const int64_t end = std::min(begin + kPiece, count);
    int64_t own = 0;
    for (int64_t i = begin; i < end; i++) {
      positions[own] = i;
      own += ownerOf(indices[i], parts) == part;
    }
    addColumns<Scaled>(table, list, indices, positions, own, rows, dim, skip, 0, dim);
  }
}

// Threads own rows, or, where those would be dealt out unevenly, columns in whole cache lines.
template <bool Scaled, class T>
void addRows(T* table, const RowList<T>& list, const int32_t* indices, int64_t count, int64_t rows, int64_t dim,
             int64_t skip) {
  const int64_t threads = count * dim < 32768 ? 1 : numThreads();
  if (threads == 1) {
    addColumns<Scaled>(table, list, indices, nullptr, count, rows, dim, skip, 0, dim);
    return;
  }
  const auto parts = static_cast<uint32_t>(threads);
  constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(T));
  const int64_t width = ((dim + threads - 1) / threads + kLine - 1) / kLine * kLine;
  if (width < 4 * kLine || spreadsEvenly(indices, count, skip, parts)) {
    parallelFor(threads, 1, [=](int64_t begin, int64_t end) {
      for (int64_t part = begin; part < end; part++) {
        addOwnedRows<Scaled>(table, list, indices, count, rows, dim, skip, static_cast<uint32_t>(part), parts);
      }
    });
    return;
  }
  parallelFor((dim + width - 1) / width, 1, [=](int64_t begin, int64_t end) {
    const int64_t column = begin * width;
    addColumns<Scaled>(table, list, indices, nullptr, count, rows, dim, skip, column,
                       std::min(end * width, dim) - column);
  });
}

template <class T>
void scatterAddRows(T* table, const RowList<T>& list, const int32_t* indices, int64_t count, int64_t rows, int64_t dim,
                    int64_t skip) {
  if (dim <= 0) return;
  if (list.scale) {
    addRows<true>(table, list, indices, count, rows, dim, skip);
  } else {
    addRows<false>(table, list, indices, count, rows, dim, skip);
  }
}

template <class T>
void scatterRows(T* table, const RowList<T>& list, const int32_t* indices, int64_t count, int64_t rows, int64_t dim,
                 int64_t skip) {
  constexpr int64_t kPiece = 1 << 16;
  parallelFor(rows * dim, kPiece, [=](int64_t begin, int64_t end) {
    std::memset(table + begin, 0, static_cast<size_t>(end - begin) * sizeof(T));
  });
  LUTRA_NS::scatterAddRows(table, list, indices, count, rows, dim, skip);
}

// out = in * scale
template <class T>
LUTRA_INLINE void scaleRow(T* out, const T* in, T scale, int64_t dim) {
  using V = Vec<T>;
  const V s = V::set1(scale);
  int64_t j = 0;
  for (; j + V::W <= dim; j += V::W) (V::load(in + j) * s).store(out + j);
  if (j < dim) (V::loadN(in + j, static_cast<int>(dim - j)) * s).storeN(out + j, static_cast<int>(dim - j));
}

// out = the sum of the group's rows in the order of positions.
template <bool Scaled, class T>
LUTRA_INLINE void sumGroup(T* out, const RowList<T>& list, const IndexGroups& g, int64_t group, int64_t dim) {
  const int32_t begin = g.begin[group], end = g.begin[group + 1];
  const T* const first = rowOf(list, g.order[begin], dim);
  if constexpr (Scaled) {
    scaleRow(out, first, list.scale[g.order[begin]], dim);
  } else {
    copyRow(out, first, dim);
  }
  for (int32_t k = begin + 1; k < end; k++) {
    const T scale = Scaled ? list.scale[g.order[k]] : T(1);
    addRow<Scaled>(out, rowOf(list, g.order[k], dim), scale, dim);
  }
}

template <class T>
int64_t coalesceRows(int32_t* outIndices, T* outValues, const int32_t* indices, const RowList<T>& list, int64_t count,
                     int64_t rows, int64_t dim, int64_t skip) {
  const IndexGroups g = groupIndices(indices, count, rows, skip);
  std::copy(g.index, g.index + g.groups, outIndices);
  if (dim <= 0) return g.groups;
  const int64_t positions = g.begin[g.groups], inAdvance = rowsAhead(dim * static_cast<int64_t>(sizeof(T)));
  parallelFor(g.groups, std::max<int64_t>(1, 8192 / dim), [=](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; group++) {
      const int64_t ahead = g.begin[group] + inAdvance;
      if (ahead < positions) prefetchRow(rowOf(list, g.order[ahead], dim), dim);
      if (list.scale) {
        sumGroup<true>(outValues + group * dim, list, g, group, dim);
      } else {
        sumGroup<false>(outValues + group * dim, list, g, group, dim);
      }
    }
  });
  return g.groups;
}

template <class T>
double rowNorm(const T* row, int64_t dim, double p) {
  using V = Vec<T>;
  if (p == 2.0) {
    V sum0 = V::zero(), sum1 = V::zero();
    int64_t j = 0;
    for (; j + 2 * V::W <= dim; j += 2 * V::W) {
      const V a = V::load(row + j), b = V::load(row + j + V::W);
      sum0 = fma(a, a, sum0);
      sum1 = fma(b, b, sum1);
    }
    for (; j < dim; j += V::W) {
      const V a = V::loadN(row + j, static_cast<int>(std::min<int64_t>(V::W, dim - j)));
      sum0 = fma(a, a, sum0);
    }
    return std::sqrt(static_cast<double>(sum(sum0 + sum1)));
  }
  double total = 0;
  if (std::isinf(p)) {
    total = p > 0 ? 0 : std::numeric_limits<double>::infinity();
    for (int64_t j = 0; j < dim; j++) {
      const double x = std::fabs(static_cast<double>(row[j]));
      if ((p > 0 ? x > total : x < total) || std::isnan(x)) total = x;
    }
    return total;
  }
  for (int64_t j = 0; j < dim; j++) {
    const double x = std::fabs(static_cast<double>(row[j]));
    total += p == 1.0 ? x : p == 0.0 ? (x != 0.0 ? 1.0 : 0.0) : std::pow(x, p);
  }
  return p == 1.0 || p == 0.0 ? total : std::pow(total, 1.0 / p);
}

template <class T>
bool renormRows(T* table, const int32_t* indices, int64_t count, int64_t rows, int64_t dim, double maxNorm, double p) {
  const IndexGroups g = groupIndices(indices, count, rows, -1);
  std::atomic<bool> changed{false};
  const int64_t ahead = rowsAhead(dim * static_cast<int64_t>(sizeof(T)));
  parallelFor(g.groups, std::max<int64_t>(1, 4096 / std::max<int64_t>(1, dim)),
              [=, &changed](int64_t begin, int64_t end) {
                for (int64_t group = begin; group < end; group++) {
                  if (group + ahead < end) prefetchRow(table + g.index[group + ahead] * dim, dim);
                  T* const row = table + g.index[group] * dim;
                  const double norm = rowNorm(row, dim, p);
                  if (!(norm > maxNorm)) continue;
                  changed.store(true, std::memory_order_relaxed);
                  const T scale = static_cast<T>(maxNorm / (norm + 1e-7));
                  for (int64_t j = 0; j < dim; j++) row[j] *= scale;
                }
              });
  return changed.load();
}

}  // namespace lutra::LUTRA_NS

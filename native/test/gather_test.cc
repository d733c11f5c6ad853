// Lookup, scatter-add, coalescing and renormalisation against plain loops: every instruction set, sizes around the
// vector width, unaligned starts, guard values around every output, and the same bits for any number of threads.
#include "kernels/rows/gather.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include "kernels/rows/indices.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/random_values.h"

using namespace lutra;
using lutra::test::generator;
using lutra::test::Guarded;
using lutra::test::randomValues;

namespace {

// Half of the indices come from a tenth of the table, so that there are duplicates.
std::vector<int32_t> randomIndices(int64_t count, int64_t rows) {
  std::vector<int32_t> v(static_cast<size_t>(count));
  for (int32_t& x : v) {
    const int64_t limit = generator() % 2 ? rows : std::max<int64_t>(1, rows / 10);
    x = static_cast<int32_t>(static_cast<int64_t>(generator()) % limit);
  }
  return v;
}

// Sums of a list's rows by index, into a dense table and coalesced.
template <class T>
void testSums(const RowList<T>& list, const std::vector<int32_t>& indices,
              const std::map<int32_t, int32_t>& occurrences, int64_t rows, int64_t dim, int64_t skip, int offset) {
  const int64_t count = static_cast<int64_t>(indices.size());
  const auto element = [&](int64_t i, int64_t j) {
    const T value = list.values[(list.source ? list.source[i] : i) * dim + j];
    return list.scale ? value * list.scale[i] : value;
  };
  std::vector<T> expected(static_cast<size_t>(rows * dim), T(0));
  for (int64_t i = 0; i < count; i++) {
    if (indices[i] == skip) continue;
    for (int64_t j = 0; j < dim; j++) expected[indices[i] * dim + j] += element(i, j);
  }
  Guarded<T> dense(rows * dim, offset);  // poisoned: scatterRows must overwrite all of it
  scatterRows<T>(dense.data(), list, indices.data(), count, rows, dim, skip);
  CHECK(std::memcmp(dense.data(), expected.data(), expected.size() * sizeof(T)) == 0);
  CHECK(dense.intact());
  scatterAddRows<T>(dense.data(), list, indices.data(), count, rows, dim, skip);
  bool close = true;
  for (int64_t i = 0; i < rows * dim; i++) close &= std::fabs(dense[i] - 2 * expected[i]) <= 1e-4;
  CHECK(close);
  CHECK(dense.intact());

  Guarded<T> sums(count * dim, offset);
  std::vector<int32_t> distinct(static_cast<size_t>(count), -7);
  const int64_t groups = coalesceRows<T>(distinct.data(), sums.data(), indices.data(), list, count, rows, dim, skip);
  CHECK(groups == static_cast<int64_t>(occurrences.size()) - (skip >= 0));
  std::map<int32_t, std::vector<T>> reference;
  for (int64_t i = 0; i < count; i++) {
    if (indices[i] == skip) continue;
    std::vector<T>& row = reference[indices[i]];
    const bool first = row.empty();
    if (first) row.resize(static_cast<size_t>(dim));
    for (int64_t j = 0; j < dim; j++) row[j] = first ? element(i, j) : row[j] + element(i, j);
  }
  int64_t g = 0;
  for (const auto& [index, row] : reference) {
    CHECK(distinct[g] == index);
    CHECK(std::memcmp(sums.data() + g * dim, row.data(), row.size() * sizeof(T)) == 0);
    g++;
  }
  CHECK(sums.intact());
}

template <class T>
void testSizes(int64_t count, int64_t rows, int64_t dim, int offset) {
  const std::vector<T> table = randomValues<T>(rows * dim), values = randomValues<T>(count * dim);
  const std::vector<int32_t> indices = randomIndices(count, rows);
  const int64_t skip = offset % 2 ? indices[0] : -1;
  CHECK(findBadIndex(indices.data(), count, rows) == -1);

  Guarded<T> out(count * dim, offset);
  gatherRows<T>(out.data(), table.data(), indices.data(), count, rows, dim);
  bool same = true;
  for (int64_t i = 0; i < count * dim; i++) same &= out[i] == table[indices[i / dim] * dim + i % dim];
  CHECK(same);
  CHECK(out.intact());

  std::vector<T> scale(static_cast<size_t>(count), T(1));
  divideByFrequency<T>(scale.data(), indices.data(), count, rows);
  std::map<int32_t, int32_t> occurrences;
  for (int32_t index : indices) occurrences[index]++;
  for (int64_t i = 0; i < count; i++) CHECK(scale[i] == T(1) / static_cast<T>(occurrences[indices[i]]));

  // Every second row twice, as the tokens of bags of two.
  std::vector<int32_t> source(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; i++) source[i] = static_cast<int32_t>(i / 2);

  for (const bool scaled : {false, true}) {
    CASE(scaled);
    for (const bool shared : {false, true}) {
      CASE(shared);
      const RowList<T> list{values.data(), shared ? source.data() : nullptr, scaled ? scale.data() : nullptr};
      testSums(list, indices, occurrences, rows, dim, skip, offset);
    }
  }
}
template <class T>
double plainNorm(const T* row, int64_t dim, double p) {
  double total = 0;
  for (int64_t j = 0; j < dim; j++) {
    const double x = std::fabs(static_cast<double>(row[j]));
    total = std::isinf(p) ? std::fmax(total, x) : total + std::pow(x, p);
  }
  return std::isinf(p) ? total : std::pow(total, 1 / p);
}

template <class T>
void testRenorm(int64_t dim, double p) {
  const int64_t rows = 40, count = 30;
  const double maxNorm = p == 1 ? 3.0 : 1.0;
  const std::vector<T> table = randomValues<T>(rows * dim);
  const std::vector<int32_t> indices = randomIndices(count, rows);
  std::vector<bool> touched(rows);
  for (int32_t index : indices) touched[static_cast<size_t>(index)] = true;
  Guarded<T> out(rows * dim, 3);
  std::copy(table.begin(), table.end(), out.data());
  const bool changed = renormRows<T>(out.data(), indices.data(), count, rows, dim, maxNorm, p);
  CHECK(changed == !std::equal(table.begin(), table.end(), out.data()));
  bool close = true;
  for (int64_t r = 0; r < rows; r++) {
    const double norm = plainNorm(table.data() + r * dim, dim, p);
    const double scale = touched[static_cast<size_t>(r)] && norm > maxNorm ? maxNorm / (norm + 1e-7) : 1.0;
    for (int64_t j = 0; j < dim; j++) {
      const double x = table[r * dim + j] * scale;
      close &= std::fabs(out[r * dim + j] - x) <= 2e-6 * std::fabs(x) && (scale != 1.0 || out[r * dim + j] == x);
    }
  }
  CHECK(close);
  CHECK(out.intact());
}

template <class T>
void testThreads(int64_t count, int64_t rows, int64_t dim) {
  const std::vector<T> table = randomValues<T>(rows * dim), values = randomValues<T>(count * dim);
  const std::vector<int32_t> indices = randomIndices(count, rows);
  std::vector<std::vector<T>> results;
  for (int threads : {1, 2, 8}) {
    CASE(threads);
    setNumThreads(threads);
    std::vector<T> all(table);
    scatterAddRows<T>(all.data(), RowList<T>{values.data()}, indices.data(), count, rows, dim, 5);
    std::vector<T> sums(static_cast<size_t>(count * dim), T(0)), rowsOut(static_cast<size_t>(count * dim));
    std::vector<int32_t> distinct(static_cast<size_t>(count));
    coalesceRows<T>(distinct.data(), sums.data(), indices.data(), RowList<T>{values.data()}, count, rows, dim, 5);
    gatherRows<T>(rowsOut.data(), all.data(), indices.data(), count, rows, dim);
    all.insert(all.end(), sums.begin(), sums.end());
    all.insert(all.end(), rowsOut.begin(), rowsOut.end());
    results.push_back(all);
  }
  for (const auto& r : results) CHECK(std::memcmp(r.data(), results[0].data(), r.size() * sizeof(T)) == 0);
  setNumThreads(2);
}

template <class T>
void testAll() {
  const int W = 64 / static_cast<int>(sizeof(T));
  for (int64_t dim : {1, 2, 3, W - 1, W, W + 1, 2 * W + 3, 67, 131}) {
    CASE(dim);
    for (int offset = 0; offset < 16; offset++) testSizes<T>(1 + offset * 17, 29 + offset * 150, dim, offset);
    for (double p : {2.0, 1.0, 3.0, std::numeric_limits<double>::infinity()}) testRenorm<T>(dim, p);
  }
  testSizes<T>(5000, 3000, 20, 1);
  // Large enough to be written around the cache, from every start.
  for (int offset = 0; offset < 16; offset++) testSizes<T>(2000 + offset, 300, 131, offset);
  testThreads<T>(4000, 700, 10);
  testThreads<T>(4000, 700, 300);
  // Threads own rows, but with so few rows columns.
  testThreads<T>(4000, 700, 600);
  testThreads<T>(4000, 2, 600);
}

void testIndices() {
  std::vector<int32_t> indices(5000, 3);
  CHECK(findBadIndex(indices.data(), 5000, 4) == -1);
  CHECK(findBadIndex(indices.data(), 5000, 3) == 0);
  indices[4999] = -1;
  CHECK(findBadIndex(indices.data(), 5000, 4) == 4999);
  indices[1023] = 4;
  CHECK(findBadIndex(indices.data(), 5000, 4) == 1023);
  CHECK(findBadIndex(indices.data(), 0, 0) == -1);
  CHECK(groupIndices(nullptr, 0, 10, -1).groups == 0);
  // Bad indices are refused before a kernel runs; should they change later, they are left out.
  float table[4] = {1, 2, 3, 4}, out[6] = {9, 9, 9, 9, 9, 9};
  const int32_t bad[3] = {1, 2, -1};
  gatherRows<float>(out, table, bad, 3, 2, 2);
  CHECK(out[0] == 3 && out[1] == 4 && out[2] == 9 && out[5] == 9);
  const int64_t big[] = {1, 2047, 2048, 2049, 4194303, 4194304, 2147483647};
  for (int64_t size : big) {
    CASE(size);
    std::vector<int32_t> list = randomIndices(1000, size);
    const IndexGroups g = groupIndices(list.data(), 1000, size, -1);
    for (int64_t i = 1; i < g.groups; i++) CHECK(g.index[i] > g.index[i - 1]);
    CHECK(g.begin[g.groups] == 1000);
    for (int64_t i = 0; i < g.groups; i++) {
      for (int32_t k = g.begin[i]; k < g.begin[i + 1]; k++) {
        CHECK(list[static_cast<size_t>(g.order[k])] == g.index[i]);
        CHECK(k == g.begin[i] || g.order[k] > g.order[k - 1]);
      }
    }
  }
}

}  // namespace

int main() {
  generator.seed(7);
  testIndices();
  for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("gather on %s\n", isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  return lutra::test::finish("gather_test");
}

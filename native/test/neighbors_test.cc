// The nearest rows and ranks of rows against plain loops in double: sizes around the vector width and the blocks, every
// instruction set, several threads, guards; graphs of neighbours against a map.
#include "kernels/projections/neighbors.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "kernels/projections/graph.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/random_values.h"
#include "threads/thread_pool.h"

using namespace lutra;
using lutra::test::generator;
using lutra::test::Guarded;
using lutra::test::randomValues;

namespace {

// Squared distances of row i in double, with the rows; itself left out.
template <class T>
std::vector<std::pair<double, int32_t>> distances(const std::vector<T>& x, int64_t rows, int64_t dim, int64_t i) {
  std::vector<std::pair<double, int32_t>> all;
  for (int64_t j = 0; j < rows; j++) {
    if (j == i) continue;
    double square = 0;
    for (int64_t d = 0; d < dim; d++) {
      const double difference = static_cast<double>(x[static_cast<size_t>(i * dim + d)]) -
                                static_cast<double>(x[static_cast<size_t>(j * dim + d)]);
      square += difference * difference;
    }
    all.emplace_back(square, static_cast<int32_t>(j));
  }
  std::sort(all.begin(), all.end());
  return all;
}

// Rows of whole numbers have exact products, so that ties are ties on both sides.
template <class T>
std::vector<T> wholeNumbers(int64_t n) {
  std::vector<T> v(static_cast<size_t>(n));
  for (T& x : v) x = static_cast<T>(static_cast<int>(generator() % 7) - 3);
  return v;
}

template <class T>
void testRows(const std::vector<T>& x, int64_t rows, int64_t dim, int64_t k, bool exact) {
  const int64_t begin = rows / 5, end = rows - rows / 7;
  for (const int threads : {1, 3}) {
    setNumThreads(threads);
    CASE(test::typeName<T>(), rows, dim, k, threads);
    Guarded<T> halves(rows, 1);
    halfSquaredLengths<T>(halves.data(), x.data(), dim, 0, rows);
    CHECK(halves.intact());
    const int64_t kept = std::min(rows - 1, k + 9);
    Guarded<int32_t> indices(rows * k, 1), ranks((end - begin) * k, 2), found(rows * kept, 1);
    Guarded<T> squares(rows * k, 3), scores(rows * kept, 1);
    std::fill_n(scores.data(), rows * kept, std::numeric_limits<T>::infinity());
    const PointTable<T> points = {x.data(), halves.data(), rows, dim};
    for (int64_t column = 0; column < rows; column += kScanned) {
      scanRows<T>(found.data(), scores.data(), points, kept, begin, end, column, std::min(kScanned, rows - column));
    }
    nearestRows<T>(indices.data(), squares.data(), found.data(), points, kept, k, begin, end);
    CHECK(indices.intact() && squares.intact() && found.intact() && scores.intact());
    std::vector<int32_t> near(static_cast<size_t>(rows * k));
    for (int32_t& other : near) other = static_cast<int32_t>(generator() % static_cast<uint64_t>(rows));
    for (int64_t i = 0; i < rows; i++) {
      // A row is not its own neighbour.
      for (int64_t j = 0; j < k; j++) {
        int32_t& other = near[static_cast<size_t>(i * k + j)];
        if (other == i) other = static_cast<int32_t>((i + 1) % rows);
      }
    }
    ranksOfRows<T>(ranks.data(), near.data(), points, k, begin, end);
    CHECK(ranks.intact());
    for (int64_t i = begin; i < end; i++) {
      const auto wanted = distances(x, rows, dim, i);
      for (int64_t j = 0; j < k; j++) {
        const double square = wanted[static_cast<size_t>(j)].first;
        CHECK(std::fabs(static_cast<double>(squares[i * k + j]) - square) <= 1e-5 * (square + 1e-3));
        if (exact) CHECK(indices[i * k + j] == wanted[static_cast<size_t>(j)].second);
        if (!exact) continue;
        const int32_t other = near[static_cast<size_t>(i * k + j)];
        const auto found =
            std::find_if(wanted.begin(), wanted.end(), [&](const auto& pair) { return pair.second == other; });
        CHECK(ranks[(i - begin) * k + j] == static_cast<int32_t>(found - wanted.begin()));
      }
    }
  }
}

// The best rows of queries by their products, which of rows of whole numbers, of length 1 or not, are exact.
template <class T>
void testQueries(int64_t queries, int64_t rows, int64_t dim, int64_t kept) {
  const std::vector<T> q = wholeNumbers<T>(queries * dim), x = wholeNumbers<T>(rows * dim);
  std::vector<T> factors(static_cast<size_t>(rows));
  for (int64_t i = 0; i < rows; i++) factors[static_cast<size_t>(i)] = static_cast<T>(i % 3) / 2;
  for (const int threads : {1, 3}) {
    setNumThreads(threads);
    CASE(test::typeName<T>(), queries, rows, dim, kept, threads);
    Guarded<int32_t> found(queries * kept, 1);
    Guarded<T> scores(queries * kept, 1);
    std::fill_n(scores.data(), queries * kept, std::numeric_limits<T>::infinity());
    for (int64_t first = 0; first < rows; first += kScanned) {
      const int64_t count = std::min(kScanned, rows - first);
      scanQueries<T>(found.data(), scores.data(), q.data(), queries, x.data() + first * dim, factors.data() + first,
                     dim, kept, first, count);
    }
    CHECK(found.intact() && scores.intact());
    for (int64_t i = 0; i < queries; i++) {
      std::vector<std::pair<double, int32_t>> wanted;
      for (int64_t j = 0; j < rows; j++) {
        double product = 0;
        for (int64_t d = 0; d < dim; d++)
          product += static_cast<double>(q[static_cast<size_t>(i * dim + d)] * x[static_cast<size_t>(j * dim + d)]);
        wanted.emplace_back(-product * static_cast<double>(factors[static_cast<size_t>(j)]), static_cast<int32_t>(j));
      }
      std::sort(wanted.begin(), wanted.end());
      for (int64_t j = 0; j < kept; j++) {
        CHECK(static_cast<double>(scores[i * kept + j]) == wanted[static_cast<size_t>(j)].first);
        CHECK(found[i * kept + j] == wanted[static_cast<size_t>(j)].second);
      }
    }
  }
}

template <class T>
void testAll() {
  for (const int64_t queries : {1, 7, 33, 70}) {
    for (const int64_t rows : {1, 17, 131, 2000}) testQueries<T>(queries, rows, 5, std::min<int64_t>(rows, 9));
  }
  for (const int64_t rows : {2, 5, 33, 70, 131}) {
    for (const int64_t dim : {1, 3, 17, 40}) {
      for (const int64_t k : {int64_t{1}, std::min<int64_t>(rows - 1, 6), rows - 1}) {
        testRows(wholeNumbers<T>(rows * dim), rows, dim, k, true);
        testRows(randomValues<T>(rows * dim), rows, dim, k, false);
      }
    }
  }
  testRows(wholeNumbers<T>(1300 * 5), 1300, 5, 4, true);
  std::vector<T> same(60 * 4, T(0.1));
  testRows(same, 60, 4, 3, false);
}

void testGraph(int64_t rows, int64_t k, graph::Union how) {
  CASE(rows, k);
  std::vector<int32_t> indices;
  std::vector<float> weights;
  std::map<std::pair<int64_t, int64_t>, float> directed;
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t j = 0; j < k; j++) {
      const int64_t other = (i + 1 + j * j) % rows;
      const float weight = static_cast<float>(generator() % 1000) / 1000;
      indices.push_back(static_cast<int32_t>(other));
      weights.push_back(weight);
      directed[{i, other}] = weight;
    }
  }
  std::vector<int32_t> counts(static_cast<size_t>(rows)), starts(static_cast<size_t>(rows + 1));
  graph::countNamed(counts.data(), indices.data(), rows, k, 0, rows / 2);
  graph::countNamed(counts.data(), indices.data(), rows, k, rows / 2, rows);
  for (size_t i = 0; i < counts.size(); i++) starts[i + 1] = starts[i] + counts[i];
  const int64_t total = starts.back();
  CHECK(total == rows * k);
  Guarded<int32_t> sources(total), out(rows * k + total), ends(rows);
  Guarded<float> sourceWeights(total), outWeights(rows * k + total);
  std::vector<int32_t> cursors(starts.begin(), starts.end() - 1);
  for (const int64_t at : {int64_t{0}, rows / 3}) {
    graph::collectNamed(sources.data(), sourceWeights.data(), cursors.data(), indices.data(), weights.data(), rows, k,
                        at, at == 0 ? rows / 3 : rows, total);
  }
  const graph::Directed joined = {
      indices.data(), weights.data(), starts.data(), sources.data(), sourceWeights.data(), rows, k, total};
  setNumThreads(3);
  graph::join(out.data(), outWeights.data(), ends.data(), joined, how, 0, rows / 2);
  graph::join(out.data(), outWeights.data(), ends.data(), joined, how, rows / 2, rows);
  CHECK(sources.intact() && sourceWeights.intact() && out.intact() && outWeights.intact() && ends.intact());
  for (int64_t i = 0; i < rows; i++) {
    std::map<int64_t, float> wanted;
    for (int64_t j = 0; j < rows; j++) {
      const auto there = directed.find({i, j}), back = directed.find({j, i});
      if (there == directed.end() && back == directed.end()) continue;
      const float a = there == directed.end() ? 0 : there->second, b = back == directed.end() ? 0 : back->second;
      wanted[j] = how == graph::Union::sum ? a + b : a + b - a * b;
    }
    const int64_t begin = i * k + starts[static_cast<size_t>(i)];
    CHECK(ends[i] - begin == static_cast<int64_t>(wanted.size()));
    int64_t at = begin;
    for (const auto& [other, weight] : wanted) {
      CHECK(out[at] == other && outWeights[at] == weight);
      at++;
    }
  }
}

}  // namespace

int main() {
  generator.seed(11);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!setIsa(isa)) continue;
    CASE(isaName(isa));
    testAll<float>();
    testAll<double>();
  }
  for (const graph::Union how : {graph::Union::sum, graph::Union::fuzzy}) {
    testGraph(23, 4, how);
    testGraph(700, 3, how);
  }
  // What names rows that are not there is passed over.
  std::vector<int32_t> counts(3), broken = {5, -1, 2};
  graph::countNamed(counts.data(), broken.data(), 3, 1, 0, 3);
  CHECK(counts[2] == 1 && counts[0] == 0);
  return test::finish("neighbors_test");
}

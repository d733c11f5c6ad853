// UMAP's memberships, products with the graph and one epoch against plain loops in double: every instruction set,
// several threads, points in one place, lists of different lengths.
#include "kernels/projections/umap.h"

#include <algorithm>
#include <cmath>
#include <vector>

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

template <class T>
void testMemberships(int64_t rows, int64_t k, bool equal) {
  CASE(test::typeName<T>(), rows, k, equal);
  std::vector<T> distances(static_cast<size_t>(rows * k));
  for (T& d : distances) d = equal ? T(2) : static_cast<T>(generator() % 1000) / 100;
  for (int64_t i = 0; i < rows; i++) std::sort(distances.begin() + i * k, distances.begin() + (i + 1) * k);
  Guarded<T> weights(rows * k, 1);
  fuzzyRows<T>(weights.data(), distances.data(), rows, k, 5.0);
  CHECK(weights.intact());
  for (int64_t i = 0; i < rows; i++) {
    double rho = 0, sum = 0, mean = 0;
    for (int64_t j = 0; j < k; j++) {
      const double d = static_cast<double>(distances[static_cast<size_t>(i * k + j)]);
      if (rho == 0 && d > 0) rho = d;
      mean += d / static_cast<double>(k + 1);
      sum += static_cast<double>(weights[i * k + j]);
    }
    int64_t nearest = 0;
    for (int64_t j = 0; j < k; j++) {
      const double d = static_cast<double>(distances[static_cast<size_t>(i * k + j)]);
      if (d > rho) continue;
      CHECK(weights[i * k + j] == T(1));
      nearest++;
    }
    const double wanted = std::log2(static_cast<double>(k + 1));
    // Where too many are nearest, no scale has that sum.
    if (static_cast<double>(nearest) < wanted - 0.01) CHECK(std::fabs(sum - wanted) < 1e-3);
    const double last = static_cast<double>(distances[static_cast<size_t>(i * k + k - 1)]);
    if (static_cast<double>(nearest) >= wanted && last > rho) {
      CHECK(std::fabs(static_cast<double>(weights[i * k + k - 1]) -
                      std::exp(-(last - rho) / (1e-3 * (rho > 0 ? mean : 5.0)))) < 1e-4);
    }
  }
}

struct Lists {
  std::vector<int32_t> indices, starts, ends;
  std::vector<float> weights;
  umap::Edges edges;
};

Lists randomLists(int64_t points, int64_t k) {
  Lists lists;
  for (int64_t i = 0; i < points; i++) {
    lists.starts.push_back(static_cast<int32_t>(2 * i));
    const int64_t begin = i * k + 2 * i, length = static_cast<int64_t>(generator() % static_cast<uint64_t>(k + 3));
    lists.ends.push_back(static_cast<int32_t>(begin + length));
    lists.indices.resize(static_cast<size_t>(begin + k + 2), -5);
    lists.weights.resize(static_cast<size_t>(begin + k + 2), 1e9f);
    for (int64_t e = begin; e < begin + length; e++) {
      lists.indices[static_cast<size_t>(e)] = static_cast<int32_t>(generator() % static_cast<uint64_t>(points));
      lists.weights[static_cast<size_t>(e)] = static_cast<float>(generator() % 1000 + 1) / 1000;
    }
  }
  lists.edges = {lists.indices.data(),
                 lists.weights.data(),
                 lists.starts.data(),
                 lists.ends.data(),
                 k,
                 static_cast<int64_t>(lists.indices.size()),
                 points};
  return lists;
}

template <class T>
void testProduct(int64_t points, int64_t k, int64_t width) {
  CASE(test::typeName<T>(), points, k, width);
  const Lists lists = randomLists(points, k);
  const std::vector<T> x = randomValues<T>(points * width), previous = randomValues<T>(points * width),
                       scales = randomValues<T>(points);
  Guarded<T> out(points * width, 1);
  graphProduct<T>(out.data(), x.data(), previous.data(), scales.data(), lists.edges, width, 1.5, -0.5, 2, 0,
                  points / 2);
  graphProduct<T>(out.data(), x.data(), previous.data(), scales.data(), lists.edges, width, 1.5, -0.5, 2, points / 2,
                  points);
  CHECK(out.intact());
  for (int64_t i = 0; i < points; i++) {
    for (int64_t c = 0; c < width; c++) {
      double sum = 0;
      for (int64_t e = i * k + 2 * i; e < lists.ends[static_cast<size_t>(i)]; e++) {
        const auto j = static_cast<size_t>(lists.indices[static_cast<size_t>(e)]);
        sum += static_cast<double>(lists.weights[static_cast<size_t>(e)]) * static_cast<double>(scales[j]) *
               static_cast<double>(x[j * static_cast<size_t>(width) + static_cast<size_t>(c)]);
      }
      const auto at = static_cast<size_t>(i * width + c);
      const double wanted = 1.5 * static_cast<double>(scales[static_cast<size_t>(i)]) * sum -
                            0.5 * static_cast<double>(x[at]) + 2 * static_cast<double>(previous[at]);
      CHECK(std::fabs(static_cast<double>(out[i * width + c]) - wanted) < 1e-4 * (1 + std::fabs(wanted)));
    }
  }
}

// Moves points as umap.h says, in double.
std::vector<double> movedPoints(std::vector<double> y, const umap::Edges& edges, int dims, const umap::Epoch& epoch) {
  for (int64_t from = 0; from < edges.points; from += umap::kTogether) {
    std::vector<double> next = y;
    for (int64_t i = from; i < std::min(edges.points, from + umap::kTogether); i++) {
      double* const at = next.data() + i * dims;
      uint64_t state = umap::mix(epoch.seed ^ umap::mix(static_cast<uint64_t>(epoch.number * edges.points + i)));
      const auto clip = [&](double slope) { return std::min(4.0, std::max(-4.0, slope)) * epoch.rate; };
      const auto square = [&](const double* other) {
        double sum = 0;
        for (int d = 0; d < dims; d++) sum += (at[d] - other[d]) * (at[d] - other[d]);
        return sum;
      };
      for (int64_t e = i * edges.k + edges.starts[i]; e < edges.ends[i]; e++) {
        const double often = std::min(1.0, static_cast<double>(edges.weights[e]) * epoch.scale);
        const auto number = static_cast<double>(epoch.number);
        if (std::floor((number + 1) * often) == std::floor(number * often)) continue;
        const double* const other = y.data() + edges.indices[e] * dims;
        for (int twice = 0; twice < 2; twice++) {
          const double s = square(other);
          if (s == 0) continue;
          const double coefficient =
              -2 * epoch.a * epoch.b * std::pow(s, epoch.b - 1) / (1 + epoch.a * std::pow(s, epoch.b));
          for (int d = 0; d < dims; d++) at[d] += clip(coefficient * (at[d] - other[d]));
        }
        // At most 16 push at once.
        for (int64_t left = epoch.negatives; left > 0; left -= 16) {
          const std::vector<double> before(at, at + dims);
          for (int64_t draw = 0; draw < std::min<int64_t>(left, 16); draw++) {
            state += 0x9e3779b97f4a7c15u;
            const auto chosen =
                static_cast<int64_t>((umap::mix(state) >> 32) * static_cast<uint64_t>(edges.points) >> 32);
            if (chosen == i) continue;
            double s = 0;
            for (int d = 0; d < dims; d++)
              s += std::pow(before[static_cast<size_t>(d)] - y[static_cast<size_t>(chosen * dims + d)], 2);
            const double coefficient =
                2 * epoch.repulsion * epoch.b / ((0.001 + s) * (1 + epoch.a * std::pow(s, epoch.b)));
            for (int d = 0; d < dims; d++)
              at[d] += clip(coefficient * (before[static_cast<size_t>(d)] - y[static_cast<size_t>(chosen * dims + d)]));
          }
        }
      }
    }
    y = next;
  }
  return y;
}

void testEpoch(int64_t points, int dims, int64_t negatives, bool together) {
  const Lists lists = randomLists(points, 4);
  std::vector<double> start = randomValues<double>(points * dims);
  for (double& x : start) x = together ? 1 : 5 * x;
  umap::Epoch epoch = {1.577, 0.895, 0.05, 1.5, 1.1, negatives, 3, 99};
  const std::vector<double> wanted = movedPoints(start, lists.edges, dims, epoch);
  std::vector<double> first;
  for (const int threads : {1, 4}) {
    setNumThreads(threads);
    CASE(points, dims, negatives, threads);
    Guarded<double> y(points * dims);
    Guarded<float> rough(points * dims, 1);
    for (int64_t e = 0; e < points * dims; e++) {
      y.data()[e] = start[static_cast<size_t>(e)];
      rough.data()[e] = static_cast<float>(start[static_cast<size_t>(e)]);
    }
    const int64_t half = points / 2 / umap::kTogether * umap::kTogether;
    umapEpoch<double>(y.data(), lists.edges, dims, epoch, 0, half);
    umapEpoch<double>(y.data(), lists.edges, dims, epoch, half, points);
    umapEpoch<float>(rough.data(), lists.edges, dims, epoch, 0, points);
    CHECK(y.intact() && rough.intact());
    double worst = 0, worstRough = 0;
    for (int64_t e = 0; e < points * dims; e++) {
      worst = std::max(worst, std::fabs(y[e] - wanted[static_cast<size_t>(e)]));
      worstRough = std::max(worstRough, std::fabs(static_cast<double>(rough[e]) - wanted[static_cast<size_t>(e)]));
    }
    CASE(worst, worstRough);
    CHECK(worst < 1e-9);
    CHECK(worstRough < 2e-2);
    if (threads == 1) first.assign(y.data(), y.data() + points * dims);
    CHECK(std::equal(first.begin(), first.end(), y.data()));
  }
}

}  // namespace

int main() {
  generator.seed(23);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!setIsa(isa)) continue;
    CASE(isaName(isa));
    setNumThreads(3);
    for (const int64_t k : {1, 7, 14, 33}) {
      testMemberships<float>(50, k, false);
      testMemberships<double>(50, k, false);
      testMemberships<float>(5, k, true);
    }
    for (const int64_t width : {1, 5, 8, 12, 33, 64}) {
      testProduct<float>(60, 5, width);
      testProduct<double>(400, 5, width);
    }
    for (const int dims : {1, 2, 3}) {
      testEpoch(40, dims, 5, false);
      testEpoch(700, dims, 0, false);
      testEpoch(300, dims, 21, false);
      testEpoch(20, dims, 5, true);
    }
  }
  return test::finish("umap_test");
}

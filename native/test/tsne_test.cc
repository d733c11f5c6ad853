// t-SNE's probabilities, forces, steps and costs against plain loops in double: 1 to 3 dimensions, numbers of points
// around those that walk together, every instruction set, several threads, points in one place.
#include "kernels/projections/tsne.h"

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

void testPerplexity(int64_t rows, int64_t k, double perplexity, float scale) {
  CASE(rows, k, perplexity, scale);
  std::vector<float> squares(static_cast<size_t>(rows * k));
  for (float& d : squares) d = scale * static_cast<float>(generator() % 10000 + 1) / 100;
  Guarded<float> p(rows * k, 1);
  perplexityRows<float>(p.data(), squares.data(), rows, k, perplexity);
  CHECK(p.intact());
  for (int64_t i = 0; i < rows; i++) {
    double total = 0, entropy = 0;
    for (int64_t j = 0; j < k; j++) {
      const double x = p[i * k + j];
      total += x;
      if (x > 0) entropy -= x * std::log(x);
    }
    CHECK(std::fabs(total - 1) < 1e-5);
    CHECK(std::fabs(entropy - std::log(perplexity)) < 1e-4);
    // The logarithms of probabilities fall along a line.
    const double slope = (std::log(p[i * k]) - std::log(p[i * k + 1])) /
                         (squares[static_cast<size_t>(i * k)] - squares[static_cast<size_t>(i * k + 1)]);
    for (int64_t j = 2; j < k; j++) {
      if (!(p[i * k + j] > 1e-20f) || !(p[i * k] > 1e-20f) || !std::isfinite(slope)) continue;
      const double wanted =
          std::log(p[i * k]) + slope * (squares[static_cast<size_t>(i * k + j)] - squares[static_cast<size_t>(i * k)]);
      if (std::fabs(squares[static_cast<size_t>(i * k)] - squares[static_cast<size_t>(i * k + 1)]) < 0.1f * 100 * scale)
        continue;
      CHECK(std::fabs(std::log(p[i * k + j]) - wanted) < 1e-3 * (1 + std::fabs(wanted)));
    }
  }
}

struct Sums {
  std::vector<double> forces, q;
};

Sums exactSums(const std::vector<float>& y, int64_t n, int dims) {
  Sums out = {std::vector<double>(y.size()), std::vector<double>(static_cast<size_t>(n))};
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) {
      if (i == j) continue;
      double square = 0, difference[3];
      for (int d = 0; d < dims; d++) {
        difference[d] = static_cast<double>(y[static_cast<size_t>(i * dims + d)]) -
                        static_cast<double>(y[static_cast<size_t>(j * dims + d)]);
        square += difference[d] * difference[d];
      }
      const double q = 1 / (1 + square);
      out.q[static_cast<size_t>(i)] += q;
      for (int d = 0; d < dims; d++) out.forces[static_cast<size_t>(i * dims + d)] += q * q * difference[d];
    }
  }
  return out;
}

double relativeError(const float* found, const std::vector<double>& wanted) {
  double difference = 0, size = 1e-30;
  for (size_t i = 0; i < wanted.size(); i++) {
    difference += (static_cast<double>(found[i]) - wanted[i]) * (static_cast<double>(found[i]) - wanted[i]);
    size += wanted[i] * wanted[i];
  }
  return std::sqrt(difference / size);
}

void testForces(const std::vector<float>& y, int64_t n, int dims) {
  const Sums wanted = exactSums(y, n, dims);
  const int64_t padded = (n + tsne::kTogether - 1) / tsne::kTogether * tsne::kTogether;
  std::vector<tsne::Cell> cells(static_cast<size_t>(2 * n));
  std::vector<int32_t> order(static_cast<size_t>(n));
  std::vector<float> positions(static_cast<size_t>(padded * dims)), first;
  const tsne::Tree tree = {cells.data(), order.data(), positions.data(), n, dims};
  for (const int threads : {1, 4}) {
    setNumThreads(threads);
    CASE(n, dims, threads);
    const int64_t count = tsne::build(tree, y.data());
    CHECK(count >= 1 && count <= 2 * n);
    std::vector<int32_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (int64_t i = 0; i < n; i++) CHECK(sorted[static_cast<size_t>(i)] == i);
    CHECK(cells[0].mass == static_cast<float>(n) && cells[0].next == count);
    for (const double angle : {0.0, 0.5}) {
      Guarded<float> forces(n * dims, 1), sums(n, 1);
      const int64_t half = n / 2 / tsne::kTogether * tsne::kTogether;
      tsneRepulsion<float>(forces.data(), sums.data(), tree, count, angle, 0, half);
      tsneRepulsion<float>(forces.data(), sums.data(), tree, count, angle, half, n);
      CHECK(forces.intact() && sums.intact());
      const double tolerance = angle == 0 ? 1e-4 : 0.02;
      const double forceError = relativeError(forces.data(), wanted.forces);
      // The point itself was in the sum, as 1.
      double sumError = 0;
      for (int64_t i = 0; i < n; i++) {
        const double q = wanted.q[static_cast<size_t>(i)];
        sumError = std::max(sumError, std::fabs(static_cast<double>(sums[i]) - q) / (q + 1));
      }
      CASE(angle, forceError, sumError);
      CHECK(forceError <= tolerance && sumError <= tolerance);
      if (angle == 0) continue;
      if (threads == 1) first.assign(forces.data(), forces.data() + n * dims);
      CHECK(std::equal(first.begin(), first.end(), forces.data()));
    }
  }
}

void testSteps(int64_t n, int dims, int64_t k) {
  CASE(n, dims, k);
  const std::vector<float> y = randomValues<float>(n * dims), forces = randomValues<float>(n * dims);
  std::vector<int32_t> indices, starts, ends;
  std::vector<float> p;
  // Lists of different lengths with room between them.
  for (int64_t i = 0; i < n; i++) {
    starts.push_back(static_cast<int32_t>(i * 3));
    const int64_t begin = i * k + i * 3;
    const int64_t length = 1 + static_cast<int64_t>(generator() % static_cast<uint64_t>(k + 2));
    ends.push_back(static_cast<int32_t>(begin + length));
    indices.resize(static_cast<size_t>(begin + k + 3), -7);
    p.resize(static_cast<size_t>(begin + k + 3), 1e9f);
    for (int64_t e = begin; e < begin + length; e++) {
      indices[static_cast<size_t>(e)] = static_cast<int32_t>(generator() % static_cast<uint64_t>(n));
      p[static_cast<size_t>(e)] = static_cast<float>(generator() % 100 + 1) / 1000;
    }
  }
  const tsne::Affinities list = {
      indices.data(), p.data(), starts.data(), ends.data(), k, static_cast<int64_t>(p.size()), n};
  const tsne::Motion motion = {20, 0.5f, 12, 0.01f};
  const std::vector<float> steps = randomValues<float>(n * dims);
  Guarded<float> newSteps(n * dims), gains(n * dims), costs(n);
  std::copy(steps.begin(), steps.end(), newSteps.data());
  std::fill_n(gains.data(), n * dims, 0.9f);
  tsneSteps<float>(newSteps.data(), gains.data(), y.data(), forces.data(), list, dims, motion, 0, n);
  tsneCosts<float>(costs.data(), y.data(), list, dims, 250, 0, n);
  CHECK(newSteps.intact() && gains.intact() && costs.intact());
  for (int64_t i = 0; i < n; i++) {
    double attraction[3] = {}, cost = 0;
    for (int64_t e = i * k + starts[static_cast<size_t>(i)]; e < ends[static_cast<size_t>(i)]; e++) {
      const int64_t j = indices[static_cast<size_t>(e)];
      const double weight = p[static_cast<size_t>(e)];
      double square = 1;
      for (int d = 0; d < dims; d++)
        square += std::pow(static_cast<double>(y[static_cast<size_t>(i * dims + d)]) -
                               static_cast<double>(y[static_cast<size_t>(j * dims + d)]),
                           2);
      for (int d = 0; d < dims; d++)
        attraction[d] += weight / square *
                         (static_cast<double>(y[static_cast<size_t>(i * dims + d)]) -
                          static_cast<double>(y[static_cast<size_t>(j * dims + d)]));
      cost += weight * std::log(weight * 250 * square);
    }
    CHECK(std::fabs(static_cast<double>(costs[i]) - cost) < 1e-4 * (1 + std::fabs(cost)));
    for (int d = 0; d < dims; d++) {
      const auto at = static_cast<size_t>(i * dims + d);
      const double gradient = 4 * (12 * attraction[d] - 0.01f * static_cast<double>(forces[at]));
      const double gain = static_cast<double>(steps[at]) * gradient < 0 ? 0.9 + 0.2 : 0.9 * 0.8;
      const double wanted = 0.5 * static_cast<double>(steps[at]) - 20 * gain * gradient;
      CHECK(std::fabs(static_cast<double>(gains[i * dims + d]) - gain) < 1e-6);
      CHECK(std::fabs(static_cast<double>(newSteps[i * dims + d]) - wanted) < 1e-4 * (1 + std::fabs(wanted)));
    }
  }
}

}  // namespace

int main() {
  generator.seed(17);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!setIsa(isa)) continue;
    CASE(isaName(isa));
    setNumThreads(2);
    for (const float scale : {1e-4f, 1.0f, 1e4f}) {
      testPerplexity(5, 9, 3, scale);
      testPerplexity(40, 91, 30, scale);
    }
    for (const int dims : {1, 2, 3}) {
      for (const int64_t n : {1, 2, 15, 16, 17, 40, 600}) {
        std::vector<float> y = randomValues<float>(n * dims);
        for (float& x : y) x *= 20;
        testForces(y, n, dims);
      }
      testForces(std::vector<float>(static_cast<size_t>(50 * dims), 3.0f), 50, dims);
      testSteps(37, dims, 9);
    }
  }
  return test::finish("tsne_test");
}

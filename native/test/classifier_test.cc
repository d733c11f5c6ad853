// Training of classifiers against the arithmetic in double, example by example: every objective, sizes around the
// vector width, every instruction set, guard values. And nearest centroids against a search.
#include "kernels/vectors/classifier.h"

#include <cmath>
#include <vector>

#include "kernels/vectors/word2vec.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/random_values.h"
#include "threads/thread_pool.h"

using namespace lutra;
using namespace lutra::classifier;
using lutra::test::generator;
using lutra::test::Guarded;
using lutra::test::randomValues;

namespace {

using Table = std::vector<std::vector<double>>;

constexpr int64_t kRows = 11, kLabels = 5;

// Features with their weights, none twice in an example; one example has no features, one no labels.
const std::vector<int32_t> kBegin = {0, 3, 4, 4, 14, 16};
const std::vector<int32_t> kFeatures = {0, 3, 10, 5, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 2, 7};
const std::vector<int32_t> kLabelBegin = {0, 1, 2, 3, 4, 4};
const std::vector<int32_t> kExampleLabels = {4, 0, 1, 2};
const std::vector<int32_t> kNegatives(8, 3);
// Label l passes the nodes l … 4, modulo four.
const std::vector<int32_t> kPathBegin = {0, 4, 7, 9, 10, 11};
const std::vector<int32_t> kNodes = {0, 1, 2, 3, 1, 2, 3, 2, 3, 3, 0};
const std::vector<uint8_t> kCodes = {1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void outputsOf(Loss loss, int32_t label, std::vector<size_t>& rows, std::vector<double>& wanted) {
  const auto add = [&](int64_t row, double is) {
    rows.push_back(static_cast<size_t>(row));
    wanted.push_back(is);
  };
  if (loss == Loss::softmax || loss == Loss::oneVersusAll) {
    for (int32_t l = 0; l < kLabels; l++) add(l, l == label ? 1 : 0);
  } else if (loss == Loss::negativeSampling) {
    add(label, 1);
    for (int k = 0; k < 2; k++) add(3, 0);
  } else {
    const auto l = static_cast<size_t>(label);
    for (auto k = static_cast<size_t>(kPathBegin[l]); k < static_cast<size_t>(kPathBegin[l + 1]); k++) {
      add(kNodes[k], kCodes[k]);
    }
  }
}

double reference(Loss loss, Table& input, Table& output, const std::vector<float>& weights, double rate) {
  const size_t dim = input[0].size();
  double total = 0;
  for (size_t e = 0; e + 1 < kBegin.size(); e++) {
    const auto begin = static_cast<size_t>(kBegin[e]), end = static_cast<size_t>(kBegin[e + 1]);
    if (begin == end || kLabelBegin[e] == kLabelBegin[e + 1]) continue;
    std::vector<double> hidden(dim), gain(dim);
    for (size_t k = begin; k < end; k++) {
      for (size_t j = 0; j < dim; j++) hidden[j] += weights[k] * input[static_cast<size_t>(kFeatures[k])][j];
    }
    std::vector<size_t> rows;
    std::vector<double> wanted, p;
    outputsOf(loss, kExampleLabels[static_cast<size_t>(kLabelBegin[e])], rows, wanted);
    double sum = 0;
    for (const size_t row : rows) {
      double score = 0;
      for (size_t j = 0; j < dim; j++) score += hidden[j] * output[row][j];
      p.push_back(loss == Loss::softmax ? std::exp(score) : sigmoid(score));
      sum += p.back();
    }
    for (size_t k = 0; k < rows.size(); k++) {
      if (loss == Loss::softmax) p[k] /= sum;
      if (wanted[k] > 0) {
        total -= std::log(p[k]);
      } else if (loss != Loss::softmax) {
        total -= std::log(1 - p[k]);
      }
      for (size_t j = 0; j < dim; j++) {
        gain[j] += rate * (wanted[k] - p[k]) * output[rows[k]][j];
        output[rows[k]][j] += rate * (wanted[k] - p[k]) * hidden[j];
      }
    }
    for (size_t k = begin; k < end; k++) {
      for (size_t j = 0; j < dim; j++) input[static_cast<size_t>(kFeatures[k])][j] += weights[k] * gain[j];
    }
  }
  return total;
}

void testLoss(Loss loss, int64_t dim) {
  const int64_t stride = word2vec::strideOf(dim);
  Guarded<float> input(kRows * stride), output(kLabels * stride);
  Table expectedInput, expectedOutput;
  for (auto [table, expected, rows] :
       {std::tuple{&input, &expectedInput, kRows}, std::tuple{&output, &expectedOutput, kLabels}}) {
    for (int64_t r = 0; r < rows; r++) {
      const std::vector<float> row = randomValues<float>(dim);
      expected->emplace_back();
      for (int64_t j = 0; j < stride; j++) {
        table->data()[r * stride + j] = j < dim ? 0.4f * row[static_cast<size_t>(j)] : 0;
        if (j < dim) expected->back().push_back(table->data()[r * stride + j]);
      }
    }
  }
  std::vector<float> weights = randomValues<float>(static_cast<int64_t>(kFeatures.size()));
  // Scores stay small: of a probability near 1 a float holds few digits of what is left.
  for (float& weight : weights) weight /= std::sqrt(static_cast<float>(dim));
  const Examples examples = {kBegin.data(), kFeatures.data(), weights.data(), kLabelBegin.data(),
                             kExampleLabels.data()};
  const Objective objective = {
      loss,          kNegatives.data(), static_cast<int64_t>(kNegatives.size()), 2, kPathBegin.data(),
      kNodes.data(), kCodes.data()};
  const Progress done = train({input.data(), output.data(), kRows, kLabels, kLabels, dim, stride}, examples, objective,
                              {0, 5, 0.2, 0.2, 3, 1});
  const double lossOf = reference(loss, expectedInput, expectedOutput, weights, static_cast<double>(0.2f));
  CHECK(done.count == 3);
  CHECK(std::fabs(done.loss - lossOf) < 1e-4 * lossOf);
  double worst = 0;
  for (int64_t j = 0; j < stride; j++) {
    for (int64_t r = 0; r < kRows; r++) {
      const double is = j < dim ? expectedInput[static_cast<size_t>(r)][static_cast<size_t>(j)] : 0;
      worst = std::max(worst, std::fabs(input[r * stride + j] - is));
    }
    for (int64_t r = 0; r < kLabels; r++) {
      const double is = j < dim ? expectedOutput[static_cast<size_t>(r)][static_cast<size_t>(j)] : 0;
      worst = std::max(worst, std::fabs(output[r * stride + j] - is));
    }
  }
  CHECK(worst < 2e-5);
  CHECK(input.intact() && output.intact());
}

void testCentroids(int64_t dim) {
  constexpr int64_t kCount = 3000;
  const std::vector<float> points = randomValues<float>(kCount * dim), centroids = randomValues<float>(256 * dim);
  for (const int threads : {1, 3}) {
    setNumThreads(threads);
    Guarded<uint8_t> codes(kCount);
    nearestCentroids(codes.data(), points.data(), centroids.data(), kCount, dim);
    for (int64_t i = 0; i < kCount; i++) {
      const auto distance = [&](int64_t c) {
        double sum = 0;
        for (int64_t d = 0; d < dim; d++) {
          const double off = static_cast<double>(points[static_cast<size_t>(i * dim + d)]) -
                             static_cast<double>(centroids[static_cast<size_t>(c * dim + d)]);
          sum += off * off;
        }
        return sum;
      };
      double least = distance(0);
      for (int64_t c = 1; c < 256; c++) least = std::min(least, distance(c));
      CHECK(distance(codes[i]) <= least + 1e-6);
    }
    CHECK(codes.intact());
  }
}

}  // namespace

int main() {
  generator.seed(3);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!setIsa(isa)) continue;
    setNumThreads(1);
    for (const int64_t dim : {1, 7, 8, 9, 16, 33, 100, 129, 300}) {
      for (const int loss : {0, 1, 2, 3}) {
        CASE(dim, loss);
        testLoss(static_cast<Loss>(loss), dim);
      }
    }
    for (const int64_t dim : {1, 2, 3, 8}) testCentroids(dim);
  }
  return lutra::test::finish("classifier_test");
}

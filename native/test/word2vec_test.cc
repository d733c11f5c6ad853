// Training of word vectors against the arithmetic in double, word by word: skip-gram and CBOW, one negative and paths
// of a tree that are longer than a block, words of one row and of several, sizes around the vector width, every
// instruction set, guard values.
#include "kernels/vectors/word2vec.h"

#include <cmath>
#include <cstdio>
#include <vector>

#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/random_values.h"
#include "threads/thread_pool.h"

using namespace lutra;
using namespace lutra::word2vec;
using lutra::test::generator;
using lutra::test::Guarded;
using lutra::test::randomValues;

namespace {

constexpr int64_t kWords = 9, kNegative = 3, kNgrams = 4;

struct Case {
  Model model;
  bool paths;
  bool mean;
  int64_t dim;
  int window;
  bool subwords;
};

struct Paths {
  std::vector<int32_t> begin{0}, nodes;
  std::vector<uint8_t> codes;
  // Word w passes the nodes w … w + w % 9 + 1, modulo their number: some ways are longer than a block of six.
  Paths() {
    for (int32_t w = 0; w < kWords; w++) {
      for (int32_t k = 0; k <= w % 9; k++) {
        nodes.push_back((w + k) % static_cast<int32_t>(kWords));
        codes.push_back(static_cast<uint8_t>((w + k) % 2));
      }
      begin.push_back(static_cast<int32_t>(nodes.size()));
    }
  }
};

// Word w has its own row and those of up to three n-grams, which it shares with others; one row is no row of the table.
struct Lists {
  std::vector<int32_t> begin{0}, rows;
  Lists() {
    for (int32_t w = 0; w < kWords; w++) {
      rows.push_back(w);
      for (int32_t k = 0; k < w % 4; k++) rows.push_back(static_cast<int32_t>(kWords + (w + k) % kNgrams));
      if (w == 4) rows.push_back(1 << 30);
      begin.push_back(static_cast<int32_t>(rows.size()));
    }
  }
  std::vector<size_t> of(int32_t word) const {
    std::vector<size_t> found;
    for (int32_t k = begin[static_cast<size_t>(word)]; k < begin[static_cast<size_t>(word) + 1]; k++) {
      const int32_t row = rows[static_cast<size_t>(k)];
      if (row < kWords + kNgrams) found.push_back(static_cast<size_t>(row));
    }
    return found;
  }
};

using Table = std::vector<std::vector<double>>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Trains context rows against a few output rows: all products are of what was there before.
void trainRows(const std::vector<std::vector<double>*>& context, Table& output, const std::vector<int32_t>& rows,
               const std::vector<double>& labels, double rate, double& loss) {
  const size_t dim = context[0]->size();
  std::vector<std::vector<double>> step(context.size(), std::vector<double>(rows.size()));
  for (size_t i = 0; i < context.size(); i++) {
    for (size_t k = 0; k < rows.size(); k++) {
      double score = 0;
      for (size_t j = 0; j < dim; j++) score += (*context[i])[j] * output[static_cast<size_t>(rows[k])][j];
      loss -= std::log(sigmoid(labels[k] > 0 ? score : -score));
      step[i][k] = rate * (labels[k] - sigmoid(score));
    }
  }
  const Table before = output;
  for (size_t k = 0; k < rows.size(); k++) {
    for (size_t i = 0; i < context.size(); i++) {
      // Rows of a context may be one: each adds what the earlier ones have left.
      for (size_t j = 0; j < dim; j++) output[static_cast<size_t>(rows[k])][j] += step[i][k] * (*context[i])[j];
    }
  }
  for (size_t i = 0; i < context.size(); i++) {
    for (size_t k = 0; k < rows.size(); k++) {
      for (size_t j = 0; j < dim; j++) (*context[i])[j] += step[i][k] * before[static_cast<size_t>(rows[k])][j];
    }
  }
}

double reference(const Case& c, const std::vector<int32_t>& tokens, const Paths& paths, const Lists& lists,
                 Table& input, Table& output, double rate) {
  double loss = 0;
  std::vector<std::vector<int32_t>> sentences(1);
  for (const int32_t token : tokens) {
    if (token < 0) {
      sentences.emplace_back();
    } else {
      sentences.back().push_back(token);
    }
  }
  for (const auto& sentence : sentences) {
    const int n = static_cast<int>(sentence.size());
    // Of words of several rows: their means as they came into the window, and as they are now.
    Table now(sentence.size()), before(sentence.size());
    const auto leave = [&](int j) {
      const auto at = static_cast<size_t>(j);
      for (const size_t row : lists.of(sentence[at])) {
        for (size_t k = 0; k < now[at].size(); k++) input[row][k] += now[at][k] - before[at][k];
      }
    };
    for (int i = 0; i < n; i++) {
      std::vector<std::vector<double>*> context;
      std::vector<double> weights;
      if (c.subwords) {
        if (i > c.window) leave(i - c.window - 1);
        for (int j = i == 0 ? 0 : i + c.window; j < std::min(n, i + c.window + 1); j++) {
          const auto at = static_cast<size_t>(j);
          const std::vector<size_t> rows = lists.of(sentence[at]);
          now[at].assign(static_cast<size_t>(c.dim), 0);
          for (const size_t row : rows) {
            for (size_t k = 0; k < now[at].size(); k++) now[at][k] += input[row][k] / static_cast<double>(rows.size());
          }
          before[at] = now[at];
        }
      }
      for (int j = std::max(0, i - c.window); j <= std::min(n - 1, i + c.window); j++) {
        const auto at = static_cast<size_t>(j);
        if (j == i) continue;
        context.push_back(c.subwords ? &now[at] : &input[static_cast<size_t>(sentence[at])]);
        weights.push_back(c.subwords ? static_cast<double>(lists.of(sentence[at]).size()) : 1);
      }
      if (context.empty()) continue;
      const int32_t word = sentence[static_cast<size_t>(i)];
      std::vector<double> sum(static_cast<size_t>(c.dim));
      double total = 0;
      for (const double weight : weights) total += weight;
      for (size_t k = 0; k < context.size(); k++) {
        for (size_t j = 0; j < sum.size(); j++) sum[j] += (*context[k])[j] * weights[k] / (c.mean ? total : 1);
      }
      const std::vector<double> sumBefore = sum;
      const bool bag = c.model == Model::cbow;
      const std::vector<std::vector<double>*> rows = bag ? std::vector<std::vector<double>*>{&sum} : context;
      if (c.paths) {
        for (int32_t at = paths.begin[static_cast<size_t>(word)]; at < paths.begin[static_cast<size_t>(word) + 1];
             at += 6) {
          const int32_t end = std::min(at + 6, paths.begin[static_cast<size_t>(word) + 1]);
          std::vector<int32_t> nodes(paths.nodes.begin() + at, paths.nodes.begin() + end);
          std::vector<double> labels;
          for (int32_t k = at; k < end; k++) labels.push_back(paths.codes[static_cast<size_t>(k)] == 0 ? 1 : 0);
          trainRows(rows, output, nodes, labels, rate, loss);
        }
      } else if (word == kNegative) {
        trainRows(rows, output, {word}, {1}, rate, loss);
      } else {
        trainRows(rows, output, {word, kNegative}, {1, 0}, rate, loss);
      }
      if (bag) {
        for (auto* row : context) {
          for (size_t j = 0; j < sum.size(); j++) (*row)[j] += sum[j] - sumBefore[j];
        }
      }
    }
    for (int j = std::max(0, n - 1 - c.window); c.subwords && j < n; j++) leave(j);
  }
  return loss;
}

void testCase(const Case& c) {
  const int64_t stride = strideOf(c.dim);
  // No word twice in a window: of a word that is there twice, the order of additions would matter.
  const std::vector<int32_t> tokens = {0, 1, 2, 3, 4, 5, 6, 7, 8, -1, -1, 5, 3, 1, 0, -1, 2};
  const std::vector<int32_t> negatives(16, static_cast<int32_t>(kNegative));
  const Paths paths;
  const Lists lists;
  const int64_t inputRows = c.subwords ? kWords + kNgrams : kWords;
  Guarded<float> input(inputRows * stride), output(kWords * stride);
  Table expectedInput, expectedOutput;
  for (auto [table, expected] : {std::pair{&input, &expectedInput}, std::pair{&output, &expectedOutput}}) {
    for (int64_t w = 0; w < (table == &input ? inputRows : kWords); w++) {
      const std::vector<float> row = randomValues<float>(c.dim);
      for (int64_t j = 0; j < stride; j++)
        table->data()[w * stride + j] = j < c.dim ? 0.3f * row[static_cast<size_t>(j)] : 0;
      expected->emplace_back();
      for (int64_t j = 0; j < c.dim; j++) expected->back().push_back(table->data()[w * stride + j]);
    }
  }
  const Tables tables = {input.data(), output.data(), kWords, inputRows, kWords, c.dim, stride};
  Subwords subwords = {};
  if (c.subwords) subwords = {lists.begin.data(), lists.rows.data(), static_cast<int64_t>(lists.rows.size())};
  const Corpus corpus = {tokens.data(), static_cast<int64_t>(tokens.size())};
  Outputs outputs = {};
  outputs.negative = 5;
  if (c.paths) {
    outputs.begin = paths.begin.data();
    outputs.nodes = paths.nodes.data();
    outputs.codes = paths.codes.data();
    outputs.nodesCount = static_cast<int64_t>(paths.nodes.size());
  } else {
    outputs.negatives = negatives.data();
    outputs.negativesCount = static_cast<int64_t>(negatives.size());
  }
  Options options = {};
  options.model = c.model;
  options.window = c.window;
  options.mean = c.mean;
  options.threads = 1;
  options.lossEvery = 1;
  const double rate = 0.1;
  const Progress done = train(tables, subwords, corpus, outputs, options, {0, corpus.count, rate, rate, 7});
  const double loss = reference(c, tokens, paths, lists, expectedInput, expectedOutput, rate);
  double worst = std::fabs(done.loss - loss) / loss;
  for (int64_t w = 0; w < inputRows; w++) {
    for (int64_t j = 0; j < stride; j++) {
      const size_t at = static_cast<size_t>(w), column = static_cast<size_t>(j);
      worst = std::max(worst, std::fabs(input[w * stride + j] - (j < c.dim ? expectedInput[at][column] : 0)));
      if (w >= kWords) continue;
      worst = std::max(worst, std::fabs(output[w * stride + j] - (j < c.dim ? expectedOutput[at][column] : 0)));
    }
  }
  if (!(worst < 2e-5)) {
    std::fprintf(stderr, "%s, %s%s, dim %d, window %d: off by %g\n", c.model == Model::cbow ? "cbow" : "skip-gram",
                 c.paths ? "paths" : "negatives", c.subwords ? ", subwords" : "", static_cast<int>(c.dim), c.window,
                 worst);
  }
  CHECK(worst < 2e-5);
  CHECK(done.words == 13);
  CHECK(input.intact() && output.intact());
}

// Rows of two threads are shared without locks; what lies beside them is not touched, and all words are trained.
void testThreads() {
  constexpr int64_t kDim = 20, kCount = 40000;
  const int64_t stride = strideOf(kDim);
  std::vector<int32_t> tokens(kCount);
  for (int64_t i = 0; i < kCount; i++)
    tokens[static_cast<size_t>(i)] = i % 20 == 19 ? -1 : static_cast<int32_t>(generator() % kWords);
  const std::vector<int32_t> negatives = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  for (const int threads : {1, 2, 5}) {
    setNumThreads(threads);
    Guarded<float> input(kWords * stride), output(kWords * stride);
    for (int64_t j = 0; j < kWords * stride; j++) input.data()[j] = output.data()[j] = 0.01f;
    Outputs outputs = {};
    outputs.negative = 5;
    outputs.negatives = negatives.data();
    outputs.negativesCount = static_cast<int64_t>(negatives.size());
    Options options = {};
    options.window = 5;
    options.shrinkWindow = true;
    options.threads = 64;
    options.lossEvery = 1;
    const Progress done = train({input.data(), output.data(), kWords, kWords, kWords, kDim, stride}, {},
                                {tokens.data(), kCount}, outputs, options, {0, kCount, 0.05, 0.01, 3});
    CHECK(done.words == kCount / 20 * 19);
    CHECK(std::isfinite(done.loss) && done.count > done.words);
    CHECK(input.intact() && output.intact());
  }
}

}  // namespace

int main() {
  generator.seed(16);
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!setIsa(isa)) continue;
    setNumThreads(1);
    for (const Model model : {Model::skipGram, Model::cbow}) {
      for (const bool paths : {false, true}) {
        for (const int64_t dim : {1, 7, 8, 9, 16, 19, 33, 100}) {
          for (const int window : {1, 2, 3}) {
            for (const bool subwords : {false, true}) testCase({model, paths, window != 2, dim, window, subwords});
          }
        }
      }
    }
    testThreads();
  }
  return lutra::test::finish("word2vec_test");
}

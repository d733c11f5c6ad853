// Co-occurrences against plain loops, and GloVe's steps against its formulas in double: sizes around the vector width,
// every instruction set, guard values, words that the tables don't have.
#include "kernels/vectors/glove.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"
#include "test/random_values.h"
#include "threads/thread_pool.h"

using namespace lutra;
using lutra::cooccurrences::Record;
using lutra::test::generator;
using lutra::test::Guarded;

namespace {

using Pairs = std::map<std::pair<int32_t, int32_t>, double>;

bool same(const Pairs& a, const Pairs& b) {
  if (a.size() != b.size()) return false;
  return std::all_of(a.begin(), a.end(), [&](const auto& pair) {
    const auto found = b.find(pair.first);
    return found != b.end() && std::fabs(found->second - pair.second) <= 1e-12 * pair.second;
  });
}

void testCounting(bool symmetric, bool weighted, int window) {
  constexpr int64_t kWords = 12, kTokens = 700, kCapacity = 256;
  std::vector<int32_t> tokens(kTokens);
  for (int32_t& token : tokens)
    token = static_cast<int32_t>(generator() % (kWords + 2)) - 1;  // ends, and unknown words
  Pairs wanted;
  for (int64_t i = 0; i < kTokens; i++) {
    for (int64_t j = i - 1; j >= 0 && i - j <= window && tokens[static_cast<size_t>(j)] >= 0; j--) {
      const int32_t right = tokens[static_cast<size_t>(i)] + 1, left = tokens[static_cast<size_t>(j)] + 1;
      if (right < 1 || right > kWords || left > kWords) continue;
      const double weight = weighted ? 1.0 / static_cast<double>(i - j) : 1.0;
      wanted[{left, right}] += weight;
      if (symmetric) wanted[{right, left}] += weight;
    }
  }
  // Rows of 5, 4, 3, 2, 1 and no columns lie in the dense table.
  std::vector<int32_t> begin = {0, 5, 9, 12, 14, 15, 15, 15, 15, 15, 15, 15, 15};
  std::vector<double> sums(15);
  std::vector<Record> places(kCapacity, Record{0, 0, 0});
  const cooccurrences::Dense dense = {sums.data(), begin.data()};
  cooccurrences::Table table = {places.data(), kCapacity, 0};
  int64_t at = 0;
  while (at < kTokens) {
    at = cooccurrences::count(dense, table, tokens.data(), at, std::min<int64_t>(at + 100, kTokens),
                              {kWords, window, symmetric, weighted});
  }
  std::vector<Record> out(600);
  Pairs got;
  const auto take = [&](int64_t n) {
    for (int64_t k = 0; k < n; k++) {
      const Record& record = out[static_cast<size_t>(k)];
      CHECK(got.emplace(std::make_pair(record.first, record.second), record.weight).second);
    }
  };
  for (int64_t row = 0; row < kWords;) {
    const cooccurrences::Collected part = cooccurrences::collectDense(out.data(), 11, dense, row, kWords, symmetric);
    CHECK(part.reached > row);
    take(part.written);
    row = part.reached;
  }
  for (int64_t place = 0; place < kCapacity;) {
    const cooccurrences::Collected part =
        cooccurrences::collect(out.data(), 7, places.data(), place, kCapacity, symmetric);
    take(part.written);
    place = part.reached;
  }
  CHECK(same(got, wanted));
}

// A table that is full takes no more, one twice as large takes the rest.
void testInsert() {
  std::vector<Record> records;
  for (int32_t k = 1; k <= 40; k++) records.push_back({k, 2 * k, 1.0 * k});
  std::vector<Record> small(16, Record{0, 0, 0}), large(64, Record{0, 0, 0});
  cooccurrences::Table full = {small.data(), 16, 0}, rest = {large.data(), 64, 0};
  CHECK(cooccurrences::insert(full, records.data(), 40) == 12);
  CHECK(full.used == 12);
  CHECK(cooccurrences::insert(rest, small.data(), 16) == 16);  // with empty places
  CHECK(cooccurrences::insert(rest, records.data(), 40) == 40);
  CHECK(rest.used == 40);
  for (const Record& record : large) {
    if (record.first != 0) CHECK(record.weight == (record.first <= 12 ? 2.0 : 1.0) * record.first);
  }
}

void testOrder() {
  constexpr int64_t kCount = 1000, kParts = 7;
  std::vector<Record> records, sorted(kCount);
  for (int32_t k = 0; k < kCount; k++) records.push_back({k + 1, k % 10 + 1, 1.0});
  std::vector<int32_t> counts(kParts);
  cooccurrences::partition(sorted.data(), counts.data(), records.data(), kCount, kParts);
  int64_t total = 0;
  for (const int32_t count : counts) {
    CHECK(count > kCount / 14 && count < kCount / 4);
    total += count;
  }
  CHECK(total == kCount);
  std::vector<Record> half = records;
  cooccurrences::shuffle(records.data(), 0, kCount, 5);
  cooccurrences::shuffle(half.data(), 0, kCount / 2, 5);
  cooccurrences::shuffle(half.data(), kCount / 2, kCount, 5);
  int64_t moved = 0;
  std::vector<bool> seen(kCount);
  for (int64_t k = 0; k < kCount; k++) {
    const int32_t word = records[static_cast<size_t>(k)].first;
    CHECK(word == half[static_cast<size_t>(k)].first);
    CHECK(!seen[static_cast<size_t>(word - 1)]);
    seen[static_cast<size_t>(word - 1)] = true;
    moved += word != k + 1;
  }
  CHECK(moved > kCount * 9 / 10);
}

void testTraining(int64_t dim, float gradClip) {
  constexpr int64_t kWords = 6, kCount = 40;
  const int64_t stride = glove::strideOf(dim), size = kWords * stride;
  std::vector<Record> records;
  for (int64_t k = 0; k < kCount; k++) {
    records.push_back({static_cast<int32_t>(generator() % kWords) + 1, static_cast<int32_t>(generator() % kWords) + 1,
                       0.1 * static_cast<double>(generator() % 2000 + 1)});
  }
  records[3].first = 0, records[7].second = kWords + 1, records[9].weight = -1;  // two to skip, one that trains nothing
  Guarded<float> tables[4] = {Guarded<float>(size), Guarded<float>(size), Guarded<float>(size), Guarded<float>(size)};
  std::vector<std::vector<double>> wanted;
  for (int t = 0; t < 4; t++) {
    const std::vector<float> start = lutra::test::randomValues<float>(size);
    for (int64_t j = 0; j < size; j++) tables[t].data()[j] = t < 2 ? 0.2f * start[static_cast<size_t>(j)] : 1.0f;
    wanted.emplace_back(tables[t].data(), tables[t].data() + size);
  }
  const double eta = 0.05, alpha = 0.75, xMax = 100;
  double cost = 0;
  for (const Record& record : records) {
    if (record.first < 1 || record.second > kWords || record.weight <= 0) continue;
    double* const w = wanted[0].data() + (record.first - 1) * stride;
    double* const c = wanted[1].data() + (record.second - 1) * stride;
    double* const u = wanted[2].data() + (record.first - 1) * stride;
    double* const v = wanted[3].data() + (record.second - 1) * stride;
    double difference = w[dim] + c[dim] - std::log(record.weight);
    for (int64_t j = 0; j < dim; j++) difference += w[j] * c[j];
    const double error = std::min(1.0, std::pow(record.weight / xMax, alpha)) * difference;
    cost += 0.5 * error * difference;
    for (int64_t j = 0; j < dim; j++) {
      const double most = gradClip;
      const double a = std::clamp(error * c[j], -most, most) * eta, b = std::clamp(error * w[j], -most, most) * eta;
      w[j] -= a / std::sqrt(u[j]), c[j] -= b / std::sqrt(v[j]);
      u[j] += a * a, v[j] += b * b;
    }
    w[dim] -= error / std::sqrt(u[dim]), c[dim] -= error / std::sqrt(v[dim]);
    u[dim] += error * error, v[dim] += error * error;
  }
  glove::prepare(records.data(), kCount, alpha, xMax);
  const glove::Tables all = {
      tables[0].data(), tables[1].data(), tables[2].data(), tables[3].data(), kWords, dim, stride};
  const auto* const examples = reinterpret_cast<const glove::Example*>(records.data());
  const glove::Progress done = glove::train(all, examples, kCount, {static_cast<float>(eta), gradClip, 1});
  CHECK(done.skipped == 2);
  CHECK(std::fabs(done.cost - cost) < 1e-4 * cost);
  for (int t = 0; t < 4; t++) {
    CASE(t);
    CHECK(tables[t].intact());
    double worst = 0;
    for (int64_t j = 0; j < size; j++) {
      const double value = wanted[static_cast<size_t>(t)][static_cast<size_t>(j)];
      worst = std::max(worst, std::fabs(tables[t][j] - value) / std::max(1.0, std::fabs(value)));
    }
    CHECK(worst < 1e-4);
  }
}

}  // namespace

int main() {
  generator.seed(20);
  for (const bool symmetric : {false, true}) {
    for (const bool weighted : {false, true}) {
      for (const int window : {1, 3, 15}) {
        CASE(symmetric, weighted, window);
        testCounting(symmetric, weighted, window);
      }
    }
  }
  testInsert();
  testOrder();
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!setIsa(isa)) continue;
    CASE(isaName(isa));
    setNumThreads(1);
    for (const int64_t dim : {1, 7, 8, 15, 16, 17, 31, 32, 33, 100}) {
      for (const float gradClip : {100.0f, 0.05f}) {
        CASE(dim, gradClip);
        testTraining(dim, gradClip);
      }
    }
  }
  return lutra::test::finish("glove_test");
}

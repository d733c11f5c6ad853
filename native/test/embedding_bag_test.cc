// Bags of embeddings against plain loops in double: every instruction set and stored type, sizes around the vector
// width, unaligned starts, guard values around every output, and the same bits for any number of threads.
#include "kernels/rows/embedding_bag.h"

#include <cmath>
#include <cstring>
#include <random>
#include <type_traits>
#include <vector>

#include "kernels/copy/copy.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/guarded.h"

using namespace lutra;
using lutra::test::Guarded;

namespace {

std::mt19937 generator(5);

double randomValue() { return std::normal_distribution<double>()(generator); }

template <class S>
constexpr ElementType kType = std::is_same_v<S, double>         ? ElementType::float64
                              : std::is_same_v<S, Float16Bits>  ? ElementType::float16
                              : std::is_same_v<S, BFloat16Bits> ? ElementType::bfloat16
                                                                : ElementType::float32;

// A table in its stored form, and what its elements are worth.
template <class S>
struct Table {
  std::vector<S> stored;
  std::vector<float> factor;
  std::vector<double> values;
  int64_t rows, dim;

  Table(int64_t r, int64_t d)
      : stored(static_cast<size_t>(r * d)), values(static_cast<size_t>(r * d)), rows(r), dim(d) {
    for (int64_t row = 0; row < rows; row++) {
      if (std::is_same_v<S, int8_t>) factor.push_back(static_cast<float>(0.01 + 0.001 * static_cast<double>(row)));
      for (int64_t j = 0; j < dim; j++) fill(static_cast<size_t>(row * dim + j), static_cast<size_t>(row));
    }
  }
  StoredTable<S> view() const { return {stored.data(), factor.empty() ? nullptr : factor.data(), rows, dim}; }
  double at(int64_t row, int64_t j) const { return values[static_cast<size_t>(row * dim + j)]; }

 private:
  void fill(size_t i, size_t row) {
    if constexpr (std::is_same_v<S, int8_t>) {
      stored[i] = static_cast<int8_t>(static_cast<int>(generator() % 255) - 127);
      values[i] = static_cast<double>(static_cast<float>(stored[i]) * factor[row]);
    } else {
      double x = randomValue();
      void* narrow[2] = {&stored[i], &x};
      convertKernel(kType<S>, ElementType::float64)(narrow, nullptr, 1);
      void* widen[2] = {&values[i], &stored[i]};
      convertKernel(ElementType::float64, kType<S>)(widen, nullptr, 1);
    }
  }
};

struct Tokens {
  std::vector<int32_t> indices;
  std::vector<int64_t> begin{0};
  int64_t padding;

  // Bags of 0 to `longest` tokens.
  Tokens(int64_t bags, int64_t longest, int64_t rows, int64_t skipped) : padding(skipped) {
    for (int64_t b = 0; b < bags; b++) {
      const int64_t size = static_cast<int64_t>(generator() % static_cast<unsigned>(longest + 1));
      for (int64_t k = 0; k < size; k++) {
        indices.push_back(static_cast<int32_t>(generator() % static_cast<unsigned>(rows)));
      }
      begin.push_back(begin.back() + size);
    }
    indices.reserve(1);
  }
  int64_t bags() const { return static_cast<int64_t>(begin.size()) - 1; }
  int64_t count() const { return begin.back(); }
  int32_t at(int64_t i) const { return indices[static_cast<size_t>(i)]; }
  Bags view() const { return {indices.data(), begin.data(), bags(), padding}; }
  // Calls visit(token) for those of a bag that count.
  template <class Visit>
  void forEach(int64_t bag, Visit visit) const {
    for (int64_t i = begin[static_cast<size_t>(bag)]; i < begin[static_cast<size_t>(bag) + 1]; i++) {
      if (at(i) != padding) visit(i);
    }
  }
};

bool near(double a, double b, double scale) { return std::fabs(a - b) <= 1e-6 * (1 + scale); }

template <class S>
void testSums(const Table<S>& table, const Tokens& tokens, int offset) {
  using T = ComputedType<S>;
  const int64_t dim = table.dim;
  std::vector<T> weights(static_cast<size_t>(tokens.count()) + 1);
  for (T& w : weights) w = static_cast<T>(randomValue());
  for (const bool mean : {false, true}) {
    CASE(mean);
    for (const bool weighted : {false, true}) {
      CASE(weighted);
      Guarded<T> out(tokens.bags() * dim, offset);
      bagSums<S>(out.data(), table.view(), tokens.view(), weighted ? weights.data() : nullptr, mean);
      bool close = true;
      for (int64_t bag = 0; bag < tokens.bags(); bag++) {
        for (int64_t j = 0; j < dim; j++) {
          double sum = 0, size = 0, n = 0;
          tokens.forEach(bag, [&](int64_t i) {
            const double x =
                table.at(tokens.at(i), j) * (weighted ? static_cast<double>(weights[static_cast<size_t>(i)]) : 1.0);
            sum += x;
            size += std::fabs(x);
            n++;
          });
          if (mean && n > 0) sum /= n;
          close &= near(out[bag * dim + j], sum, size);
        }
      }
      CHECK(close);
      CHECK(out.intact());
    }
  }
}

template <class S>
void testMaxima(const Table<S>& table, const Tokens& tokens, int offset) {
  using T = ComputedType<S>;
  const int64_t dim = table.dim, size = tokens.bags() * dim;
  Guarded<T> out(size, offset), alone(size, offset);
  std::vector<int32_t> winner(static_cast<size_t>(size) + 1, -7);
  bagMaxima<S>(out.data(), winner.data(), table.view(), tokens.view());
  bagMaxima<S>(alone.data(), nullptr, table.view(), tokens.view());
  bool right = true;
  for (int64_t k = 0; k < size; k++) {
    int32_t first = -1;
    double largest = 0;
    tokens.forEach(k / dim, [&](int64_t i) {
      const double x = table.at(tokens.at(i), k % dim);
      if (first >= 0 && !(x > largest)) return;
      largest = x;
      first = static_cast<int32_t>(i);
    });
    right &= static_cast<double>(out[k]) == largest && winner[static_cast<size_t>(k)] == first && alone[k] == out[k];
  }
  CHECK(right);
  CHECK(winner.back() == -7);
  CHECK(out.intact() && alone.intact());
}

template <class S>
void testGather(const Table<S>& table, const Tokens& tokens, int offset) {
  Guarded<float> out(tokens.count() * table.dim, offset);
  gatherStored<S>(out.data(), table.view(), tokens.indices.data(), tokens.count());
  bool same = true;
  for (int64_t i = 0; i < out.size(); i++)
    same &= static_cast<double>(out[i]) == table.at(tokens.at(i / table.dim), i % table.dim);
  CHECK(same);
  CHECK(out.intact());
}

template <class T>
void testGradients(const Table<T>& table, const Tokens& tokens, int offset) {
  const int64_t dim = table.dim, bags = tokens.bags();
  std::vector<T> gradient(static_cast<size_t>(bags * dim) + 1);
  for (T& g : gradient) g = static_cast<T>(randomValue());

  Guarded<T> weights(tokens.count(), offset);
  bagWeightGradients<T>(weights.data(), gradient.data(), table.view(), tokens.view());
  std::vector<int32_t> rows(static_cast<size_t>(tokens.count()) + 1), source(rows.size());
  std::vector<T> scale(rows.size());
  const int64_t kept = bagTokens<T>(rows.data(), source.data(), scale.data(), tokens.view(), nullptr, true);
  int64_t at = 0;
  bool close = true;
  for (int64_t bag = 0; bag < bags; bag++) {
    int64_t n = 0;
    tokens.forEach(bag, [&](int64_t) { n++; });
    for (int64_t i = tokens.begin[static_cast<size_t>(bag)]; i < tokens.begin[static_cast<size_t>(bag) + 1]; i++) {
      double dot = 0, size = 0;
      if (tokens.at(i) != tokens.padding) {
        for (int64_t j = 0; j < dim; j++) {
          const double x = table.at(tokens.at(i), j) * gradient[static_cast<size_t>(bag * dim + j)];
          dot += x;
          size += std::fabs(x);
        }
        const size_t k = static_cast<size_t>(at++);
        close &= rows[k] == tokens.at(i) && source[k] == bag && scale[k] == T(1) / static_cast<T>(n);
      }
      close &= near(weights[i], dot, size);
    }
  }
  CHECK(close);
  CHECK(kept == at);
  CHECK(weights.intact());

  std::vector<int32_t> winner(static_cast<size_t>(bags * dim) + 1);
  std::vector<T> maxima(winner.size());
  bagMaxima<T>(maxima.data(), winner.data(), table.view(), tokens.view());
  std::vector<T> expected(static_cast<size_t>(table.rows * dim)), sums(expected.size());
  for (int64_t k = 0; k < bags * dim; k++) {
    const int32_t token = winner[static_cast<size_t>(k)];
    if (token >= 0) expected[static_cast<size_t>(tokens.at(token) * dim + k % dim)] += gradient[static_cast<size_t>(k)];
  }
  addToWinners<T>(sums.data(), tokens.indices.data(), winner.data(), gradient.data(), bags, dim);
  CHECK(sums == expected);
}

template <class S>
void testStored() {
  int offset = 0;
  for (const int64_t dim : {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64, 67, 131, 300}) {
    CASE(dim);
    const Table<S> table(23, dim);
    for (const int64_t longest : {0, 1, 5, 8, 9, 20}) {
      CASE(longest);
      const Tokens tokens(7, longest, 23, offset % 3 == 0 ? 4 : -1);
      testSums(table, tokens, offset % 16);
      testMaxima(table, tokens, offset % 16);
      if constexpr (sizeof(S) <= 2) {
        testGather(table, tokens, offset % 16);
      } else {
        testGradients(table, tokens, offset % 16);
      }
      offset++;
    }
  }
}

void testThreads() {
  const Table<float> table(2000, 64);
  const Tokens tokens(300, 60, 2000, 3);
  std::vector<float> first, gradient(static_cast<size_t>(tokens.bags() * 64));
  for (float& g : gradient) g = static_cast<float>(randomValue());
  for (const int threads : {1, 2, 3, 7}) {
    CASE(threads);
    setNumThreads(threads);
    std::vector<float> out(gradient.size()), maxima(gradient.size()), sums(table.stored.size());
    std::vector<int32_t> winner(gradient.size());
    bagSums<float>(out.data(), table.view(), tokens.view(), nullptr, true);
    bagMaxima<float>(maxima.data(), winner.data(), table.view(), tokens.view());
    addToWinners<float>(sums.data(), tokens.indices.data(), winner.data(), gradient.data(), tokens.bags(), 64);
    out.insert(out.end(), maxima.begin(), maxima.end());
    out.insert(out.end(), sums.begin(), sums.end());
    if (threads == 1) {
      first = out;
    } else {
      CHECK(std::memcmp(out.data(), first.data(), first.size() * sizeof(float)) == 0);
    }
  }
}

}  // namespace

int main() {
  for (Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("bags on %s\n", isaName(isa));
    testStored<float>();
    testStored<double>();
    testStored<Float16Bits>();
    testStored<BFloat16Bits>();
    testStored<int8_t>();
    testThreads();
  }
  return lutra::test::finish("embedding_bag_test");
}

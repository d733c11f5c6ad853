// Bags of embeddings, and tables stored in few bits. Indices and offsets are checked before anything is written.
#include "kernels/rows/embedding_bag.h"

#include <vector>

#include "binding/family.h"
#include "binding/planned/embedding_bag.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

namespace {

constexpr int64_t kFine = -1;

// What the calls on bags begin with: the sizes, and the tokens of each bag, copied so that they stay what was checked.
template <class Layout>
struct Tokens {
  int64_t count, rows, bags;
  const int32_t* indices = nullptr;
  std::vector<int64_t> begin;
  int64_t bad = kFine;  // the position of the first bad index, or -2 - that of the first bad offset

  explicit Tokens(const Planned<Layout>& call)
      : count(call[call.tokens]), rows(call[call.rows]), bags(call[call.count]), padding_(call[call.padding]) {
    if (count > kMaxPositions || bags > kMaxPositions) call.fail(ErrorKind::range, "more than 2^31 - 1 indices");
    const bool equal = !call.has(call.offsets);
    const int64_t length = equal ? call[call.length] : 0;
    if (equal && call.product(bags, length) != count) {
      call.fail(ErrorKind::range, "bags of equal length must hold all indices");
    }
    // Offsets and indices are memory of the caller's; empty bags of equal length are a mere number.
    constexpr int64_t kMostEmpty = 1 << 24;
    if (equal && length == 0 && bags > kMostEmpty) call.fail(ErrorKind::range, "more than 2^24 empty bags");
    if (!equal) call.template array<int32_t>(call.offsets, bags);
    indices = call.template array<int32_t>(call.indices, count);
    begin.resize(static_cast<size_t>(bags) + 1);
    if (equal) {
      for (int64_t b = 0; b <= bags; b++) begin[static_cast<size_t>(b)] = b * length;
    } else {
      readOffsets(call);
    }
    const int64_t position = findBadIndex(indices, count, rows);
    if (bad == kFine && position >= 0) bad = position;
  }

  Bags all() const { return {indices, begin.data(), bags, padding_}; }

 private:
  void readOffsets(const Planned<Layout>& call) {
    const bool last = call[call.includeLast];
    const int64_t given = bags + (last ? 1 : 0);
    const int32_t* const offsets = call.template array<int32_t>(call.offsets, given);
    int64_t before = 0;
    for (int64_t b = 0; b < given; b++) {
      const int64_t offset = offsets[b];
      const bool fits = b == 0 ? offset == 0 : offset >= before && offset <= count;
      if (!fits) {
        bad = -2 - b;
        return;
      }
      begin[static_cast<size_t>(b)] = before = offset;
    }
    if (!last) begin[static_cast<size_t>(bags)] = count;
  }

  int64_t padding_;
};

// A table in the memory of typed arrays of E.
template <class S, class E, class Layout>
StoredTable<S> readTable(const Planned<Layout>& call) {
  static_assert(sizeof(S) == sizeof(E), "a table's elements are those of its array");
  const int64_t rows = call[call.rows], dim = call[call.dim];
  StoredTable<S> table{nullptr, call.template optional<float>(call.factor, rows), rows, dim};
  const E* const values = call.template array<E>(call.table, call.product(rows, dim));
  table.values = reinterpret_cast<const S*>(values);
  return table;
}

// Calls use(table) with the table that the call's dtype names; int8 travels in a Uint8Array.
template <class Layout, class Use>
void withTable(const Planned<Layout>& call, Use use) {
  switch (static_cast<DType>(call[call.dtype])) {
    case DType::float32:
      return use(readTable<float, float>(call));
    case DType::float64:
      return use(readTable<double, double>(call));
    case DType::float16:
      return use(readTable<Float16Bits, uint16_t>(call));
    case DType::bfloat16:
      return use(readTable<BFloat16Bits, uint16_t>(call));
    case DType::uint8:
      return use(readTable<int8_t, uint8_t>(call));
    default:
      call.fail(ErrorKind::range, "there are no tables of that dtype");
  }
}

enum class Mode : int64_t { sum = 0, mean = 1, max = 2 };

int64_t forward(Args& args) {
  const Planned<EmbeddingBagLayout> call(args);
  const Tokens<EmbeddingBagLayout> tokens(call);
  if (tokens.bad != kFine) return tokens.bad;
  const Mode mode = static_cast<Mode>(call[call.mode]);
  const int64_t size = call.product(tokens.bags, call[call.dim]);
  withTable(call, [&](const auto& table) {
    using S = std::remove_const_t<std::remove_pointer_t<decltype(table.values)>>;
    using T = ComputedType<S>;
    T* const out = call.array<T>(call.out, size);
    if (mode == Mode::max) {
      bagMaxima<S>(out, call.optional<int32_t>(call.winner, size), table, tokens.all());
    } else {
      const T* const weights = call.optional<T>(call.weights, tokens.count);
      bagSums<S>(out, table, tokens.all(), weights, mode == Mode::mean);
    }
  });
  return kFine;
}

// The rows themselves, [count, dim], of a table in few bits.
int64_t gather(Args& args) {
  const Planned<GatherStoredLayout> call(args);
  const int64_t count = call[call.count];
  if (count > kMaxPositions) call.fail(ErrorKind::range, "more than 2^31 - 1 indices");
  const int32_t* const indices = call.array<int32_t>(call.indices, count);
  const int64_t bad = findBadIndex(indices, count, call[call.rows]);
  if (bad >= 0) return bad;
  float* const out = call.array<float>(call.out, call.product(count, call[call.dim]));
  withTable(call, [&](const auto& table) {
    using S = std::remove_const_t<std::remove_pointer_t<decltype(table.values)>>;
    if constexpr (sizeof(S) <= 2) {
      gatherStored<S>(out, table, indices, count);
    } else {
      call.fail(ErrorKind::range, "the table has more than 16 bits");
    }
  });
  return kFine;
}

int64_t tokensOf(Args& args) {
  const Planned<EmbeddingBagTokensLayout> call(args);
  const Tokens<EmbeddingBagTokensLayout> tokens(call);
  if (tokens.bad != kFine) call.fail(ErrorKind::range, "the indices have changed");
  const bool mean = static_cast<Mode>(call[call.mode]) == Mode::mean;
  return call.withFloat(call.scale, [&](auto zero) {
    using T = decltype(zero);
    int32_t* const outIndices = call.array<int32_t>(call.outIndices, tokens.count);
    int32_t* const source = call.array<int32_t>(call.source, tokens.count);
    T* const scale = call.array<T>(call.scale, tokens.count);
    const T* const weights = call.optional<T>(call.weights, tokens.count);
    return bagTokens<T>(outIndices, source, scale, tokens.all(), weights, mean);
  });
}

int64_t weightGradients(Args& args) {
  const Planned<EmbeddingBagWeightGradientsLayout> call(args);
  const Tokens<EmbeddingBagWeightGradientsLayout> tokens(call);
  if (tokens.bad != kFine) return tokens.bad;
  const int64_t rows = tokens.rows, dim = call[call.dim];
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, tokens.count);
    const T* const gradient = call.array<T>(call.gradient, call.product(tokens.bags, dim));
    const T* const table = call.array<T>(call.table, call.product(rows, dim));
    bagWeightGradients<T>(out, gradient, {table, nullptr, rows, dim}, tokens.all());
  });
  return kFine;
}

void winners(Args& args) {
  const Planned<EmbeddingBagWinnersLayout> call(args);
  const int64_t tokens = call[call.tokens], rows = call[call.rows], dim = call[call.dim], bags = call[call.bags];
  const int64_t size = call.product(bags, dim);
  call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, call.product(rows, dim));
    const int32_t* const place = call.array<int32_t>(call.place, tokens);
    const int32_t* const winner = call.array<int32_t>(call.winner, size);
    const T* const gradient = call.array<T>(call.gradient, size);
    if (findBadIndex(place, tokens, rows) >= 0) call.fail(ErrorKind::range, "place names no row of out");
    for (int64_t i = 0; i < size; i++) {
      if (winner[i] >= tokens) call.fail(ErrorKind::range, "winner names no token");
    }
    addToWinners<T>(out, place, winner, gradient, bags, dim);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<forward>(exports, "embeddingBag");
  define<gather>(exports, "gatherStored");
  define<tokensOf>(exports, "embeddingBagTokens");
  define<weightGradients>(exports, "embeddingBagWeightGradients");
  define<winners>(exports, "embeddingBagWinners");
});

}  // namespace lutra::binding

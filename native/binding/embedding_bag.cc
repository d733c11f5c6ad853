// Bags of embeddings, and tables stored in few bits. Indices and offsets are checked before anything is written.
#include "kernels/rows/embedding_bag.h"

#include <vector>

#include "binding/families.h"
#include "binding/numbers.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

namespace {

// Where the numbers of every call here lie in the plan (lib/calls/embedding_bag.ts). kLength is the size of each bag
// where there are no offsets; kLast says that the last offset only ends the last bag.
enum : int64_t {
  kCount,
  kRows,
  kDim,
  kBags,
  kLength,
  kLast,
  kPadding,
  kMode,
  kTableType,
  kIndexAt,
  kOffsetAt,
  kTableAt,
  kFactorAt,
  kOutAt,
  kWeightAt,
  kOtherAt,
  kNumbers
};

constexpr int64_t kFine = -1;

// What each call begins with: the sizes, and the tokens of each bag, copied so that they stay what was checked.
struct Call {
  Numbers plan;
  int64_t count, rows, dim, bags;
  const int32_t* indices = nullptr;
  std::vector<int64_t> begin;
  int64_t bad = kFine;  // the position of the first bad index, or -2 - that of the first bad offset

  Call(Args& args, size_t indicesAt, size_t offsetsAt)
      : plan(args, 0, kNumbers),
        count(plan.size(kCount)),
        rows(plan.size(kRows)),
        dim(plan.size(kDim)),
        bags(plan.size(kBags)) {
    if (count > kMaxPositions || bags > kMaxPositions) args.fail(ErrorKind::range, "more than 2^31 - 1 indices");
    const bool equal = args.isNullish(offsetsAt);
    const int64_t length = equal ? plan.size(kLength) : 0;
    if (equal && plan.product(bags, length) != count) {
      args.fail(ErrorKind::range, "bags of equal length must hold all indices");
    }
    // Offsets and indices are memory of the caller's; empty bags of equal length are a mere number.
    constexpr int64_t kMostEmpty = 1 << 24;
    if (equal && length == 0 && bags > kMostEmpty) args.fail(ErrorKind::range, "more than 2^24 empty bags");
    if (!equal) args.array<int32_t>(offsetsAt, "offsets", plan.size(kOffsetAt), bags);
    indices = args.array<int32_t>(indicesAt, "indices", plan.size(kIndexAt), count);
    begin.resize(static_cast<size_t>(bags) + 1);
    if (equal) {
      for (int64_t b = 0; b <= bags; b++) begin[static_cast<size_t>(b)] = b * length;
    } else {
      readOffsets(args, offsetsAt);
    }
    const int64_t position = findBadIndex(indices, count, rows);
    if (bad == kFine && position >= 0) bad = position;
  }

  Bags tokens() const { return {indices, begin.data(), bags, plan.integer(kPadding)}; }

 private:
  void readOffsets(Args& args, size_t at) {
    const int64_t given = bags + (plan.flag(kLast) ? 1 : 0);
    const int32_t* const offsets = args.array<int32_t>(at, "offsets", plan.size(kOffsetAt), given);
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
    if (!plan.flag(kLast)) begin[static_cast<size_t>(bags)] = count;
  }
};

// A table in the memory of typed arrays of E.
template <class S, class E>
StoredTable<S> readTable(Args& args, const Call& c, size_t at, size_t factorAt) {
  static_assert(sizeof(S) == sizeof(E), "a table's elements are those of its array");
  StoredTable<S> table{nullptr, nullptr, c.rows, c.dim};
  table.factor = args.optionalArray<float>(factorAt, "factor", c.plan.size(kFactorAt), c.rows);
  const E* const values = args.array<E>(at, "table", c.plan.size(kTableAt), c.plan.product(c.rows, c.dim));
  table.values = reinterpret_cast<const S*>(values);
  return table;
}

// Calls use(table) with the table that the plan's dtype names; int8 travels in a Uint8Array.
template <class Use>
void withTable(Args& args, const Call& c, size_t at, size_t factorAt, Use use) {
  switch (static_cast<DType>(c.plan.size(kTableType))) {
    case DType::float32:
      return use(readTable<float, float>(args, c, at, factorAt));
    case DType::float64:
      return use(readTable<double, double>(args, c, at, factorAt));
    case DType::float16:
      return use(readTable<Float16Bits, uint16_t>(args, c, at, factorAt));
    case DType::bfloat16:
      return use(readTable<BFloat16Bits, uint16_t>(args, c, at, factorAt));
    case DType::uint8:
      return use(readTable<int8_t, uint8_t>(args, c, at, factorAt));
    default:
      args.fail(ErrorKind::range, "there are no tables of that dtype");
  }
}

enum class Mode : int64_t { sum = 0, mean = 1, max = 2 };

// (plan; out, winner | null, table, factor | null, indices, offsets | null, weights | null)
int64_t forward(Args& args) {
  const Call c(args, 5, 6);
  if (c.bad != kFine) return c.bad;
  const Mode mode = static_cast<Mode>(c.plan.size(kMode));
  const int64_t size = c.plan.product(c.bags, c.dim);
  withTable(args, c, 3, 4, [&](const auto& table) {
    using S = std::remove_const_t<std::remove_pointer_t<decltype(table.values)>>;
    using T = ComputedType<S>;
    T* const out = args.array<T>(1, "out", c.plan.size(kOutAt), size);
    if (mode == Mode::max) {
      bagMaxima<S>(out, args.optionalArray<int32_t>(2, "winner", c.plan.size(kOtherAt), size), table, c.tokens());
    } else {
      const T* const weights = args.optionalArray<T>(7, "weights", c.plan.size(kWeightAt), c.count);
      bagSums<S>(out, table, c.tokens(), weights, mode == Mode::mean);
    }
  });
  return kFine;
}

// (plan; out, table, factor | null, indices): the rows themselves, [count, dim], of a table in few bits
int64_t gatherEntry(Args& args) {
  const Call c(args, 4, 5);
  if (c.bad != kFine) return c.bad;
  float* const out = args.array<float>(1, "out", c.plan.size(kOutAt), c.plan.product(c.count, c.dim));
  withTable(args, c, 2, 3, [&](const auto& table) {
    using S = std::remove_const_t<std::remove_pointer_t<decltype(table.values)>>;
    if constexpr (sizeof(S) <= 2) {
      gatherStored<S>(out, table, c.indices, c.count);
    } else {
      args.fail(ErrorKind::range, "the table has more than 16 bits");
    }
  });
  return kFine;
}

// (plan; outIndices, source, scale, indices, offsets | null, weights | null) → how many tokens are no padding
template <class T>
int64_t tokensOf(Args& args) {
  const Call c(args, 4, 5);
  if (c.bad != kFine) args.fail(ErrorKind::range, "the indices have changed");
  int32_t* const outIndices = args.array<int32_t>(1, "outIndices", 0, c.count);
  int32_t* const source = args.array<int32_t>(2, "source", 0, c.count);
  T* const scale = args.array<T>(3, "scale", 0, c.count);
  const T* const weights = args.optionalArray<T>(6, "weights", c.plan.size(kWeightAt), c.count);
  const bool mean = static_cast<Mode>(c.plan.size(kMode)) == Mode::mean;
  return bagTokens(outIndices, source, scale, c.tokens(), weights, mean);
}

int64_t tokensEntry(Args& args) { return args.isDouble(3, "scale") ? tokensOf<double>(args) : tokensOf<float>(args); }

// (plan; out, gradient, table, indices, offsets | null)
template <class T>
int64_t weightGradients(Args& args) {
  const Call c(args, 4, 5);
  if (c.bad != kFine) return c.bad;
  T* const out = args.array<T>(1, "out", c.plan.size(kOutAt), c.count);
  const T* const gradient = args.array<T>(2, "gradient", c.plan.size(kOtherAt), c.plan.product(c.bags, c.dim));
  bagWeightGradients<T>(out, gradient, readTable<T, T>(args, c, 3, 6), c.tokens());
  return kFine;
}

int64_t weightsEntry(Args& args) {
  return args.isDouble(1, "out") ? weightGradients<double>(args) : weightGradients<float>(args);
}

// (plan: tokens, outRows, dim, bags, gradientOffset; out, place, winner, gradient), each from the start of its array
template <class T>
void winners(Args& args) {
  const Numbers plan(args, 0, 5);
  const int64_t tokens = plan.size(0), rows = plan.size(1), dim = plan.size(2), bags = plan.size(3);
  const int64_t size = plan.product(bags, dim);
  T* const out = args.array<T>(1, "out", 0, plan.product(rows, dim));
  const int32_t* const place = args.array<int32_t>(2, "place", 0, tokens);
  const int32_t* const winner = args.array<int32_t>(3, "winner", 0, size);
  const T* const gradient = args.array<T>(4, "gradient", plan.size(4), size);
  if (findBadIndex(place, tokens, rows) >= 0) args.fail(ErrorKind::range, "place names no row of out");
  for (int64_t i = 0; i < size; i++) {
    if (winner[i] >= tokens) args.fail(ErrorKind::range, "winner names no token");
  }
  addToWinners<T>(out, place, winner, gradient, bags, dim);
}

void winnersEntry(Args& args) { return args.isDouble(1, "out") ? winners<double>(args) : winners<float>(args); }

}  // namespace

void registerEmbeddingBag(Napi::Object exports) {
  define<forward>(exports, "embeddingBag");
  define<gatherEntry>(exports, "gatherStored");
  define<tokensEntry>(exports, "embeddingBagTokens");
  define<weightsEntry>(exports, "embeddingBagWeightGradients");
  define<winnersEntry>(exports, "embeddingBagWinners");
}

}  // namespace lutra::binding

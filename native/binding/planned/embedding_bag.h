// Made by scripts/make_calls.mjs from native/binding/planned/embedding_bag.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Sums, means or maxima over bags, by the codes of native/binding/embedding_bag.cc; `winner` gets the tokens that
// gave the maxima. `dtype` is the table's code.
struct EmbeddingBagLayout {
  static constexpr uint32_t kId = 0x7812844f;
  static constexpr int64_t kNumbers = 17;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size tokens{1};
  static constexpr Size count{2};
  static constexpr Size length{3};
  static constexpr Flag includeLast{4};
  static constexpr Integer padding{5};
  static constexpr Size rows{6};
  static constexpr Size dim{7};
  static constexpr Size mode{8};
  static constexpr Size dtype{9};
  static constexpr Array out{1, "out", 10};
  static constexpr Array winner{2, "winner", 11};
  static constexpr Array table{3, "table", 12};
  static constexpr Array factor{4, "factor", 13};
  static constexpr Array indices{5, "indices", 14};
  static constexpr Array offsets{6, "offsets", 15};
  static constexpr Array weights{7, "weights", 16};
};

// Rows of a table of 16-bit floats or int8, widened to float32.
struct GatherStoredLayout {
  static constexpr uint32_t kId = 0x5dc85868;
  static constexpr int64_t kNumbers = 9;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size count{1};
  static constexpr Size rows{2};
  static constexpr Size dim{3};
  static constexpr Size dtype{4};
  static constexpr Array out{1, "out", 5};
  static constexpr Array table{2, "table", 6};
  static constexpr Array factor{3, "factor", 7};
  static constexpr Array indices{4, "indices", 8};
};

// Index, bag and factor of each token that is no padding; returns how many there are.
struct EmbeddingBagTokensLayout {
  static constexpr uint32_t kId = 0xfe2bc7cf;
  static constexpr int64_t kNumbers = 14;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size tokens{1};
  static constexpr Size count{2};
  static constexpr Size length{3};
  static constexpr Flag includeLast{4};
  static constexpr Integer padding{5};
  static constexpr Size rows{6};
  static constexpr Size mode{7};
  static constexpr Array outIndices{1, "outIndices", 8};
  static constexpr Array source{2, "source", 9};
  static constexpr Array scale{3, "scale", 10};
  static constexpr Array indices{4, "indices", 11};
  static constexpr Array offsets{5, "offsets", 12};
  static constexpr Array weights{6, "weights", 13};
};

// gradient[bag of i, :] · table[indices[i], :] for each token.
struct EmbeddingBagWeightGradientsLayout {
  static constexpr uint32_t kId = 0x50cff479;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size tokens{1};
  static constexpr Size count{2};
  static constexpr Size length{3};
  static constexpr Flag includeLast{4};
  static constexpr Integer padding{5};
  static constexpr Size rows{6};
  static constexpr Size dim{7};
  static constexpr Array out{1, "out", 8};
  static constexpr Array gradient{2, "gradient", 9};
  static constexpr Array table{3, "table", 10};
  static constexpr Array indices{4, "indices", 11};
  static constexpr Array offsets{5, "offsets", 12};
};

// out[place[winner[b, j]], j] += gradient[b, j]
struct EmbeddingBagWinnersLayout {
  static constexpr uint32_t kId = 0xd562fe77;
  static constexpr int64_t kNumbers = 8;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size tokens{1};
  static constexpr Size rows{2};
  static constexpr Size dim{3};
  static constexpr Size bags{4};
  static constexpr Array out{1, "out", 5};
  static constexpr Array place{2, "place", -1};
  static constexpr Array winner{3, "winner", 6};
  static constexpr Array gradient{4, "gradient", 7};
};

}  // namespace lutra::binding

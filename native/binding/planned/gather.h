// Made by scripts/make_calls.mjs from native/binding/planned/gather.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// out[i, :] = table[indices[i], :]
struct GatherRowsLayout {
  static constexpr uint32_t kId = 0x1eecfbe0;
  static constexpr int64_t kNumbers = 7;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size count{1};
  static constexpr Size rows{2};
  static constexpr Size dim{3};
  static constexpr Array out{1, "out", 4};
  static constexpr Array table{2, "table", 5};
  static constexpr Array indices{3, "indices", 6};
};

// table[indices[i], :] += row i of a list of rows, into zeros unless `accumulate`.
struct ScatterRowsLayout {
  static constexpr uint32_t kId = 0x4e3d881e;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size count{1};
  static constexpr Size rows{2};
  static constexpr Size dim{3};
  static constexpr Integer skip{4};
  static constexpr Flag accumulate{5};
  static constexpr Flag scaleByFrequency{6};
  static constexpr Size valueRows{7};
  static constexpr Array table{1, "table", 8};
  static constexpr Array values{2, "values", 9};
  static constexpr Array indices{3, "indices", 10};
  static constexpr Array source{4, "source", 11};
  static constexpr Array scale{5, "scale", 12};
};

// Sums the rows of equal indices; outIndices and outValues have room for `room` rows.
struct CoalesceRowsLayout {
  static constexpr uint32_t kId = 0x9310740d;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size count{1};
  static constexpr Size rows{2};
  static constexpr Size dim{3};
  static constexpr Size room{4};
  static constexpr Size valueRows{5};
  static constexpr Array outIndices{1, "outIndices", 6};
  static constexpr Array outValues{2, "outValues", 7};
  static constexpr Array indices{3, "indices", 8};
  static constexpr Array values{4, "values", 9};
  static constexpr Array source{5, "source", 10};
  static constexpr Array scale{6, "scale", 11};
  static constexpr Result distinct{12};
};

// How many distinct indices there are; a bad one at position p gives -1 - p.
struct CountDistinctLayout {
  static constexpr uint32_t kId = 0xf1de87d7;
  static constexpr int64_t kNumbers = 4;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size count{1};
  static constexpr Size rows{2};
  static constexpr Array indices{1, "indices", 3};
};

// Scales the rows that indices name to a largest norm. Gives a bad index's position, -1 for no change, or -2.
struct RenormRowsLayout {
  static constexpr uint32_t kId = 0xdbe4bda8;
  static constexpr int64_t kNumbers = 8;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size count{1};
  static constexpr Size rows{2};
  static constexpr Size dim{3};
  static constexpr Real maxNorm{4};
  static constexpr Real p{5};
  static constexpr Array table{1, "table", 6};
  static constexpr Array indices{2, "indices", 7};
};

}  // namespace lutra::binding

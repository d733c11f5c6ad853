// Made by scripts/make_calls.mjs from native/binding/planned/graph.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Counts how often rows are named in rows [begin, end) of indices.
struct GraphCountLayout {
  static constexpr uint32_t kId = 0x9a5a5e5f;
  static constexpr int64_t kNumbers = 5;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size k{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Array counts{1, "counts", -1};
  static constexpr Array indices{2, "indices", -1};
};

// Writes who names each row; `cursors` begin as starts and move on.
struct GraphCollectLayout {
  static constexpr uint32_t kId = 0x722c34c1;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size k{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Size total{5};
  static constexpr Array sources{1, "sources", -1};
  static constexpr Array sourceWeights{2, "sourceWeights", -1};
  static constexpr Array cursors{3, "cursors", -1};
  static constexpr Array indices{4, "indices", -1};
  static constexpr Array weights{5, "weights", -1};
};

// Joins neighbours and those whose neighbour a row is, for rows [begin, end): row i's list lies at [i k + starts[i],
// ends[i]).
struct GraphJoinLayout {
  static constexpr uint32_t kId = 0x60827277;
  static constexpr int64_t kNumbers = 7;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size k{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Size total{5};
  static constexpr Flag fuzzy{6};
  static constexpr Array out{1, "out", -1};
  static constexpr Array outWeights{2, "outWeights", -1};
  static constexpr Array ends{3, "ends", -1};
  static constexpr Array indices{4, "indices", -1};
  static constexpr Array weights{5, "weights", -1};
  static constexpr Array starts{6, "starts", -1};
  static constexpr Array sources{7, "sources", -1};
  static constexpr Array sourceWeights{8, "sourceWeights", -1};
};

}  // namespace lutra::binding

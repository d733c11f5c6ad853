// Made by scripts/make_calls.mjs from native/binding/planned/neighbors.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Half of the squared length of each row of [begin, end).
struct HalfSquaredLengthsLayout {
  static constexpr uint32_t kId = 0x82bee9a0;
  static constexpr int64_t kNumbers = 5;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size dim{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Array halfSquares{1, "halfSquares", -1};
  static constexpr Array x{2, "x", -1};
};

// Brings the `kept` best rows so far of rows [begin, end) up to date with rows [column, column + count), at most
// 960.
struct ScanRowsLayout {
  static constexpr uint32_t kId = 0xe1fb7ff9;
  static constexpr int64_t kNumbers = 8;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size dim{2};
  static constexpr Size kept{3};
  static constexpr Size begin{4};
  static constexpr Size end{5};
  static constexpr Size column{6};
  static constexpr Size count{7};
  static constexpr Array found{1, "found", -1};
  static constexpr Array scores{2, "scores", -1};
  static constexpr Array x{3, "x", -1};
  static constexpr Array halfSquares{4, "halfSquares", -1};
};

// Brings the `kept` best rows so far of each query up to date with `count` rows x, at most 960, the first of which
// is row `first`.
struct ScanQueriesLayout {
  static constexpr uint32_t kId = 0xc476c185;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size queryCount{1};
  static constexpr Size dim{2};
  static constexpr Size kept{3};
  static constexpr Size first{4};
  static constexpr Size count{5};
  static constexpr Array found{1, "found", -1};
  static constexpr Array scores{2, "scores", -1};
  static constexpr Array queries{3, "queries", -1};
  static constexpr Array x{4, "x", -1};
  static constexpr Array inverseNorms{5, "inverseNorms", -1};
};

// The k nearest of the `kept` found for each of [begin, end), the nearest first, and their squared distances.
struct NearestRowsLayout {
  static constexpr uint32_t kId = 0xee39d7a9;
  static constexpr int64_t kNumbers = 7;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size dim{2};
  static constexpr Size kept{3};
  static constexpr Size k{4};
  static constexpr Size begin{5};
  static constexpr Size end{6};
  static constexpr Array indices{1, "indices", -1};
  static constexpr Array squares{2, "squares", -1};
  static constexpr Array found{3, "found", -1};
  static constexpr Array x{4, "x", -1};
  static constexpr Array halfSquares{5, "halfSquares", -1};
};

// How many rows lie nearer to each row of [begin, end) than each of its k in `near`, which holds them for all rows.
struct RanksOfRowsLayout {
  static constexpr uint32_t kId = 0xccb52170;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size dim{2};
  static constexpr Size k{3};
  static constexpr Size begin{4};
  static constexpr Size end{5};
  static constexpr Array ranks{1, "ranks", -1};
  static constexpr Array near{2, "near", -1};
  static constexpr Array x{3, "x", -1};
  static constexpr Array halfSquares{4, "halfSquares", -1};
};

}  // namespace lutra::binding

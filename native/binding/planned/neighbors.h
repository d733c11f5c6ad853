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

// The k rows nearest to each of [begin, end), the nearest first, and their squared distances, written to rows
// [begin, end).
struct NearestRowsLayout {
  static constexpr uint32_t kId = 0xf38728e6;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size dim{2};
  static constexpr Size k{3};
  static constexpr Size begin{4};
  static constexpr Size end{5};
  static constexpr Array indices{1, "indices", -1};
  static constexpr Array squares{2, "squares", -1};
  static constexpr Array x{3, "x", -1};
  static constexpr Array halfSquares{4, "halfSquares", -1};
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

// Made by scripts/make_calls.mjs from native/binding/planned/glove.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Makes examples of records[begin … end), in place.
struct GlovePrepareLayout {
  static constexpr uint32_t kId = 0x354c5ea6;
  static constexpr int64_t kNumbers = 5;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size begin{1};
  static constexpr Size end{2};
  static constexpr Real alpha{3};
  static constexpr Real xMax{4};
  static constexpr Array records{1, "records", -1};
};

// Trains on examples[begin … end), on at most `threads` threads; `cost` is summed over them.
struct GloveSliceLayout {
  static constexpr uint32_t kId = 0xf19d9d9b;
  static constexpr int64_t kNumbers = 10;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size words{1};
  static constexpr Size dim{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Real eta{5};
  static constexpr Real gradClip{6};
  static constexpr Size threads{7};
  static constexpr Array word{1, "word", -1};
  static constexpr Array context{2, "context", -1};
  static constexpr Array wordSquares{3, "wordSquares", -1};
  static constexpr Array contextSquares{4, "contextSquares", -1};
  static constexpr Array examples{5, "examples", -1};
  static constexpr Result cost{8};
  static constexpr Result skipped{9};
};

}  // namespace lutra::binding

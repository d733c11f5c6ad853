// Made by scripts/make_calls.mjs from native/binding/planned/similarity.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// The cosines of pairs of rows, and the lengths of both.
struct CosinesLayout {
  static constexpr uint32_t kId = 0xb94d3bef;
  static constexpr int64_t kNumbers = 10;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size n{2};
  static constexpr Real eps{3};
  static constexpr Flag aSteps{4};
  static constexpr Flag bSteps{5};
  static constexpr Array cosines{1, "cosines", 6};
  static constexpr Array lengths{2, "lengths", 7};
  static constexpr Array a{3, "a", 8};
  static constexpr Array b{4, "b", 9};
};

// Overwrites the gradients that are given.
struct CosinesBackwardLayout {
  static constexpr uint32_t kId = 0x35892195;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size n{2};
  static constexpr Real eps{3};
  static constexpr Flag aSteps{4};
  static constexpr Flag bSteps{5};
  static constexpr Array da{1, "da", 6};
  static constexpr Array db{2, "db", 7};
  static constexpr Array grad{3, "grad", 8};
  static constexpr Array cosines{4, "cosines", 9};
  static constexpr Array lengths{5, "lengths", 10};
  static constexpr Array a{6, "a", 11};
  static constexpr Array b{7, "b", 12};
};

}  // namespace lutra::binding

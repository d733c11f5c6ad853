// Made by scripts/make_calls.mjs from native/binding/planned/losses.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Writes each loss unless `out` is null; returns their sum.
struct ElementLossLayout {
  static constexpr uint32_t kId = 0x98ccd008;
  static constexpr int64_t kNumbers = 9;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size kind{1};
  static constexpr Real parameter{2};
  static constexpr Size n{3};
  static constexpr Array out{1, "out", 4};
  static constexpr Array x{2, "x", 5};
  static constexpr Array target{3, "target", 6};
  static constexpr Array weight{4, "weight", 7};
  static constexpr Array positive{5, "positive", 8};
};

// The gradient of x, from that of the losses: one for each element, or one for all of them, times `scale`.
struct ElementLossBackwardLayout {
  static constexpr uint32_t kId = 0x7bf70d9a;
  static constexpr int64_t kNumbers = 12;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size kind{1};
  static constexpr Real parameter{2};
  static constexpr Size n{3};
  static constexpr Flag perElement{4};
  static constexpr Real scale{5};
  static constexpr Array dx{1, "dx", 6};
  static constexpr Array x{2, "x", 7};
  static constexpr Array target{3, "target", 8};
  static constexpr Array weight{4, "weight", 9};
  static constexpr Array positive{5, "positive", 10};
  static constexpr Array dloss{6, "dloss", 11};
};

}  // namespace lutra::binding

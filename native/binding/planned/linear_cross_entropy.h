// Made by scripts/make_calls.mjs from native/binding/planned/linear_cross_entropy.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// The loss of each row and the gradients, those that are given; `logits` is working memory of [chunkRows, classes].
// Gradients are scaled by `dloss`, one for each row or one for all of them (1 without), and divided by the divisor
// of a mean. Returns the first bad target's place, or -1.
struct LinearCrossEntropyLayout {
  static constexpr uint32_t kId = 0x870cdb1d;
  static constexpr int64_t kNumbers = 22;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size features{2};
  static constexpr Size classes{3};
  static constexpr Size chunkRows{4};
  static constexpr Integer ignoreIndex{5};
  static constexpr Real labelSmoothing{6};
  static constexpr Flag perRow{7};
  static constexpr Flag mean{8};
  static constexpr Array loss{1, "loss", 9};
  static constexpr Array dx{2, "dx", 10};
  static constexpr Array dw{3, "dw", 11};
  static constexpr Array dbias{4, "dbias", 12};
  static constexpr Array logits{5, "logits", 13};
  static constexpr Array x{6, "x", 14};
  static constexpr Array w{7, "w", 15};
  static constexpr Array bias{8, "bias", 16};
  static constexpr Array weight{9, "weight", 17};
  static constexpr Array targets{10, "targets", 18};
  static constexpr Array dloss{11, "dloss", 19};
  static constexpr Result sum{20};
  static constexpr Result divisor{21};
};

}  // namespace lutra::binding

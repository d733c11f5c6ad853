// Made by scripts/make_calls.mjs from native/binding/planned/margin_losses.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Writes each row's loss and leaves their sum; with `multilabel`, targets are rows of classes. Returns the first bad
// target's place, or -1.
struct MarginLossLayout {
  static constexpr uint32_t kId = 0x772d92ba;
  static constexpr int64_t kNumbers = 11;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size classes{2};
  static constexpr Flag multilabel{3};
  static constexpr Real margin{4};
  static constexpr Flag squared{5};
  static constexpr Array loss{1, "loss", 6};
  static constexpr Array x{2, "x", 7};
  static constexpr Array targets{3, "targets", 8};
  static constexpr Array weight{4, "weight", 9};
  static constexpr Result sum{10};
};

// The gradient of x, from that of the losses: one for each row, or one for all of them, times `scale`.
struct MarginLossBackwardLayout {
  static constexpr uint32_t kId = 0x4cae7d79;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size classes{2};
  static constexpr Flag multilabel{3};
  static constexpr Real margin{4};
  static constexpr Flag squared{5};
  static constexpr Flag perRow{6};
  static constexpr Real scale{7};
  static constexpr Array dx{1, "dx", 8};
  static constexpr Array x{2, "x", 9};
  static constexpr Array targets{3, "targets", 10};
  static constexpr Array weight{4, "weight", 11};
  static constexpr Array dloss{5, "dloss", 12};
};

}  // namespace lutra::binding

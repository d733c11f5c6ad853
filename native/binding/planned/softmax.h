// Made by scripts/make_calls.mjs from native/binding/planned/softmax.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// The softmax, or its logarithm.
struct SoftmaxLayout {
  static constexpr uint32_t kId = 0x09e36a92;
  static constexpr int64_t kNumbers = 7;
  static constexpr int64_t kRepeated = 0;
  static constexpr Flag log{1};
  static constexpr Size outer{2};
  static constexpr Size rows{3};
  static constexpr Size inner{4};
  static constexpr Array out{1, "out", 5};
  static constexpr Array x{2, "x", 6};
};

struct SoftmaxBackwardLayout {
  static constexpr uint32_t kId = 0xbfe7d829;
  static constexpr int64_t kNumbers = 8;
  static constexpr int64_t kRepeated = 0;
  static constexpr Flag log{1};
  static constexpr Size outer{2};
  static constexpr Size rows{3};
  static constexpr Size inner{4};
  static constexpr Array dx{1, "dx", 5};
  static constexpr Array dy{2, "dy", 6};
  static constexpr Array y{3, "y", 7};
};

// Cross entropy with a normaliser, negative log likelihood without; returns the first bad target's place, or -1.
struct ClassLossLayout {
  static constexpr uint32_t kId = 0x113af151;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size outer{1};
  static constexpr Size classes{2};
  static constexpr Size inner{3};
  static constexpr Integer ignoreIndex{4};
  static constexpr Real labelSmoothing{5};
  static constexpr Array loss{1, "loss", 6};
  static constexpr Array normaliser{2, "normaliser", 7};
  static constexpr Array scores{3, "scores", 8};
  static constexpr Array targets{4, "targets", 9};
  static constexpr Array weight{5, "weight", 10};
  static constexpr Result sum{11};
  static constexpr Result divisor{12};
};

// The gradient of the scores, from that of the losses: one for each sample, or one for all of them, times `scale`.
struct ClassLossBackwardLayout {
  static constexpr uint32_t kId = 0x7dbcf75a;
  static constexpr int64_t kNumbers = 14;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size outer{1};
  static constexpr Size classes{2};
  static constexpr Size inner{3};
  static constexpr Integer ignoreIndex{4};
  static constexpr Real labelSmoothing{5};
  static constexpr Flag perSample{6};
  static constexpr Real scale{7};
  static constexpr Array dscores{1, "dscores", 8};
  static constexpr Array normaliser{2, "normaliser", 9};
  static constexpr Array scores{3, "scores", 10};
  static constexpr Array targets{4, "targets", 11};
  static constexpr Array weight{5, "weight", 12};
  static constexpr Array dloss{6, "dloss", 13};
};

}  // namespace lutra::binding

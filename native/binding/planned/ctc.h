// Made by scripts/make_calls.mjs from native/binding/planned/ctc.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// The loss of each sample, and for the gradient alpha [batch, steps, 2 longest + 3] and what was taken from it,
// [batch, steps]. Returns the place of the first label that is no class or is the blank, or -1.
struct CtcLossLayout {
  static constexpr uint32_t kId = 0x08ef6f48;
  static constexpr int64_t kNumbers = 12;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size steps{1};
  static constexpr Size batch{2};
  static constexpr Size classes{3};
  static constexpr Size longest{4};
  static constexpr Size blank{5};
  static constexpr Size targetCount{6};
  static constexpr Array loss{1, "loss", 7};
  static constexpr Array alpha{2, "alpha", 8};
  static constexpr Array shifts{3, "shifts", 9};
  static constexpr Array logProbs{4, "logProbs", 10};
  static constexpr Array targets{5, "targets", 11};
  static constexpr Array starts{6, "starts", -1};
  static constexpr Array inputLengths{7, "inputLengths", -1};
  static constexpr Array targetLengths{8, "targetLengths", -1};
};

// The gradient of logProbs from that of each sample's loss.
struct CtcLossBackwardLayout {
  static constexpr uint32_t kId = 0x15ae4762;
  static constexpr int64_t kNumbers = 15;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size steps{1};
  static constexpr Size batch{2};
  static constexpr Size classes{3};
  static constexpr Size longest{4};
  static constexpr Size blank{5};
  static constexpr Size targetCount{6};
  static constexpr Flag zeroInfinity{7};
  static constexpr Array dlogProbs{1, "dlogProbs", 8};
  static constexpr Array dloss{2, "dloss", 9};
  static constexpr Array loss{3, "loss", 10};
  static constexpr Array alpha{4, "alpha", 11};
  static constexpr Array shifts{5, "shifts", 12};
  static constexpr Array logProbs{6, "logProbs", 13};
  static constexpr Array targets{7, "targets", 14};
  static constexpr Array starts{8, "starts", -1};
  static constexpr Array inputLengths{9, "inputLengths", -1};
  static constexpr Array targetLengths{10, "targetLengths", -1};
};

}  // namespace lutra::binding

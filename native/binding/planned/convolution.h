// Made by scripts/make_calls.mjs from native/binding/planned/convolution.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// out = x convolved with weight (+ bias per output channel).
struct Conv1dLayout {
  static constexpr uint32_t kId = 0x52679c21;
  static constexpr int64_t kNumbers = 15;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size channels{2};
  static constexpr Size length{3};
  static constexpr Size groups{4};
  static constexpr Size outputs{5};
  static constexpr Size kernel{6};
  static constexpr Size stride{7};
  static constexpr Size dilation{8};
  static constexpr Size padding{9};
  static constexpr Size outLength{10};
  static constexpr Array out{1, "out", 11};
  static constexpr Array x{2, "x", 12};
  static constexpr Array weight{3, "weight", 13};
  static constexpr Array bias{4, "bias", 14};
};

// dx = the gradient of x.
struct Conv1dInputGradientLayout {
  static constexpr uint32_t kId = 0x24a4b85b;
  static constexpr int64_t kNumbers = 14;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size channels{2};
  static constexpr Size length{3};
  static constexpr Size groups{4};
  static constexpr Size outputs{5};
  static constexpr Size kernel{6};
  static constexpr Size stride{7};
  static constexpr Size dilation{8};
  static constexpr Size padding{9};
  static constexpr Size outLength{10};
  static constexpr Array dx{1, "dx", 11};
  static constexpr Array dout{2, "dout", 12};
  static constexpr Array weight{3, "weight", 13};
};

// dweight = the gradient of weight.
struct Conv1dWeightGradientLayout {
  static constexpr uint32_t kId = 0xd0edbc77;
  static constexpr int64_t kNumbers = 14;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size channels{2};
  static constexpr Size length{3};
  static constexpr Size groups{4};
  static constexpr Size outputs{5};
  static constexpr Size kernel{6};
  static constexpr Size stride{7};
  static constexpr Size dilation{8};
  static constexpr Size padding{9};
  static constexpr Size outLength{10};
  static constexpr Array dweight{1, "dweight", 11};
  static constexpr Array dout{2, "dout", 12};
  static constexpr Array x{3, "x", 13};
};

}  // namespace lutra::binding

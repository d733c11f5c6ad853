// Made by scripts/make_calls.mjs from native/binding/planned/pooling.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// The largest element of each window, and its place in the row.
struct MaxPoolLayout {
  static constexpr uint32_t kId = 0xdd7e34fa;
  static constexpr int64_t kNumbers = 12;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size length{2};
  static constexpr Size outLength{3};
  static constexpr Size kernel{4};
  static constexpr Size stride{5};
  static constexpr Size dilation{6};
  static constexpr Size padding{7};
  static constexpr Flag adaptive{8};
  static constexpr Array out{1, "out", 9};
  static constexpr Array index{2, "index", 10};
  static constexpr Array x{3, "x", 11};
};

// dx = the gradient of x.
struct MaxPoolBackwardLayout {
  static constexpr uint32_t kId = 0x5f30df80;
  static constexpr int64_t kNumbers = 12;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size length{2};
  static constexpr Size outLength{3};
  static constexpr Size kernel{4};
  static constexpr Size stride{5};
  static constexpr Size dilation{6};
  static constexpr Size padding{7};
  static constexpr Flag adaptive{8};
  static constexpr Array dx{1, "dx", 9};
  static constexpr Array dy{2, "dy", 10};
  static constexpr Array index{3, "index", 11};
};

// The mean of each window.
struct AveragePoolLayout {
  static constexpr uint32_t kId = 0x2cf418b7;
  static constexpr int64_t kNumbers = 12;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size length{2};
  static constexpr Size outLength{3};
  static constexpr Size kernel{4};
  static constexpr Size stride{5};
  static constexpr Size dilation{6};
  static constexpr Size padding{7};
  static constexpr Flag adaptive{8};
  static constexpr Flag countPadding{9};
  static constexpr Array out{1, "out", 10};
  static constexpr Array x{2, "x", 11};
};

// dx = the gradient of x.
struct AveragePoolBackwardLayout {
  static constexpr uint32_t kId = 0x2ebc1e45;
  static constexpr int64_t kNumbers = 12;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size length{2};
  static constexpr Size outLength{3};
  static constexpr Size kernel{4};
  static constexpr Size stride{5};
  static constexpr Size dilation{6};
  static constexpr Size padding{7};
  static constexpr Flag adaptive{8};
  static constexpr Flag countPadding{9};
  static constexpr Array dx{1, "dx", 10};
  static constexpr Array dy{2, "dy", 11};
};

}  // namespace lutra::binding

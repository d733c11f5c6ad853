// Made by scripts/make_calls.mjs from native/binding/planned/norm.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// The normalised rows, and what backward needs of each.
struct NormLayout {
  static constexpr uint32_t kId = 0x1bec0fdb;
  static constexpr int64_t kNumbers = 10;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size n{2};
  static constexpr Real eps{3};
  static constexpr Array y{1, "y", 4};
  static constexpr Array mean{2, "mean", 5};
  static constexpr Array rstd{3, "rstd", 6};
  static constexpr Array x{4, "x", 7};
  static constexpr Array weight{5, "weight", 8};
  static constexpr Array bias{6, "bias", 9};
};

// Overwrites the gradients that are given.
struct NormBackwardLayout {
  static constexpr uint32_t kId = 0xaff88a28;
  static constexpr int64_t kNumbers = 11;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size n{2};
  static constexpr Array dx{1, "dx", 3};
  static constexpr Array dweight{2, "dweight", 4};
  static constexpr Array dbias{3, "dbias", 5};
  static constexpr Array dy{4, "dy", 6};
  static constexpr Array x{5, "x", 7};
  static constexpr Array weight{6, "weight", 8};
  static constexpr Array mean{7, "mean", 9};
  static constexpr Array rstd{8, "rstd", 10};
};

}  // namespace lutra::binding

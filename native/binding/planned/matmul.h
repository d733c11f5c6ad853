// Made by scripts/make_calls.mjs from native/binding/planned/matmul.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// c = a · b (+ bias per column) (+ c), for each place of a batch.
struct MatmulLayout {
  static constexpr uint32_t kId = 0x186de6a0;
  static constexpr int64_t kNumbers = 15;
  static constexpr int64_t kRepeated = 4;
  static constexpr Size M{1};
  static constexpr Size N{2};
  static constexpr Size K{3};
  static constexpr Size ldc{4};
  static constexpr Size lda{5};
  static constexpr Flag transposeA{6};
  static constexpr Size ldb{7};
  static constexpr Flag transposeB{8};
  static constexpr Flag accumulate{9};
  static constexpr Size dims{10};
  static constexpr Array c{1, "c", 11};
  static constexpr Array a{2, "a", 12};
  static constexpr Array b{3, "b", 13};
  static constexpr Array bias{4, "bias", 14};
  static constexpr Repeated length{15};
  static constexpr Repeated strideC{16};
  static constexpr Repeated strideA{17};
  static constexpr Repeated strideB{18};
};

// out = the sums of a's columns.
struct ColumnSumsLayout {
  static constexpr uint32_t kId = 0x385b8ae2;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size M{1};
  static constexpr Size N{2};
  static constexpr Size lda{3};
  static constexpr Array out{1, "out", 4};
  static constexpr Array a{2, "a", 5};
};

}  // namespace lutra::binding

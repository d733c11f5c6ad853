// Made by scripts/make_calls.mjs from native/binding/planned/running.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Values [outer, count, inner] reduced at their places in dst [outer, rows, inner]; `how` is a code of
// kernels/rows/meeting.h.
struct MeetElementsLayout {
  static constexpr uint32_t kId = 0xd53a6e3d;
  static constexpr int64_t kNumbers = 12;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size how{1};
  static constexpr Size outer{2};
  static constexpr Size rows{3};
  static constexpr Size count{4};
  static constexpr Size inner{5};
  static constexpr Flag elementwise{6};
  static constexpr Flag includeSelf{7};
  static constexpr Array dst{1, "dst", 8};
  static constexpr Array src{2, "src", 9};
  static constexpr Array indices{3, "indices", 10};
  static constexpr Array counts{4, "counts", 11};
};

struct RunningProductsLayout {
  static constexpr uint32_t kId = 0x52b1d566;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size outer{1};
  static constexpr Size n{2};
  static constexpr Size inner{3};
  static constexpr Array out{1, "out", 4};
  static constexpr Array x{2, "x", 5};
};

struct RunningExtremesLayout {
  static constexpr uint32_t kId = 0x19793334;
  static constexpr int64_t kNumbers = 8;
  static constexpr int64_t kRepeated = 0;
  static constexpr Flag largest{1};
  static constexpr Size outer{2};
  static constexpr Size n{3};
  static constexpr Size inner{4};
  static constexpr Array values{1, "values", 5};
  static constexpr Array indices{2, "indices", 6};
  static constexpr Array x{3, "x", 7};
};

// Returns how many runs of equal neighbours there are.
struct FindRunsLayout {
  static constexpr uint32_t kId = 0x7bdab944;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size n{1};
  static constexpr Array values{1, "values", 2};
  static constexpr Array inverse{2, "inverse", 3};
  static constexpr Array counts{3, "counts", 4};
  static constexpr Array x{4, "x", 5};
};

struct NumberRangeLayout {
  static constexpr uint32_t kId = 0xcc39b577;
  static constexpr int64_t kNumbers = 5;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size n{1};
  static constexpr Array x{1, "x", 2};
  static constexpr Result least{3};
  static constexpr Result most{4};
};

// How often each number below `length` occurs, or what their weights add up to.
struct CountNumbersLayout {
  static constexpr uint32_t kId = 0x7e02893a;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size n{1};
  static constexpr Size length{2};
  static constexpr Array out{1, "out", 3};
  static constexpr Array x{2, "x", 4};
  static constexpr Array weights{3, "weights", 5};
};

}  // namespace lutra::binding

// Made by scripts/make_calls.mjs from native/binding/planned/attention.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Writes `out`, and `normalisers` [batch, heads, queries, 2] for the backward unless it is null.
struct AttentionLayout {
  static constexpr uint32_t kId = 0xd629cf03;
  static constexpr int64_t kNumbers = 34;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size heads{2};
  static constexpr Size keyHeads{3};
  static constexpr Size queries{4};
  static constexpr Size keys{5};
  static constexpr Size dim{6};
  static constexpr Size valueDim{7};
  static constexpr Real scale{8};
  static constexpr Flag causal{9};
  static constexpr Real keptScale{10};
  static constexpr Size maskBatch{11};
  static constexpr Size maskHead{12};
  static constexpr Size maskRow{13};
  static constexpr Size maskColumn{14};
  static constexpr Array q{1, "q", 15};
  static constexpr Array k{2, "k", 19};
  static constexpr Array v{3, "v", 23};
  static constexpr Array mask{4, "mask", 27};
  static constexpr Array kept{5, "kept", 28};
  static constexpr Array out{6, "out", 29};
  static constexpr Array normalisers{7, "normalisers", 33};
};

// Overwrites those of dq, dk, dv and dmask that are given.
struct AttentionBackwardLayout {
  static constexpr uint32_t kId = 0x9e3633e3;
  static constexpr int64_t kNumbers = 51;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size heads{2};
  static constexpr Size keyHeads{3};
  static constexpr Size queries{4};
  static constexpr Size keys{5};
  static constexpr Size dim{6};
  static constexpr Size valueDim{7};
  static constexpr Real scale{8};
  static constexpr Flag causal{9};
  static constexpr Real keptScale{10};
  static constexpr Size maskBatch{11};
  static constexpr Size maskHead{12};
  static constexpr Size maskRow{13};
  static constexpr Size maskColumn{14};
  static constexpr Array q{1, "q", 15};
  static constexpr Array k{2, "k", 19};
  static constexpr Array v{3, "v", 23};
  static constexpr Array mask{4, "mask", 27};
  static constexpr Array kept{5, "kept", 28};
  static constexpr Array out{6, "out", 29};
  static constexpr Array normalisers{7, "normalisers", 33};
  static constexpr Array dout{8, "dout", 34};
  static constexpr Array dq{9, "dq", 38};
  static constexpr Array dk{10, "dk", 42};
  static constexpr Array dv{11, "dv", 46};
  static constexpr Array dmask{12, "dmask", 50};
};

}  // namespace lutra::binding

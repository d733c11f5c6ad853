// Made by scripts/make_calls.mjs from native/binding/planned/optim.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// One update of one parameter by the rule that has the code in native/binding/optim.cc. A dense gradient has
// count * dim values; with indices they, source and scale are a list of rows. Returns the position of the first bad
// row index, or -1.
struct UpdateParameterLayout {
  static constexpr uint32_t kId = 0xf5cb3311;
  static constexpr int64_t kNumbers = 29;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size code{1};
  static constexpr Real lr{2};
  static constexpr Real momentum{3};
  static constexpr Real dampening{4};
  static constexpr Real weightDecay{5};
  static constexpr Flag nesterov{6};
  static constexpr Flag maximize{7};
  static constexpr Flag first{8};
  static constexpr Real beta1{9};
  static constexpr Real beta2{10};
  static constexpr Real eps{11};
  static constexpr Real step{12};
  static constexpr Flag decoupled{13};
  static constexpr Real lrDecay{14};
  static constexpr Real alpha{15};
  static constexpr Size count{16};
  static constexpr Size rows{17};
  static constexpr Size dim{18};
  static constexpr Flag everyRow{19};
  static constexpr Size valueRows{20};
  static constexpr Array weight{1, "weight", 21};
  static constexpr Array state0{2, "state0", 22};
  static constexpr Array state1{3, "state1", 23};
  static constexpr Array state2{4, "state2", 24};
  static constexpr Array values{5, "values", 25};
  static constexpr Array indices{6, "indices", 26};
  static constexpr Array source{7, "source", 27};
  static constexpr Array scale{8, "scale", 28};
};

}  // namespace lutra::binding

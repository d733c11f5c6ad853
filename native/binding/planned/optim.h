// Made by scripts/make_calls.mjs from native/binding/planned/optim.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// One update of one parameter by the rule that has the code in native/binding/optim.cc. A dense gradient has count *
// dim values; with indices they, source and scale are a list of rows. Returns the position of the first bad row
// index, or -1.
struct UpdateParameterLayout {
  static constexpr uint32_t kId = 0x254f41e6;
  static constexpr int64_t kNumbers = 40;
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
  static constexpr Real gradientRate{16};
  static constexpr Real averageRate{17};
  static constexpr Real decay{18};
  static constexpr Real rho{19};
  static constexpr Real eta{20};
  static constexpr Real lambd{21};
  static constexpr Real mu{22};
  static constexpr Real etaMinus{23};
  static constexpr Real etaPlus{24};
  static constexpr Real stepMin{25};
  static constexpr Real stepMax{26};
  static constexpr Size count{27};
  static constexpr Size rows{28};
  static constexpr Size dim{29};
  static constexpr Flag everyRow{30};
  static constexpr Size valueRows{31};
  static constexpr Array weight{1, "weight", 32};
  static constexpr Array state0{2, "state0", 33};
  static constexpr Array state1{3, "state1", 34};
  static constexpr Array state2{4, "state2", 35};
  static constexpr Array values{5, "values", 36};
  static constexpr Array indices{6, "indices", 37};
  static constexpr Array source{7, "source", 38};
  static constexpr Array scale{8, "scale", 39};
};

// One update by Adafactor: of [matrices, rows, columns] weights with their rows' means and, as means, their
// columns'; or without rowMeans of a vector, whose means are its variance.
struct AdafactorLayout {
  static constexpr uint32_t kId = 0x543ad4b2;
  static constexpr int64_t kNumbers = 16;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size matrices{1};
  static constexpr Size rows{2};
  static constexpr Size columns{3};
  static constexpr Real lr{4};
  static constexpr Real share{5};
  static constexpr Real step{6};
  static constexpr Real eps1{7};
  static constexpr Real eps2{8};
  static constexpr Real d{9};
  static constexpr Real weightDecay{10};
  static constexpr Flag maximize{11};
  static constexpr Array weight{1, "weight", 12};
  static constexpr Array rowMeans{2, "rowMeans", 13};
  static constexpr Array means{3, "means", 14};
  static constexpr Array gradient{4, "gradient", 15};
};

}  // namespace lutra::binding

// Made by scripts/make_calls.mjs from native/binding/planned/umap.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Membership of the k neighbours of rows [begin, end), by their distances.
struct FuzzyRowsLayout {
  static constexpr uint32_t kId = 0xc0fd36c0;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size k{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Real mean{5};
  static constexpr Array weights{1, "weights", -1};
  static constexpr Array distances{2, "distances", -1};
};

// Rows [begin, end) of alpha S x + beta x + gamma previous.
struct GraphProductLayout {
  static constexpr uint32_t kId = 0xa3287906;
  static constexpr int64_t kNumbers = 10;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size points{1};
  static constexpr Size width{2};
  static constexpr Size k{3};
  static constexpr Size total{4};
  static constexpr Size begin{5};
  static constexpr Size end{6};
  static constexpr Real alpha{7};
  static constexpr Real beta{8};
  static constexpr Real gamma{9};
  static constexpr Array out{1, "out", -1};
  static constexpr Array x{2, "x", -1};
  static constexpr Array previous{3, "previous", -1};
  static constexpr Array scales{4, "scales", -1};
  static constexpr Array indices{5, "indices", -1};
  static constexpr Array weights{6, "weights", -1};
  static constexpr Array starts{7, "starts", -1};
  static constexpr Array ends{8, "ends", -1};
};

// Moves points [begin, end).
struct UmapEpochLayout {
  static constexpr uint32_t kId = 0x3961ce7b;
  static constexpr int64_t kNumbers = 15;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size points{1};
  static constexpr Size dims{2};
  static constexpr Size k{3};
  static constexpr Size total{4};
  static constexpr Size begin{5};
  static constexpr Size end{6};
  static constexpr Size number{7};
  static constexpr Size negatives{8};
  static constexpr Size seed{9};
  static constexpr Real a{10};
  static constexpr Real b{11};
  static constexpr Real rate{12};
  static constexpr Real repulsion{13};
  static constexpr Real scale{14};
  static constexpr Array y{1, "y", -1};
  static constexpr Array indices{2, "indices", -1};
  static constexpr Array weights{3, "weights", -1};
  static constexpr Array starts{4, "starts", -1};
  static constexpr Array ends{5, "ends", -1};
};

}  // namespace lutra::binding

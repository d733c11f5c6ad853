// Made by scripts/make_calls.mjs from native/binding/planned/tsne.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Probabilities of neighbours from rows [begin, end) of squared distances.
struct PerplexityRowsLayout {
  static constexpr uint32_t kId = 0xc09b12a8;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size rows{1};
  static constexpr Size k{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Real perplexity{5};
  static constexpr Array p{1, "p", -1};
  static constexpr Array squares{2, "squares", -1};
};

// Makes the tree of y; `cells` is how many it has.
struct TsneTreeLayout {
  static constexpr uint32_t kId = 0xde3d71db;
  static constexpr int64_t kNumbers = 4;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size points{1};
  static constexpr Size dims{2};
  static constexpr Array tree{1, "tree", -1};
  static constexpr Array order{2, "order", -1};
  static constexpr Array positions{3, "positions", -1};
  static constexpr Array y{4, "y", -1};
  static constexpr Result cells{3};
};

// Forces and sums of the points at places [begin, end) of the order.
struct TsneRepulsionLayout {
  static constexpr uint32_t kId = 0x7ebdc8bb;
  static constexpr int64_t kNumbers = 7;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size points{1};
  static constexpr Size dims{2};
  static constexpr Size cells{3};
  static constexpr Size begin{4};
  static constexpr Size end{5};
  static constexpr Real angle{6};
  static constexpr Array forces{1, "forces", -1};
  static constexpr Array sums{2, "sums", -1};
  static constexpr Array tree{3, "tree", -1};
  static constexpr Array order{4, "order", -1};
  static constexpr Array positions{5, "positions", -1};
};

// Brings steps and gains of points [begin, end) up to date.
struct TsneStepsLayout {
  static constexpr uint32_t kId = 0xca6e2df1;
  static constexpr int64_t kNumbers = 11;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size points{1};
  static constexpr Size dims{2};
  static constexpr Size k{3};
  static constexpr Size total{4};
  static constexpr Size begin{5};
  static constexpr Size end{6};
  static constexpr Real learningRate{7};
  static constexpr Real momentum{8};
  static constexpr Real exaggeration{9};
  static constexpr Real inverseZ{10};
  static constexpr Array steps{1, "steps", -1};
  static constexpr Array gains{2, "gains", -1};
  static constexpr Array y{3, "y", -1};
  static constexpr Array forces{4, "forces", -1};
  static constexpr Array indices{5, "indices", -1};
  static constexpr Array values{6, "values", -1};
  static constexpr Array starts{7, "starts", -1};
  static constexpr Array ends{8, "ends", -1};
};

// The share of the cost of points [begin, end).
struct TsneCostsLayout {
  static constexpr uint32_t kId = 0x05b044ef;
  static constexpr int64_t kNumbers = 8;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size points{1};
  static constexpr Size dims{2};
  static constexpr Size k{3};
  static constexpr Size total{4};
  static constexpr Size begin{5};
  static constexpr Size end{6};
  static constexpr Real z{7};
  static constexpr Array costs{1, "costs", -1};
  static constexpr Array y{2, "y", -1};
  static constexpr Array indices{3, "indices", -1};
  static constexpr Array values{4, "values", -1};
  static constexpr Array starts{5, "starts", -1};
  static constexpr Array ends{6, "ends", -1};
};

}  // namespace lutra::binding

// Made by scripts/make_calls.mjs from native/binding/planned/classifier.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Trains on examples[begin … end), on at most `threads` threads. `loss` is 0 softmax, 1 negative sampling, 2
// hierarchical softmax, 3 one against all. The summed loss comes back, and of how many examples.
struct ClassifierSliceLayout {
  static constexpr uint32_t kId = 0x0f6c861e;
  static constexpr int64_t kNumbers = 20;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size inputRows{1};
  static constexpr Size outputRows{2};
  static constexpr Size labels{3};
  static constexpr Size dim{4};
  static constexpr Size objective{5};
  static constexpr Size negative{6};
  static constexpr Size begin{7};
  static constexpr Size end{8};
  static constexpr Real beginRate{9};
  static constexpr Real endRate{10};
  static constexpr Size seed{11};
  static constexpr Size threads{12};
  static constexpr Size exampleCount{13};
  static constexpr Size rowCount{14};
  static constexpr Size labelCount{15};
  static constexpr Size negativesCount{16};
  static constexpr Size pathCount{17};
  static constexpr Array input{1, "input", -1};
  static constexpr Array output{2, "output", -1};
  static constexpr Array exampleBegin{3, "exampleBegin", -1};
  static constexpr Array rows{4, "rows", -1};
  static constexpr Array weights{5, "weights", -1};
  static constexpr Array labelBegin{6, "labelBegin", -1};
  static constexpr Array exampleLabels{7, "exampleLabels", -1};
  static constexpr Array negatives{8, "negatives", -1};
  static constexpr Array pathBegin{9, "pathBegin", -1};
  static constexpr Array pathNodes{10, "pathNodes", -1};
  static constexpr Array pathCodes{11, "pathCodes", -1};
  static constexpr Result loss{18};
  static constexpr Result examples{19};
};

// codes[i] = the nearest of 256 centroids to point i.
struct NearestCentroidsLayout {
  static constexpr uint32_t kId = 0xc9e65776;
  static constexpr int64_t kNumbers = 3;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size count{1};
  static constexpr Size dim{2};
  static constexpr Array codes{1, "codes", -1};
  static constexpr Array points{2, "points", -1};
  static constexpr Array centroids{3, "centroids", -1};
};

}  // namespace lutra::binding

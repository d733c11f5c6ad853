// Made by scripts/make_calls.mjs from native/binding/planned/word2vec.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Trains on the sentences that begin in tokens[begin … end), on at most `threads` threads. The loss is summed over
// one centre word in `lossEvery`; `examples` says of how many; `trained` counts centre words.
struct Word2vecSliceLayout {
  static constexpr uint32_t kId = 0xf73bbec6;
  static constexpr int64_t kNumbers = 24;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size words{1};
  static constexpr Size inputRows{2};
  static constexpr Size outputs{3};
  static constexpr Size dim{4};
  static constexpr Size model{5};
  static constexpr Size window{6};
  static constexpr Flag shrinkWindow{7};
  static constexpr Flag mean{8};
  static constexpr Size negative{9};
  static constexpr Size begin{10};
  static constexpr Size end{11};
  static constexpr Real beginRate{12};
  static constexpr Real endRate{13};
  static constexpr Size seed{14};
  static constexpr Size threads{15};
  static constexpr Size lossEvery{16};
  static constexpr Size tokenCount{17};
  static constexpr Size negativesCount{18};
  static constexpr Size pathCount{19};
  static constexpr Size subwordCount{20};
  static constexpr Array input{1, "input", -1};
  static constexpr Array output{2, "output", -1};
  static constexpr Array tokens{3, "tokens", -1};
  static constexpr Array keep{4, "keep", -1};
  static constexpr Array negatives{5, "negatives", -1};
  static constexpr Array pathBegin{6, "pathBegin", -1};
  static constexpr Array pathNodes{7, "pathNodes", -1};
  static constexpr Array pathCodes{8, "pathCodes", -1};
  static constexpr Array subwordBegin{9, "subwordBegin", -1};
  static constexpr Array subwordRows{10, "subwordRows", -1};
  static constexpr Result loss{21};
  static constexpr Result examples{22};
  static constexpr Result trained{23};
};

}  // namespace lutra::binding

// Made by scripts/make_calls.mjs from native/binding/planned/word2vec.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Trains on the sentences that begin in tokens[begin … end), on at most `threads` threads. The loss is summed over
// one centre word in `lossEvery`; `examples` says of how many; `trained` counts centre words.
struct Word2vecSliceLayout {
  static constexpr uint32_t kId = 0xa2ec02da;
  static constexpr int64_t kNumbers = 22;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size words{1};
  static constexpr Size outputs{2};
  static constexpr Size dim{3};
  static constexpr Size model{4};
  static constexpr Size window{5};
  static constexpr Flag shrinkWindow{6};
  static constexpr Flag mean{7};
  static constexpr Size negative{8};
  static constexpr Size begin{9};
  static constexpr Size end{10};
  static constexpr Real beginRate{11};
  static constexpr Real endRate{12};
  static constexpr Size seed{13};
  static constexpr Size threads{14};
  static constexpr Size lossEvery{15};
  static constexpr Size tokenCount{16};
  static constexpr Size negativesCount{17};
  static constexpr Size pathCount{18};
  static constexpr Array input{1, "input", -1};
  static constexpr Array output{2, "output", -1};
  static constexpr Array tokens{3, "tokens", -1};
  static constexpr Array keep{4, "keep", -1};
  static constexpr Array negatives{5, "negatives", -1};
  static constexpr Array pathBegin{6, "pathBegin", -1};
  static constexpr Array pathNodes{7, "pathNodes", -1};
  static constexpr Array pathCodes{8, "pathCodes", -1};
  static constexpr Result loss{19};
  static constexpr Result examples{20};
  static constexpr Result trained{21};
};

}  // namespace lutra::binding

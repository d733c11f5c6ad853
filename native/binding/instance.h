// What the binding keeps for one environment (the main thread's or a worker's), as its instance data.
#pragma once

#include <memory>
#include <vector>

#include "binding/napi.h"

namespace lutra::text {
class WordCounter;
}

namespace lutra::binding {

struct Instance {
  // The result pool's weak references to typed arrays, by slot; empty where a slot is free.
  std::vector<Napi::Reference<Napi::Value>> weak;
  // Counters of words that are open, by their numbers.
  std::vector<std::shared_ptr<text::WordCounter>> counters;
};

}  // namespace lutra::binding

#include "binding/family.h"

namespace lutra::binding {

// A pointer that is null before any family is made, whatever the order of the files.
const Family* Family::first_ = nullptr;

Family::Family(Define functions) : define_(functions), next_(first_) { first_ = this; }

void Family::defineAll(Napi::Object exports) {
  for (const Family* family = first_; family != nullptr; family = family->next_) family->define_(exports);
}

}  // namespace lutra::binding

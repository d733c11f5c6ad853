// Every kernel family registers its functions here: one line a family.
#pragma once

#include "binding/arguments.h"

namespace lutra::binding {

void registerRuntime(Exports& exports);
void registerCopy(Exports& exports);
void registerSelect(Exports& exports);

}  // namespace lutra::binding

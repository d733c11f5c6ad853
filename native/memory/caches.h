// The sizes of this processor's data caches.

#pragma once

#include <cstdint>

namespace lutra {

/** Bytes of a core's own first and second level and of the third, which cores share; 0 for one that isn't known. */
struct CacheSizes {
  int64_t l1 = 0, l2 = 0, l3 = 0;
};

/**
 * As the operating system tells them, or else the processor; asked once. Inside a virtual machine l3 may be shared with
 * others.
 */
const CacheSizes& cacheSizes();

/** From now on as if the processor had these; for tests, before any kernel runs. */
void setCacheSizes(const CacheSizes& sizes);

}  // namespace lutra

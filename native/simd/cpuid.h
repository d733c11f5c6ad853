// What an x86 processor says of itself when it is asked directly: the compilers' own __builtin_cpu_supports takes a
// run-time library that not all have, and a virtual machine's operating system may have no word for it.
#pragma once

#include <cstdint>

#include "simd/targets.h"

#if defined(LUTRA_X86)

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#else
#include <cpuid.h>
#endif

namespace lutra {

struct Registers {
  uint32_t a = 0, b = 0, c = 0, d = 0;
};

/** The answer to a leaf that the processor has (leaf 0, or 0x80000000, tells the last one of its kind). */
inline Registers cpuid(uint32_t leaf, uint32_t part = 0) {
#if defined(_MSC_VER) && !defined(__clang__)
  int r[4];
  __cpuidex(r, static_cast<int>(leaf), static_cast<int>(part));
  return {static_cast<uint32_t>(r[0]), static_cast<uint32_t>(r[1]), static_cast<uint32_t>(r[2]),
          static_cast<uint32_t>(r[3])};
#else
  Registers r;
  __cpuid_count(leaf, part, r.a, r.b, r.c, r.d);
  return r;
#endif
}

}  // namespace lutra

#endif

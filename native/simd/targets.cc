// Which instruction sets this CPU (and operating system) offers, and which one the kernels use.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "simd/targets.h"

#if defined(LUTRA_X86) && defined(_MSC_VER) && !defined(__clang__)
#include <immintrin.h>
#include <intrin.h>
#elif defined(LUTRA_X86)
#include <cpuid.h>
#endif

namespace lutra {

namespace {

#if defined(LUTRA_X86) && defined(_MSC_VER) && !defined(__clang__)
bool cpuHas(bool wide) {
  int r[4];
  __cpuid(r, 0);
  if (r[0] < 7) return false;
  __cpuid(r, 1);
  const bool osxsave = (r[2] >> 27) & 1, fma = (r[2] >> 12) & 1, f16c = (r[2] >> 29) & 1;
  if (!osxsave || !fma || !f16c) return false;
  const unsigned long long xcr0 = _xgetbv(0);
  __cpuidex(r, 7, 0);
  if (!wide) return (xcr0 & 6) == 6 && ((r[1] >> 5) & 1);
  const unsigned needed = (1u << 16) | (1u << 17) | (1u << 30) | (1u << 31);
  return (xcr0 & 0xe6) == 0xe6 && (static_cast<unsigned>(r[1]) & needed) == needed;
}
#elif defined(LUTRA_X86)
bool cpuHas(bool wide) {
  __builtin_cpu_init();
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool f16c = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;  // older compilers' builtin lacks it
  const bool narrow = f16c && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (!wide) return narrow;
  return narrow && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

Isa best() {
#if defined(LUTRA_X86)
  return cpuHas(true) ? Isa::avx512 : cpuHas(false) ? Isa::avx2 : Isa::scalar;
#elif defined(LUTRA_ARM64)
  return Isa::neon;
#else
  return Isa::scalar;
#endif
}

// LUTRA_ISA wins when it names an instruction set that is there; the TypeScript side reports one that is not.
Isa initial() {
  if (const char* forced = std::getenv("LUTRA_ISA")) {
    for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
      if (std::strcmp(forced, isaName(isa)) == 0 && isaAvailable(isa)) return isa;
    }
  }
  return best();
}

std::atomic<Isa> active{initial()};

}  // namespace

Isa activeIsa() { return active.load(std::memory_order_relaxed); }

bool isaAvailable(Isa isa) {
  switch (isa) {
    case Isa::scalar:
      return true;
#if defined(LUTRA_X86)
    case Isa::avx2:
      return cpuHas(false);
    case Isa::avx512:
      return cpuHas(true);
#elif defined(LUTRA_ARM64)
    case Isa::neon:
      return true;
#endif
    default:
      return false;
  }
}

bool setIsa(Isa isa) {
  if (!isaAvailable(isa)) return false;
  active.store(isa, std::memory_order_relaxed);
  return true;
}

const char* isaName(Isa isa) {
  switch (isa) {
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::neon:
      return "neon";
    default:
      return "scalar";
  }
}

}  // namespace lutra

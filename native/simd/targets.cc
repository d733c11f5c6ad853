// Which instruction sets this CPU (and operating system) offers, and which one the kernels use.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "simd/cpuid.h"
#include "simd/targets.h"

#if defined(LUTRA_X86) && defined(_MSC_VER) && !defined(__clang__)
#include <immintrin.h>
#endif

namespace lutra {

namespace {

#if defined(LUTRA_X86)

#if defined(_MSC_VER) && !defined(__clang__)
uint64_t savedStates() { return _xgetbv(0); }
#else
uint64_t savedStates() {
  uint32_t low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return static_cast<uint64_t>(high) << 32 | low;
}
#endif

// AVX2, FMA and half-precision conversions; with `wide` AVX-512 F, DQ, BW and VL too. The operating system must save
// the registers of each when it switches threads.
bool cpuHas(bool wide) {
  constexpr uint32_t kOsxsave = 1u << 27, kFma = 1u << 12, kF16c = 1u << 29, kAvx2 = 1u << 5;
  constexpr uint32_t kAvx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  constexpr uint64_t kAvxStates = 0x6, kAvx512States = 0xe6;
  if (cpuid(0).a < 7) return false;
  constexpr uint32_t kFirst = kOsxsave | kFma | kF16c;
  if ((cpuid(1).c & kFirst) != kFirst) return false;
  const uint64_t states = savedStates();
  const uint32_t features = cpuid(7).b;
  const bool narrow = (states & kAvxStates) == kAvxStates && (features & kAvx2) != 0;
  if (!wide) return narrow;
  return narrow && (states & kAvx512States) == kAvx512States && (features & kAvx512) == kAvx512;
}

#endif

Isa best() {
  for (const Isa isa : {Isa::neon, Isa::avx512, Isa::avx2}) {
    if (isaAvailable(isa)) return isa;
  }
  return Isa::scalar;
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
#if defined(LUTRA_HAS_AVX2)
    case Isa::avx2:
      return cpuHas(false);
#endif
#if defined(LUTRA_HAS_AVX512)
    case Isa::avx512:
      return cpuHas(true);
#endif
#if defined(LUTRA_ARM64)
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

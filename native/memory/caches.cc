#include "memory/caches.h"

#if defined(__linux__)
#include <fstream>
#include <string>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_WIN32)
#include <windows.h>

#include <vector>
#endif

#include <algorithm>

#include "simd/cpuid.h"

namespace lutra {

namespace {

#if defined(__linux__)

// Lines such as "2048K" or "32M".
int64_t bytesOf(const std::string& text) {
  size_t end = 0;
  const int64_t number = std::stoll(text, &end);
  const char unit = end < text.size() ? text[end] : ' ';
  return number << (unit == 'K' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0);
}

CacheSizes ask() {
  CacheSizes sizes;
  for (int i = 0; i < 8; i++) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    int level = 0;
    std::string type, size;
    if (!(std::ifstream(folder + "level") >> level) || !(std::ifstream(folder + "type") >> type) ||
        !(std::ifstream(folder + "size") >> size) || type == "Instruction" || size[0] < '0' || size[0] > '9') {
      continue;
    }
    (level == 1 ? sizes.l1 : level == 2 ? sizes.l2 : sizes.l3) = bytesOf(size);
  }
  return sizes;
}

#elif defined(__APPLE__)

int64_t number(const char* fast, const char* any) {
  int64_t value = 0;
  size_t size = sizeof(value);
  if (sysctlbyname(fast, &value, &size, nullptr, 0) == 0) return value;  // of the fast cores
  size = sizeof(value);
  return sysctlbyname(any, &value, &size, nullptr, 0) == 0 ? value : 0;
}

CacheSizes ask() {
  return {number("hw.perflevel0.l1dcachesize", "hw.l1dcachesize"),
          number("hw.perflevel0.l2cachesize", "hw.l2cachesize"), number("hw.perflevel0.l3cachesize", "hw.l3cachesize")};
}

#elif defined(_WIN32)

CacheSizes ask() {
  CacheSizes sizes;
  DWORD bytes = 0;
  GetLogicalProcessorInformation(nullptr, &bytes);
  std::vector<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> entries(bytes / sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION));
  if (entries.empty() || !GetLogicalProcessorInformation(entries.data(), &bytes)) return sizes;
  for (const auto& entry : entries) {
    if (entry.Relationship != RelationCache || entry.Cache.Type == CacheInstruction) continue;
    const int level = entry.Cache.Level;
    (level == 1 ? sizes.l1 : level == 2 ? sizes.l2 : sizes.l3) = entry.Cache.Size;
  }
  return sizes;
}

#else

CacheSizes ask() { return {}; }

#endif

#if defined(LUTRA_X86)

// Leaf 4 of Intel's processors and 0x8000001d of AMD's name the caches one after the other.
CacheSizes listedBy(uint32_t leaf) {
  CacheSizes sizes;
  for (uint32_t part = 0; part < 16; part++) {
    const Registers r = cpuid(leaf, part);
    const uint32_t type = r.a & 31, level = r.a >> 5 & 7;
    if (type == 0) break;
    if (type == 2 || level > 3) continue;  // instructions
    const int64_t ways = (r.b >> 22) + 1, partitions = (r.b >> 12 & 1023) + 1, line = (r.b & 4095) + 1;
    (level == 1 ? sizes.l1 : level == 2 ? sizes.l2 : sizes.l3) = ways * partitions * line * (int64_t(r.c) + 1);
  }
  return sizes;
}

// AMD's older leaves. The third level is that of all complexes together, of which a core fills its own: 32 MB on most
// since Zen 3.
CacheSizes summedUp() {
  constexpr int64_t kComplex = 32 << 20;
  const Registers first = cpuid(0x80000005u), others = cpuid(0x80000006u);
  return {int64_t(first.c >> 24) << 10, int64_t(others.c >> 16) << 10,
          std::min((int64_t(others.d >> 18) * 512) << 10, kComplex)};
}

// Where the system says nothing, as in many a container and virtual machine.
CacheSizes askProcessor() {
  constexpr uint32_t kIntel = 0x756e6547, kAmd = 0x68747541;  // "Genu", "Auth"
  const Registers maker = cpuid(0);
  if (maker.b == kIntel && maker.a >= 4) return listedBy(4);
  if (maker.b != kAmd) return {};
  const uint32_t last = cpuid(0x80000000u).a;
  const CacheSizes listed = last >= 0x8000001du ? listedBy(0x8000001du) : CacheSizes();
  return listed.l2 > 0 ? listed : last >= 0x80000006u ? summedUp() : CacheSizes();
}

#else

CacheSizes askProcessor() { return {}; }

#endif

CacheSizes& sizes() {
  static CacheSizes asked = [] {
    const CacheSizes told = ask();
    return told.l2 > 0 ? told : askProcessor();
  }();
  return asked;
}

}  // namespace

const CacheSizes& cacheSizes() { return sizes(); }

void setCacheSizes(const CacheSizes& others) { sizes() = others; }

}  // namespace lutra

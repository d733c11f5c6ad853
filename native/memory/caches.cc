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

CacheSizes& sizes() {
  static CacheSizes asked = ask();
  return asked;
}

}  // namespace

const CacheSizes& cacheSizes() { return sizes(); }

void setCacheSizes(const CacheSizes& others) { sizes() = others; }

}  // namespace lutra

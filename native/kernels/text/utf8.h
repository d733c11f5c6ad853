// Whether bytes are UTF-8 (Unicode 3.9, table 3-7).
#pragma once

#include <cstdint>

namespace lutra::text {

inline bool isUtf8(const uint8_t* bytes, int64_t length) {
  for (int64_t at = 0; at < length;) {
    const uint8_t lead = bytes[at];
    if (lead < 0x80) {
      at++;
      continue;
    }
    const int count = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (count == 0 || at + count > length) return false;
    const uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (bytes[at + 1] < low || bytes[at + 1] > high) return false;
    for (int k = 2; k < count; k++) {
      if ((bytes[at + k] & 0xc0) != 0x80) return false;
    }
    at += count;
  }
  return true;
}

}  // namespace lutra::text

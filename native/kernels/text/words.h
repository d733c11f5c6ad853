// Words of a text in UTF-8: where they end, and where one text may be cut so that several threads read it.
//
// White space is what JavaScript's \s knows: tab to carriage return, space, no-break space, the spaces of U+1680,
// U+2000 to U+200A, U+202F, U+205F and U+3000, the separators U+2028 and U+2029, and U+FEFF.
#pragma once

#include <cstdint>
#include <cstring>

namespace lutra::text {

inline bool isAsciiSpace(uint8_t byte) { return byte == ' ' || (byte >= 9 && byte <= 13); }

// Bytes of the white space that begins with bytes[at], a byte of 0x80 or more; 0 where there is none.
inline int wideSpace(const uint8_t* bytes, int64_t at, int64_t end) {
  const uint8_t lead = bytes[at];
  if (lead == 0xc2) return at + 1 < end && bytes[at + 1] == 0xa0 ? 2 : 0;
  if ((lead != 0xe1 && lead != 0xe2 && lead != 0xe3 && lead != 0xef) || at + 2 >= end) return 0;
  const uint8_t second = bytes[at + 1], third = bytes[at + 2];
  switch (lead) {
    case 0xe1:
      return second == 0x9a && third == 0x80 ? 3 : 0;
    case 0xe2:
      if (second == 0x80)
        return (third >= 0x80 && third <= 0x8a) || third == 0xa8 || third == 0xa9 || third == 0xaf ? 3 : 0;
      return second == 0x81 && third == 0x9f ? 3 : 0;
    case 0xe3:
      return second == 0x80 && third == 0x80 ? 3 : 0;
    default:
      return second == 0xbb && third == 0xbf ? 3 : 0;
  }
}

inline uint64_t load64(const uint8_t* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

inline int lowestByte(uint64_t mask) {
#if defined(_MSC_VER)
  unsigned long index;
  _BitScanForward64(&index, mask);
  return static_cast<int>(index) >> 3;
#else
  return __builtin_ctzll(mask) >> 3;
#endif
}

// The end of the word that begins at `at`: white space, or `end`.
inline int64_t wordEnd(const uint8_t* bytes, int64_t at, int64_t end) {
  constexpr uint64_t kOnes = 0x0101010101010101u, kHighs = 0x8080808080808080u;
  for (;;) {
    // Eight bytes at once: the lowest that is below 0x21 or above 0x7f is where to look closer.
    while (at + 8 <= end) {
      const uint64_t eight = load64(bytes + at);
      const uint64_t odd = (((eight - kOnes * 0x21) & ~eight) | eight) & kHighs;
      if (odd != 0) {
        at += lowestByte(odd);
        break;
      }
      at += 8;
    }
    if (at >= end) return end;
    const uint8_t byte = bytes[at];
    if (byte <= 0x20 ? isAsciiSpace(byte) : byte >= 0x80 && wideSpace(bytes, at, end) > 0) return at;
    at++;
    // A letter beyond ASCII is seldom alone.
    while (at < end && bytes[at] >= 0x80 && wideSpace(bytes, at, end) == 0) at++;
  }
}

// The first byte from `at` on that is no white space, or `end`; counts newlines on the way.
inline int64_t skipSpace(const uint8_t* bytes, int64_t at, int64_t end, int64_t* newlines) {
  while (at < end) {
    const uint8_t byte = bytes[at];
    if (isAsciiSpace(byte)) {
      *newlines += byte == '\n';
      at++;
      continue;
    }
    const int wide = byte >= 0x80 ? wideSpace(bytes, at, end) : 0;
    if (wide == 0) return at;
    at += wide;
  }
  return end;
}

// Where part `part` of `parts` of a text begins: behind the first ASCII white space from its share on.
inline int64_t partBegin(const uint8_t* bytes, int64_t length, int64_t part, int64_t parts) {
  if (part == 0) return 0;
  if (part == parts) return length;
  int64_t at = length / parts * part;
  while (at < length && !isAsciiSpace(bytes[at])) at++;
  return at;
}

}  // namespace lutra::text

#include "kernels/text/vector_lines.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#if defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
#endif
#if defined(_MSC_VER)
#include <intrin.h>
#endif

#include "kernels/text/decimal.h"
#include "threads/thread_pool.h"

namespace lutra::text {

namespace {

// Less is not worth a thread.
constexpr int64_t kLeastPart = 1 << 16;

bool separates(uint8_t byte) { return byte == ' ' || byte == '\t'; }

int64_t countSeparators(const uint8_t* bytes, int64_t begin, int64_t end) {
  int64_t count = 0;
  // Sums of bytes at most 255 long, which the compiler turns into vectors.
  while (begin < end) {
    const int64_t stop = std::min(end, begin + 255);
    uint8_t some = 0;
    for (; begin < stop; begin++) some += separates(bytes[begin]) ? 1 : 0;
    count += some;
  }
  return count;
}

// Where the last `dim` parts of a line begin, from its end; kShort where there are not so many and a word.
int32_t wordEndFromEnd(const uint8_t* bytes, int64_t from, int64_t end, int64_t dim) {
  for (int64_t count = 0; count < dim; count++) {
    while (end > from && separates(bytes[end - 1])) end--;
    int64_t begin = end;
    while (begin > from && !separates(bytes[begin - 1])) begin--;
    if (begin <= from) return kShort;
    end = begin - 1;
  }
  return static_cast<int32_t>(end);
}

VectorLine lineOf(const uint8_t* bytes, int64_t begin, int64_t end, int64_t dim) {
  if (end > begin && bytes[end - 1] == '\r') end--;
  VectorLine line{static_cast<int32_t>(begin), static_cast<int32_t>(end), kNone};
  if (end == begin) return line;
  while (end > begin && separates(bytes[end - 1])) end--;
  line.end = static_cast<int32_t>(end);
  if (countSeparators(bytes, begin, end) == dim) {
    int64_t at = begin;
    while (!separates(bytes[at])) at++;
    line.wordEnd = static_cast<int32_t>(at);
  } else {
    line.wordEnd = wordEndFromEnd(bytes, begin, end, dim);
  }
  return line;
}

// Which of 64 bytes part numbers, a bit for each.
uint64_t separatorsOf64(const uint8_t* bytes) {
#if defined(__SSE2__) || defined(_M_X64)
  const auto of16 = [&](int from) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + from));
    const __m128i found =
        _mm_or_si128(_mm_cmpeq_epi8(some, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(some, _mm_set1_epi8('\t')));
    return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(found)));
  };
  return of16(0) | of16(16) << 16 | of16(32) << 32 | of16(48) << 48;
#else
  uint64_t found = 0;
  for (int from = 0; from < 64; from += 8) {
    // A byte that is equal becomes 0, of which alone the highest bit is set here.
    const auto equals = [&](uint64_t ones) {
      const uint64_t other = load64(bytes + from) ^ ones;
      return ~(((other & 0x7f7f7f7f7f7f7f7fu) + 0x7f7f7f7f7f7f7f7fu) | other) & 0x8080808080808080u;
    };
    const uint64_t eight = equals(0x2020202020202020u) | equals(0x0909090909090909u);
    found |= ((eight >> 7) * 0x0102040810204080u >> 56) << from;
  }
  return found;
#endif
}

int lowestBit(uint64_t mask) {
#if defined(_MSC_VER)
  unsigned long index;
  _BitScanForward64(&index, mask);
  return static_cast<int>(index);
#else
  return __builtin_ctzll(mask);
#endif
}

// Whether bytes[at, end) is a finite number, which goes to *number.
bool readNumber(const uint8_t* bytes, int64_t at, int64_t end, int64_t length, float* number) {
  double value;
  if (!parseSimple(bytes, at, end, &value)) value = parseDecimal(bytes, at, end, length);
  *number = static_cast<float>(value);
  return std::isfinite(*number);
}

// The numbers of a line from the end of its word on; how many were read before one that is none.
int64_t readRow(const uint8_t* bytes, int64_t length, const VectorLine& line, int64_t dim, float* row) {
  int64_t begin = line.wordEnd + 1, count = 0;
  for (int64_t block = begin; count < dim && block < line.end; block += 64) {
    uint64_t separators;
    if (block + 64 <= length) {
      separators = separatorsOf64(bytes + block);
    } else {
      uint8_t rest[64] = {};
      std::memcpy(rest, bytes + block, length - block);
      separators = separatorsOf64(rest);
    }
    // The last number ends where the line does.
    if (line.end - block < 64)
      separators = (separators & ((uint64_t{1} << (line.end - block)) - 1)) | uint64_t{1} << (line.end - block);
    for (; separators != 0; separators &= separators - 1) {
      const int64_t end = block + lowestBit(separators);
      const int64_t from = begin;
      begin = end + 1;
      // Two separators behind each other have nothing between them.
      if (from == end) continue;
      if (count == dim || !readNumber(bytes, from, end, length, row + count)) return count;
      count++;
    }
  }
  if (count < dim && begin < line.end && readNumber(bytes, begin, line.end, length, row + count)) count++;
  return count;
}

}  // namespace

std::vector<VectorLine> findVectorLines(const uint8_t* bytes, int64_t length, int64_t dim) {
  const int64_t parts = std::max<int64_t>(1, std::min<int64_t>(numThreads(), length / kLeastPart));
  std::vector<std::vector<VectorLine>> found(parts);
  // A line belongs to the part in which it begins.
  const auto lineFrom = [&](int64_t at) -> int64_t {
    if (at <= 0 || at >= length) return std::min(at, length);
    const void* const newline = std::memchr(bytes + at - 1, '\n', length - at + 1);
    return newline == nullptr ? length : static_cast<const uint8_t*>(newline) - bytes + 1;
  };
  parallelThreads(static_cast<int>(parts), [&](int part) {
    const int64_t stop = part + 1 == parts ? length : lineFrom(length / parts * (part + 1));
    for (int64_t at = lineFrom(length / parts * part); at < stop;) {
      const void* const newline = std::memchr(bytes + at, '\n', stop - at);
      const int64_t end = newline == nullptr ? stop : static_cast<const uint8_t*>(newline) - bytes;
      found[part].push_back(lineOf(bytes, at, end, dim));
      at = end + 1;
    }
  });
  std::vector<VectorLine> lines;
  for (const auto& some : found) lines.insert(lines.end(), some.begin(), some.end());
  return lines;
}

BadNumber parseVectorLines(const uint8_t* bytes, int64_t length, int64_t dim, const VectorLine* lines,
                           const int32_t* rows, int64_t count, float* table) {
  BadNumber first{-1, 0};
  std::mutex mutex;
  const int64_t grain = std::max<int64_t>(1, 8192 / dim);
  parallelFor(count, grain, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      if (rows[i] < 0) continue;
      const int64_t read = readRow(bytes, length, lines[i], dim, table + rows[i] * dim);
      if (read == dim) continue;
      const std::lock_guard<std::mutex> lock(mutex);
      if (first.line < 0 || i < first.line) first = {i, read};
    }
  });
  return first;
}

}  // namespace lutra::text

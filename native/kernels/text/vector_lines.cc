#include "kernels/text/vector_lines.h"

#include <algorithm>
#include <atomic>
#include <mutex>

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
      const int64_t end = lines[i].end;
      float* const row = table + rows[i] * dim;
      int64_t at = lines[i].wordEnd;
      for (int64_t j = 0; j < dim; j++) {
        while (at < end && separates(bytes[at])) at++;
        double value = NAN;
        int64_t next = at + kSimpleBytes <= length ? parseSimple(bytes, at, &value) : at;
        if (next == at || next > end || (next < end && !separates(bytes[next]))) {
          next = at;
          while (next < end && !separates(bytes[next])) next++;
          value = next > at ? parseDecimal(bytes, at, next, length) : NAN;
        }
        const auto number = static_cast<float>(value);
        if (!std::isfinite(number)) {
          const std::lock_guard<std::mutex> lock(mutex);
          if (first.line < 0 || i < first.line) first = {i, j};
          break;
        }
        row[j] = number;
        at = next;
      }
    }
  });
  return first;
}

}  // namespace lutra::text

// Files of vectors as text: where the lines of a block begin and end, and their numbers.
#include "binding/family.h"
#include "kernels/text/vector_lines.h"
#include "kernels/text/words.h"

namespace lutra::binding {

namespace {

using text::VectorLine;

constexpr int64_t kLongestBlock = (int64_t{1} << 31) - 2;
constexpr int64_t kWidest = 1 << 20;

// A line is three numbers in JavaScript's array.
static_assert(sizeof(VectorLine) == 3 * sizeof(int32_t));

// vectorTextLines(dim, length, bytes, lines, used) -> lines that were found in bytes[0, length), as many as there is
// room for; used[0] gets the bytes that they take
int64_t lines(Args& args) {
  const int64_t dim = args.integer(0, "dim", 1, kWidest);
  const int64_t length = args.integer(1, "length", 0, kLongestBlock);
  const uint8_t* const bytes = args.array<uint8_t>(2, "bytes", 0, length);
  const int64_t room = args.span(3, "lines").length / 3;
  int32_t* const out = args.array<int32_t>(3, "lines", 0, 3 * room);
  double* const used = args.array<double>(4, "used", 0, 1);
  const std::vector<VectorLine> found = text::findVectorLines(bytes, length, dim);
  const auto count = std::min<int64_t>(room, static_cast<int64_t>(found.size()));
  if (count > 0) std::memcpy(out, found.data(), count * sizeof(VectorLine));
  used[0] = static_cast<double>(count == static_cast<int64_t>(found.size()) ? length : found[count].begin);
  return count;
}

// JavaScript holds the lines between two calls, so that they are looked at again; memory that another thread could
// change meanwhile is not taken for them.
std::vector<VectorLine> checkedLines(const Args& args, size_t i, int64_t count, int64_t length) {
  const auto* const given = reinterpret_cast<const VectorLine*>(args.array<int32_t>(i, "lines", 0, 3 * count));
  std::vector<VectorLine> found(given, given + count);
  for (const VectorLine& line : found) {
    const bool fits = line.begin >= 0 && line.begin <= line.end && line.end <= length && line.wordEnd <= line.end;
    if (!fits || (line.wordEnd >= 0 && line.wordEnd < line.begin))
      args.fail(ErrorKind::range, "lines must lie in bytes");
  }
  return found;
}

// vectorTextNumbers(count, length, dim, bytes, lines, rows, begin, table, bad): numbers of line i go to row rows[i] of
// the table that begins at element `begin`; bad[0] gets the first line with what is no number, or -1, bad[1] which
// number that is
void numbers(Args& args) {
  const int64_t count = args.integer(0, "count", 0, kLongestBlock);
  const int64_t length = args.integer(1, "length", 0, kLongestBlock);
  const int64_t dim = args.integer(2, "dim", 1, kWidest);
  const int64_t begin = args.integer(6, "begin");
  const uint8_t* const bytes = args.array<uint8_t>(3, "bytes", 0, length);
  const std::vector<VectorLine> all = checkedLines(args, 4, count, length);
  const int32_t* const given = args.array<int32_t>(5, "rows", 0, count);
  std::vector<int32_t> rows(given, given + count);
  const int64_t room = args.span(7, "table").length - begin;
  for (int64_t i = 0; i < count; i++) {
    if (rows[i] >= 0 && (all[i].wordEnd < 0 || (rows[i] + 1) * dim > room)) {
      args.fail(ErrorKind::range, "rows must lie in table");
    }
  }
  float* const table = room > 0 ? args.array<float>(7, "table", begin, room) : nullptr;
  double* const bad = args.array<double>(8, "bad", 0, 2);
  const text::BadNumber first = text::parseVectorLines(bytes, length, dim, all.data(), rows.data(), count, table);
  bad[0] = static_cast<double>(first.line);
  bad[1] = static_cast<double>(first.number);
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<lines>(exports, "vectorTextLines");
  define<numbers>(exports, "vectorTextNumbers");
});

}  // namespace lutra::binding

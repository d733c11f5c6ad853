// Lines of a word and its numbers, as files of vectors have them: the rule of lib/vectors/formats/text.ts on all
// threads.
#pragma once

#include <cstdint>
#include <vector>

namespace lutra::text {

// Places in a block of bytes.
struct VectorLine {
  int32_t begin;
  int32_t end;      // without its newline, a carriage return before that, and spaces
  int32_t wordEnd;  // kNone for an empty line, kShort for one of too few parts
};

constexpr int32_t kNone = -1, kShort = -2;

// The lines of bytes[0, length), each ended by a newline but the last, of which a word and `dim` numbers are wanted.
std::vector<VectorLine> findVectorLines(const uint8_t* bytes, int64_t length, int64_t dim);

// Where the first number lies that is none.
struct BadNumber {
  int64_t line;  // -1 where all are well
  int64_t number;
};

// Writes the numbers of line i to row rows[i] of table, [*, dim], for every row that is not negative.
BadNumber parseVectorLines(const uint8_t* bytes, int64_t length, int64_t dim, const VectorLine* lines,
                           const int32_t* rows, int64_t count, float* table);

}  // namespace lutra::text

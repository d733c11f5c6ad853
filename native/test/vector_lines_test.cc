// Lines of vectors as text: numbers against strtod, words with spaces, ends of lines of every kind, lines that are too
// short, several threads, memory that ends where the text does.
#include "kernels/text/vector_lines.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "kernels/text/decimal.h"
#include "test/check.h"
#include "threads/thread_pool.h"

using namespace lutra;
using namespace lutra::text;

namespace {

std::unique_ptr<uint8_t[]> exactly(const std::string& text) {
  std::unique_ptr<uint8_t[]> bytes(new uint8_t[text.size()]);
  std::memcpy(bytes.get(), text.data(), text.size());
  return bytes;
}

void testNumber(const std::string& text, bool isNumber = true) {
  const auto bytes = exactly(text);
  const auto length = static_cast<int64_t>(text.size());
  const double value = parseDecimal(bytes.get(), 0, length, length);
  const bool right = isNumber ? value == std::strtod(text.c_str(), nullptr) && std::signbit(value) == (text[0] == '-')
                              : std::isnan(value);
  if (!right) std::printf("%s\n", text.c_str());
  CHECK(right);
  double simple = 0;
  const auto behind = exactly(std::string(kBytesBefore, '7') + text);
  if (parseSimple(behind.get(), kBytesBefore, kBytesBefore + length, &simple))
    CHECK(simple == value && std::signbit(simple) == std::signbit(value));
}

void testNumbers() {
  char text[64];
  uint32_t state = 5;
  for (int k = 0; k < 20000; k++) {
    state = state * 1664525u + 1013904223u;
    const double value = (static_cast<double>(state) / 4294967296.0 - 0.5) * std::pow(10.0, k % 50 - 25);
    std::snprintf(text, sizeof text, "%.*g", 1 + k % 20, value);
    testNumber(text);
    std::snprintf(text, sizeof text, "%.*f", k % 20, value);
    testNumber(text);
  }
  for (const char* number :
       {"0", "-0", "5.", ".5", "+1.5", "00012.5", "1e22", "1e23", "9007199254740993", "4.9e-324", "1e-400",
        "18446744073709551616", "0.00000000000000000000001", "1.12345678901234567890123"}) {
    testNumber(number);
  }
  for (const char* other : {"-", ".", "e5", "1e", "1e+", "nan", "inf", "0x10", "1.2.3", "--1", "1_0", "1.5f"})
    testNumber(other, false);
}

void testLines(int threads, int count) {
  CASE(threads, count);
  setNumThreads(threads);
  std::string text;
  std::vector<std::string> words;
  for (int k = 0; k < count; k++) {
    words.push_back(k % 5 == 1 ? "a b\xc2\xa0 c" : k % 7 == 2 ? "" : "w" + std::to_string(k));
    text += words.back() + (k % 3 == 0 ? "\t" : " ") + std::to_string(k) + ".25" + (k % 4 == 0 ? "  " : " ") + "-1e" +
            std::to_string(k % 9);
    text += k % 2 == 0 ? " \r\n" : k % 11 == 0 ? "\n\n" : "\n";
  }
  text.pop_back();
  const auto bytes = exactly(text);
  const auto length = static_cast<int64_t>(text.size());
  const std::vector<VectorLine> lines = findVectorLines(bytes.get(), length, 2);
  std::vector<int32_t> rows;
  size_t seen = 0;
  for (const VectorLine& line : lines) {
    if (line.wordEnd == kNone) {
      rows.push_back(-1);
      continue;
    }
    CHECK(line.wordEnd >= line.begin);
    CHECK(text.compare(line.begin, line.wordEnd - line.begin, words[seen]) == 0);
    rows.push_back(static_cast<int32_t>(seen++));
  }
  CHECK(seen == words.size());
  std::vector<float> table(2 * words.size(), NAN);
  const auto bad = [&] {
    return parseVectorLines(bytes.get(), length, 2, lines.data(), rows.data(), static_cast<int64_t>(rows.size()),
                            table.data());
  };
  CHECK(bad().line == -1);
  for (int k = 0; k < count; k++) {
    CHECK(table[2 * k] == static_cast<float>(k) + 0.25f);
    CHECK(table[2 * k + 1] == static_cast<float>(-std::pow(10.0, k % 9)));
  }
  // The first bad number is told, whichever thread comes upon one.
  for (const int64_t line : {static_cast<int64_t>(lines.size()) - 1, static_cast<int64_t>(lines.size()) / 2}) {
    if (rows[line] < 0) continue;
    bytes[lines[line].end - 1] = 'x';
    CHECK(bad().line == line && bad().number == 1);
  }
}

void testShort() {
  const std::string text = "word 1\n\n1 2\nx 1 2\n 1 2";
  const auto bytes = exactly(text);
  const std::vector<VectorLine> lines = findVectorLines(bytes.get(), static_cast<int64_t>(text.size()), 2);
  CHECK(lines.size() == 5);
  CHECK(lines[0].wordEnd == kShort && lines[1].wordEnd == kNone && lines[2].wordEnd == kShort);
  CHECK(lines[3].wordEnd == lines[3].begin + 1 && lines[4].wordEnd == lines[4].begin);
  CHECK(findVectorLines(nullptr, 0, 2).empty());
}

}  // namespace

int main() {
  testNumbers();
  for (const int threads : {1, 2, 5}) {
    for (const int count : {1, 2, 30, 20000}) testLines(threads, count);
  }
  testShort();
  return lutra::test::finish("vector_lines_test");
}

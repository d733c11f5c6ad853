// Counting and numbering of words against a plain loop over a map: words of all lengths and scripts, white space of
// every kind, pieces cut anywhere, one thread and several, memory that ends where a piece does.
#include "kernels/text/word_counter.h"

#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "test/check.h"
#include "threads/thread_pool.h"

using namespace lutra;
using namespace lutra::text;

namespace {

const char* const kSpaces[] = {
    " ",           "\n",           "\t",           "\r\n",         "  ",           " \v\f",
    "\xc2\xa0",    "\xe1\x9a\x80", "\xe2\x80\x89", "\xe2\x80\xa8", "\xe2\x81\x9f", "\xe3\x80\x80",
    "\xef\xbb\xbf"};
const char* const kLetters[] = {
    "a", "Z", "0", "-", "\x01", "\x7f", "\xc3\xa4", "\xc2\x85", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff"};

struct Random {
  uint32_t state;
  uint32_t below(uint32_t n) { return (state = state * 1664525u + 1013904223u) % 0x10000u * n >> 16; }
};

struct Text {
  std::string bytes;
  std::vector<std::string> words;  // a newline between words is an empty one
};

Text textOf(uint32_t seed, int words) {
  Random random{seed};
  Text text;
  for (int w = 0; w < words; w++) {
    std::string word;
    for (uint32_t n = 1 + random.below(1 + random.below(20)); n > 0; n--)
      word += kLetters[random.below(random.below(11) + 1)];
    const std::string space = kSpaces[random.below(13)];
    text.bytes += word + space;
    text.words.push_back(word);
    if (space.find('\n') != std::string::npos) text.words.push_back("");
  }
  return text;
}

// Hands a text over in pieces whose memory ends where they do.
template <class Use>
void inPieces(const std::string& bytes, int64_t piece, Use use) {
  std::string rest;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    rest += bytes.substr(at, piece);
    std::unique_ptr<uint8_t[]> exact(new uint8_t[rest.size()]);
    std::memcpy(exact.get(), rest.data(), rest.size());
    rest.erase(0, use(exact.get(), static_cast<int64_t>(rest.size()), false));
  }
  std::unique_ptr<uint8_t[]> exact(new uint8_t[rest.size()]);
  std::memcpy(exact.get(), rest.data(), rest.size());
  CHECK(use(exact.get(), static_cast<int64_t>(rest.size()), true) == static_cast<int64_t>(rest.size()));
}

void testCounts(const Text& text, int64_t piece, int threads) {
  CASE(piece, threads);
  setNumThreads(threads);
  std::map<std::string, int64_t> expected;
  int64_t tokens = 0;
  for (const std::string& word : text.words) {
    if (word.empty()) continue;
    expected[word]++;
    tokens++;
  }
  WordCounter counter(1 << 20);
  int64_t place = 0;
  inPieces(text.bytes, piece, [&](const uint8_t* bytes, int64_t length, bool last) {
    const int64_t used = counter.add(bytes, length, place, last);
    place += used;
    return used;
  });
  counter.finish(3);
  CHECK(counter.tokens() == tokens);
  CHECK(!counter.isFull());
  WordTotals totals;
  for (const auto& [word, count] : expected) {
    if (count < 3) continue;
    totals.words++;
    totals.bytes += static_cast<int64_t>(word.size());
  }
  CHECK(counter.totals().words == totals.words && counter.totals().bytes == totals.bytes);
  CHECK(counter.words().size() == expected.size());
  CHECK(counter.pruned() == 0);
  std::vector<int32_t> numbers;
  std::map<std::string, int32_t> numberOf;
  for (size_t w = 0; w < counter.words().size(); w++) {
    const Word& word = counter.words()[w];
    const std::string bytes(reinterpret_cast<const char*>(counter.bytesOf(word)), word.length);
    CHECK(expected.count(bytes) == 1 && expected[bytes] == word.count);
    CHECK(text.bytes.compare(word.first, word.length, bytes) == 0);
    if (w > 0) {
      const Word& before = counter.words()[w - 1];
      CHECK(before.count > word.count || (before.count == word.count && before.first < word.first));
    }
    // Every third word is left out.
    numbers.push_back(w % 3 == 2 ? -1 : static_cast<int32_t>(w));
    numberOf[bytes] = numbers.back();
  }
  CHECK(counter.totals().invalid >= 0);

  constexpr int64_t kLongest = 7;
  counter.number(numbers.data(), static_cast<int64_t>(numbers.size()));
  std::vector<int32_t> wanted, found(text.words.size() * 2 + 64);
  int64_t inSentence = 0;
  for (const std::string& word : text.words) {
    if (!word.empty() && numberOf[word] < 0) continue;
    if (!word.empty()) {
      wanted.push_back(numberOf[word]);
      inSentence++;
    }
    if ((word.empty() && inSentence > 0) || inSentence == kLongest) {
      wanted.push_back(-1);
      inSentence = 0;
    }
  }
  if (inSentence > 0) wanted.push_back(-1);
  int64_t written = 0;
  inPieces(text.bytes, piece, [&](const uint8_t* bytes, int64_t length, bool last) {
    CHECK(counter.encode(bytes, length, last, true, kLongest, found.data(), 1).written == -1);
    const Encoded done = counter.encode(bytes, length, last, true, kLongest, found.data() + written,
                                        static_cast<int64_t>(found.size()) - written);
    CHECK(done.written >= 0);
    written += done.written;
    return done.used;
  });
  found.resize(written);
  CHECK(found == wanted);
}

void testPruning() {
  WordCounter counter(50);
  std::string bytes;
  for (int k = 0; k < 400; k++) bytes += "often w" + std::to_string(k) + "\n";
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  for (int k = 0; k < 3; k++) {
    CHECK(counter.add(data, static_cast<int64_t>(bytes.size()), 0, true) > 0);
    CHECK(counter.isFull());
    counter.prune();
    CHECK(!counter.isFull());
  }
  counter.finish(1);
  CHECK(counter.words().size() <= 50);
  CHECK(counter.words()[0].count == 1200);
  CHECK(counter.pruned() > 0 && counter.prunedCount() >= 1);
}

void testLimits() {
  WordCounter counter(50);
  CHECK(counter.add(nullptr, 0, 0, true) == 0);
  const std::string longest(WordCounter::kLongestWord, 'x');
  const std::string tooLong = longest + "x";
  const auto* data = reinterpret_cast<const uint8_t*>(tooLong.data());
  CHECK(counter.add(data, WordCounter::kLongestWord, 0, true) == WordCounter::kLongestWord);
  CHECK(counter.add(data, WordCounter::kLongestWord + 1, 0, true) == -1);
  CHECK(counter.add(data, WordCounter::kLongestWord + 1, 0, false) == -1);
  counter.finish(1);
  CHECK(counter.words().size() == 1);
  // Words that have no numbers yet are not found.
  int32_t out[8];
  CHECK(counter.encode(data, WordCounter::kLongestWord, true, true, 10, out, 8).written == 0);
}

}  // namespace

int main() {
  const Text small = textOf(1, 300), large = textOf(2, 60000);
  for (const int threads : {1, 2, 5}) {
    for (const int64_t piece : {1, 7, 64, 1000, 1 << 20}) testCounts(small, piece, threads);
    for (const int64_t piece : {100000, 1 << 20}) testCounts(large, piece, threads);
  }
  testPruning();
  testLimits();
  return lutra::test::finish("word_counter_test");
}

// Counts the words of a text that comes in pieces, on all threads, and turns such a text into word numbers. What comes
// out does not depend on the number of threads.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/text/word_table.h"

namespace lutra::text {

// How much of a piece was used (words that the next piece may continue are left), and how many numbers were written; -1
// where they had no room, and nothing changed.
struct Encoded {
  int64_t used;
  int64_t written;
};

// What was counted, of words that occur often enough.
struct WordTotals {
  int64_t words = 0;     // that do
  int64_t bytes = 0;     // of theirs
  int64_t invalid = -1;  // the first word of all that is not UTF-8, by where it appeared
};

class WordCounter {
 public:
  // Whether another thread is at work on it, for whoever hands it out.
  bool isBusy = false;

  static constexpr int32_t kLongestWord = 1 << 16;

  // More distinct words than `mostWords` are to be pruned.
  explicit WordCounter(int64_t mostWords);

  // Counts the words of bytes[0, length), which begins at byte `place` of the corpus, up to its last white space unless
  // it is the `last` piece of a file. Returns the bytes that were used; -1 for a word of more than kLongestWord.
  int64_t add(const uint8_t* bytes, int64_t length, int64_t place, bool last);

  // Whether there are too many words, as far as the threads' tables tell, whose words may be the same.
  bool isFull() const;

  // Brings the tables together, and drops the rarest words where there are too many.
  void prune();

  // Merges what the threads counted; the most frequent words first, equals by first appearance.
  void finish(int64_t minCount);
  const WordTotals& totals() const { return totals_; }

  const std::vector<Word>& words() const { return merged_.words(); }
  const uint8_t* bytesOf(const Word& word) const { return merged_.bytesOf(word); }
  int64_t lines() const { return lines_; }
  int64_t tokens() const { return tokens_; }
  // Words that were dropped to keep to the limit, and the most that one of them was counted.
  int64_t pruned() const { return pruned_; }
  int64_t prunedCount() const { return prunedCount_; }

  // Gives the first `count` of words() their numbers, for encode; -1 and the words behind them are left out.
  void number(const int32_t* numbers, int64_t count);

  // Writes the numbers of a piece's words to out[0, room), and -1 where a sentence ends: at a newline if `byLine`, at
  // the end of a file, and after `longest` words.
  Encoded encode(const uint8_t* bytes, int64_t length, bool last, bool byLine, int64_t longest, int32_t* out,
                 int64_t room);

 private:
  void mergeInto(WordTable& target);

  const int64_t mostWords_;
  std::vector<WordTable> tables_;  // by part of a piece
  WordTable merged_;
  WordTotals totals_;
  std::vector<int32_t> numbers_;
  std::vector<std::vector<int32_t>> parts_;  // what encode found, by part
  int64_t lines_ = 0, tokens_ = 0, pruned_ = 0, prunedCount_ = 0;
  int64_t inSentence_ = 0;  // words since the last end
};

}  // namespace lutra::text

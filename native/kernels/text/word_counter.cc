#include "kernels/text/word_counter.h"

#include <atomic>

#include "kernels/text/utf8.h"
#include "threads/thread_pool.h"

namespace lutra::text {

namespace {

// Less is not worth a thread.
constexpr int64_t kLeastPart = 1 << 16;

// Up to where a piece can be read: behind its last ASCII white space.
int64_t usable(const uint8_t* bytes, int64_t length, bool last) {
  if (last) return length;
  while (length > 0 && !isAsciiSpace(bytes[length - 1])) length--;
  return length;
}

int64_t partsOf(int64_t length) { return std::max<int64_t>(1, std::min<int64_t>(numThreads(), length / kLeastPart)); }

}  // namespace

WordCounter::WordCounter(int64_t mostWords) : mostWords_(mostWords) {}

int64_t WordCounter::add(const uint8_t* bytes, int64_t length, int64_t place, bool last) {
  const int64_t end = usable(bytes, length, last);
  const int64_t parts = partsOf(end);
  if (static_cast<int64_t>(tables_.size()) < parts) tables_.resize(parts);
  std::atomic<bool> tooLong{false};
  std::vector<int64_t> lines(parts, 0), tokens(parts, 0);
  parallelThreads(static_cast<int>(parts), [&](int part) {
    WordTable& table = tables_[part];
    const int64_t stop = partBegin(bytes, end, part + 1, parts);
    int64_t newlines = 0, count = 0;
    for (int64_t at = partBegin(bytes, end, part, parts);;) {
      at = skipSpace(bytes, at, stop, &newlines);
      if (at >= stop) break;
      const int64_t next = wordEnd(bytes, at, stop);
      if (next - at > kLongestWord) {
        tooLong = true;
        break;
      }
      table.add(keyOf(bytes + at, static_cast<int32_t>(next - at), length - at), 1, place + at);
      count++;
      at = next;
    }
    lines[part] = newlines;
    tokens[part] = count;
  });
  if (tooLong || length - end > kLongestWord) return -1;
  for (int64_t part = 0; part < parts; part++) {
    lines_ += lines[part];
    tokens_ += tokens[part];
  }
  return end;
}

bool WordCounter::isFull() const {
  int64_t words = 0;
  for (const WordTable& table : tables_) words += table.size();
  return words > mostWords_;
}

// Words of each table go to one of some tables by their hashes, each of which a thread fills; those are then put
// together.
void WordCounter::mergeInto(WordTable& target) {
  constexpr int kShares = 16;
  std::vector<WordTable> shares(kShares);
  parallelThreads(kShares, [&](int share) {
    for (const WordTable& table : tables_) {
      for (const Word& word : table.words()) {
        if (static_cast<int>(word.hash >> 28) != share) continue;
        shares[share].add(table.keyOfWord(word), word.count, word.first);
      }
    }
  });
  tables_.clear();
  struct Place {
    int64_t count, first;
    int32_t share, word;
  };
  std::vector<Place> order;
  for (int share = 0; share < kShares; share++) {
    const auto& words = shares[share].words();
    for (size_t w = 0; w < words.size(); w++)
      order.push_back({words[w].count, words[w].first, share, static_cast<int32_t>(w)});
  }
  std::sort(order.begin(), order.end(),
            [](const Place& a, const Place& b) { return a.count != b.count ? a.count > b.count : a.first < b.first; });
  for (const Place& place : order) {
    const WordTable& share = shares[place.share];
    target.add(share.keyOfWord(share.words()[place.word]), place.count, place.first);
  }
}

// As word2vec's ReduceVocab: words that were counted once go, next time those that were counted twice, and so on.
void WordCounter::prune() {
  WordTable all;
  mergeInto(all);
  while (all.size() > mostWords_) {
    prunedCount_++;
    WordTable kept;
    for (const Word& word : all.words()) {
      if (word.count > prunedCount_) kept.add(all.keyOfWord(word), word.count, word.first);
    }
    pruned_ += all.size() - kept.size();
    all = std::move(kept);
  }
  tables_.resize(1);
  tables_[0] = std::move(all);
}

void WordCounter::finish(int64_t minCount) {
  if (isFull()) prune();
  WordTable all;
  mergeInto(all);
  merged_ = std::move(all);
  numbers_.assign(merged_.words().size(), -1);
  totals_ = {};
  for (const Word& word : merged_.words()) {
    if (word.count >= minCount) {
      totals_.words++;
      totals_.bytes += word.length;
    }
    const bool isFirst = totals_.invalid < 0 || word.first < totals_.invalid;
    if (isFirst && !isUtf8(bytesOf(word), word.length)) totals_.invalid = word.first;
  }
}

void WordCounter::number(const int32_t* numbers, int64_t count) {
  // Words that are left out need not be found either.
  WordTable kept;
  numbers_.clear();
  for (int64_t w = 0; w < count; w++) {
    if (numbers[w] < 0) continue;
    const Word& word = merged_.words()[w];
    kept.add(merged_.keyOfWord(word), word.count, word.first);
    numbers_.push_back(numbers[w]);
  }
  merged_ = std::move(kept);
  inSentence_ = 0;
}

Encoded WordCounter::encode(const uint8_t* bytes, int64_t length, bool last, bool byLine, int64_t longest, int32_t* out,
                            int64_t room) {
  const int64_t end = usable(bytes, length, last);
  const int64_t parts = partsOf(end);
  if (static_cast<int64_t>(parts_.size()) < parts) parts_.resize(parts);
  parallelThreads(static_cast<int>(parts), [&](int part) {
    std::vector<int32_t>& found = parts_[part];
    found.clear();
    const int64_t stop = partBegin(bytes, end, part + 1, parts);
    for (int64_t at = partBegin(bytes, end, part, parts);;) {
      int64_t newlines = 0;
      at = skipSpace(bytes, at, stop, &newlines);
      if (byLine && newlines > 0 && (found.empty() || found.back() >= 0)) found.push_back(-1);
      if (at >= stop) break;
      const int64_t next = wordEnd(bytes, at, stop);
      const int64_t word = merged_.find(keyOf(bytes + at, static_cast<int32_t>(next - at), length - at));
      if (word >= 0 && numbers_[word] >= 0) found.push_back(numbers_[word]);
      at = next;
    }
  });
  // One place for each number, each end, and the ends of sentences that are too long.
  int64_t most = 2;
  for (int64_t part = 0; part < parts; part++) most += static_cast<int64_t>(parts_[part].size());
  if (most + most / longest > room) return {end, -1};
  int64_t written = 0;
  const auto endSentence = [&] {
    if (inSentence_ > 0) out[written++] = -1;
    inSentence_ = 0;
  };
  for (int64_t part = 0; part < parts; part++) {
    for (const int32_t number : parts_[part]) {
      if (number < 0) {
        endSentence();
        continue;
      }
      out[written++] = number;
      if (++inSentence_ == longest) endSentence();
    }
  }
  if (last) endSentence();
  return {end, written};
}

}  // namespace lutra::text

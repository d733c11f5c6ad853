// A table of words by their bytes, with a count and the place of the first appearance for each.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "kernels/text/words.h"

namespace lutra::text {

struct Word {
  uint64_t start;  // the first eight bytes, zeros behind a shorter word
  int64_t at;      // where its bytes begin
  int64_t count;
  int64_t first;  // the byte of the corpus where it first appeared
  int32_t length;
  uint32_t hash;
};

// The bytes of a word, its first eight as a number and its hash.
struct Key {
  const uint8_t* bytes;
  int32_t length;
  uint64_t start;
  uint32_t hash;
};

inline uint64_t mix(uint64_t x) {
  x *= 0x9e3779b97f4a7c15u;
  return x ^ (x >> 32);
}

// `readable` is how many bytes may be read from `bytes` on.
inline Key keyOf(const uint8_t* bytes, int32_t length, int64_t readable) {
  const auto some = [&](int32_t from) {
    const int32_t count = std::min(length - from, 8);
    uint64_t value = 0;
    if (from + 8 <= readable) {
      value = load64(bytes + from);
      if (count < 8) value &= (uint64_t{1} << (8 * count)) - 1;
    } else {
      std::memcpy(&value, bytes + from, count);
    }
    return value;
  };
  Key key{bytes, length, some(0), 0};
  uint64_t hash = mix(key.start + static_cast<uint64_t>(length) * 0x2545f4914f6cdd1du);
  for (int32_t from = 8; from < length; from += 8) hash = mix(hash ^ some(from));
  key.hash = static_cast<uint32_t>(hash ^ (hash >> 29));
  return key;
}

class WordTable {
 public:
  int64_t size() const { return static_cast<int64_t>(words_.size()); }
  const std::vector<Word>& words() const { return words_; }
  std::vector<Word>& words() { return words_; }
  const uint8_t* bytesOf(const Word& word) const { return bytes_.data() + word.at; }
  Key keyOfWord(const Word& word) const { return {bytesOf(word), word.length, word.start, word.hash}; }

  // The place of a word in words(), or -1.
  int64_t find(const Key& key) const {
    if (slots_.empty()) return -1;
    for (uint64_t slot = key.hash & mask_;; slot = (slot + 1) & mask_) {
      const uint64_t entry = slots_[slot];
      if (entry == 0) return -1;
      if (static_cast<uint32_t>(entry >> 32) == key.hash && equals(words_[lowOf(entry)], key)) return lowOf(entry);
    }
  }

  // Adds to a word's count; a new one first appeared at `first`.
  void add(const Key& key, int64_t count, int64_t first) {
    if (2 * (words_.size() + 1) > slots_.size()) grow();
    uint64_t slot = key.hash & mask_;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask_) {
      if (static_cast<uint32_t>(slots_[slot] >> 32) != key.hash) continue;
      Word& word = words_[lowOf(slots_[slot])];
      if (!equals(word, key)) continue;
      word.count += count;
      if (first < word.first) word.first = first;
      return;
    }
    const auto at = static_cast<int64_t>(bytes_.size());
    bytes_.insert(bytes_.end(), key.bytes, key.bytes + key.length);
    slots_[slot] = entryOf(key.hash, words_.size());
    words_.push_back({key.start, at, count, first, key.length, key.hash});
  }

  void clear() {
    words_ = {};
    bytes_ = {};
    slots_ = {};
    mask_ = 0;
  }

 private:
  static uint64_t entryOf(uint32_t hash, uint64_t place) { return uint64_t{hash} << 32 | (place + 1); }
  static int64_t lowOf(uint64_t entry) { return static_cast<int64_t>(entry & 0xffffffffu) - 1; }

  bool equals(const Word& word, const Key& key) const {
    if (word.start != key.start || word.length != key.length) return false;
    return key.length <= 8 || std::memcmp(bytes_.data() + word.at, key.bytes, key.length) == 0;
  }

  void grow() {
    const uint64_t count = std::max<uint64_t>(1024, 2 * slots_.size());
    std::vector<uint64_t> slots(count, 0);
    mask_ = count - 1;
    for (uint64_t place = 0; place < words_.size(); place++) {
      uint64_t slot = words_[place].hash & mask_;
      while (slots[slot] != 0) slot = (slot + 1) & mask_;
      slots[slot] = entryOf(words_[place].hash, place);
    }
    slots_.swap(slots);
  }

  std::vector<Word> words_;
  std::vector<uint8_t> bytes_;
  std::vector<uint64_t> slots_;  // hash and place + 1; 0 where there is none
  uint64_t mask_ = 0;
};

}  // namespace lutra::text

#include "random/generator.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>

namespace lutra {

namespace {

// Where torch.get_rng_state() keeps each field. Words of the engine are 64 bits wide there, for history's sake.
constexpr size_t kSeedAt = 0;
constexpr size_t kLeftAt = 8;
constexpr size_t kSeededAt = 12;
constexpr size_t kNextAt = 16;
constexpr size_t kWordsAt = 24;
constexpr size_t kDoubleNormalAt = 5024;
constexpr size_t kDoubleNormalValidAt = 5040;
constexpr size_t kFloatNormalAt = 5048;
constexpr size_t kFloatNormalValidAt = 5052;

// Where `keep` writes each field, after the engine's words.
constexpr size_t kKeptSeedAt = 2496;
constexpr size_t kKeptDoubleNormalAt = 2504;
constexpr size_t kKeptFloatNormalAt = 2512;
constexpr size_t kKeptLeftAt = 2516;
constexpr size_t kKeptNextAt = 2520;
constexpr size_t kKeptFlagsAt = 2524;
// Which of the normal samples wait, and that there is a generator at all: memory of zeros is none.
constexpr uint32_t kDoubleNormalWaits = 1, kFloatNormalWaits = 2, kIsGenerator = 0x6c757400;

template <class T>
void put(uint8_t* bytes, size_t at, T value) {
  std::memcpy(bytes + at, &value, sizeof(T));
}

template <class T>
T get(const uint8_t* bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes + at, sizeof(T));
  return value;
}

inline uint32_t twist(uint32_t current, uint32_t following) {
  const uint32_t mixed = (current & 0x80000000u) | (following & 0x7fffffffu);
  return (mixed >> 1) ^ ((0u - (following & 1u)) & 0x9908b0dfu);
}

}  // namespace

void Generator::manualSeed(uint64_t seed) {
  seed_ = seed;
  state_[0] = static_cast<uint32_t>(seed);
  for (uint32_t i = 1; i < kWords; i++) {
    state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
  }
  left_ = 1;
  next_ = 0;
  nextDoubleNormal_.reset();
  nextFloatNormal_.reset();
}

// The recurrence reads 397 words ahead: no value depends on one nearer than 227 words, so both loops vectorise.
void Generator::refill() {
  uint32_t* const words = state_;
  for (int i = 0; i < kWords - kShift; i++) words[i] = words[i + kShift] ^ twist(words[i], words[i + 1]);
  for (int i = kWords - kShift; i < kWords - 1; i++) {
    words[i] = words[i + kShift - kWords] ^ twist(words[i], words[i + 1]);
  }
  words[kWords - 1] = words[kShift - 1] ^ twist(words[kWords - 1], words[0]);
  left_ = kWords;
  next_ = 0;
}

void Generator::draw(uint32_t* out, int64_t n) {
  while (n > 0) {
    if (left_ == 1) {
      refill();
      left_++;  // one more than the words that remain, as everywhere else
    }
    const int32_t count = static_cast<int32_t>(std::min<int64_t>(n, left_ - 1));
    const uint32_t* const words = state_ + next_;
    for (int32_t i = 0; i < count; i++) out[i] = temper(words[i]);
    left_ -= count;
    next_ += static_cast<uint32_t>(count);
    out += count;
    n -= count;
  }
}

std::optional<double> Generator::takeNextNormal() {
  const std::optional<double> sample = nextDoubleNormal_;
  nextDoubleNormal_.reset();
  return sample;
}

void Generator::checkCounts(int32_t left, uint64_t next) {
  // A seeded engine that has not drawn yet has left 1 and next 0; any other has left + next = 625.
  const bool untouched = left == 1 && next == 0;
  const bool running = left >= 1 && left <= kWords && next == static_cast<uint64_t>(kWords + 1 - left);
  if (!(untouched || running)) {
    throw std::invalid_argument("generator state: not an MT19937 state (left " + std::to_string(left) + ", next " +
                                std::to_string(next) + ")");
  }
}

Generator::Generator(const uint8_t* memory) {
  const uint32_t flags = get<uint32_t>(memory, kKeptFlagsAt);
  if ((flags & ~(kDoubleNormalWaits | kFloatNormalWaits)) != kIsGenerator) {
    throw std::invalid_argument("generator: its memory holds no generator");
  }
  left_ = get<int32_t>(memory, kKeptLeftAt);
  next_ = get<uint32_t>(memory, kKeptNextAt);
  checkCounts(left_, next_);
  seed_ = get<uint64_t>(memory, kKeptSeedAt);
  std::memcpy(state_, memory, sizeof state_);
  if (flags & kDoubleNormalWaits) nextDoubleNormal_ = get<double>(memory, kKeptDoubleNormalAt);
  if (flags & kFloatNormalWaits) nextFloatNormal_ = get<float>(memory, kKeptFloatNormalAt);
}

void Generator::keep(uint8_t* memory) const {
  std::memcpy(memory, state_, sizeof state_);
  put<uint64_t>(memory, kKeptSeedAt, seed_);
  put<double>(memory, kKeptDoubleNormalAt, nextDoubleNormal_.value_or(0.0));
  put<float>(memory, kKeptFloatNormalAt, nextFloatNormal_.value_or(0.0f));
  put<int32_t>(memory, kKeptLeftAt, left_);
  put<uint32_t>(memory, kKeptNextAt, next_);
  put<uint32_t>(
      memory, kKeptFlagsAt,
      kIsGenerator | (nextDoubleNormal_ ? kDoubleNormalWaits : 0) | (nextFloatNormal_ ? kFloatNormalWaits : 0));
}

void Generator::getState(uint8_t* out) const {
  std::memset(out, 0, kStateBytes);
  put<uint64_t>(out, kSeedAt, seed_);
  put<int32_t>(out, kLeftAt, left_);
  put<int32_t>(out, kSeededAt, 1);
  put<uint64_t>(out, kNextAt, next_);
  for (size_t i = 0; i < kWords; i++) put<uint64_t>(out, kWordsAt + 8 * i, state_[i]);
  if (nextDoubleNormal_) {
    put<double>(out, kDoubleNormalAt, *nextDoubleNormal_);
    put<int32_t>(out, kDoubleNormalValidAt, 1);
  }
  if (nextFloatNormal_) {
    put<float>(out, kFloatNormalAt, *nextFloatNormal_);
    put<uint8_t>(out, kFloatNormalValidAt, 1);
  }
}

void Generator::setState(const uint8_t* bytes, size_t size) {
  if (size != kStateBytes) {
    throw std::invalid_argument("generator state: expected " + std::to_string(kStateBytes) + " bytes, got " +
                                std::to_string(size));
  }
  const int32_t left = get<int32_t>(bytes, kLeftAt);
  const uint64_t next = get<uint64_t>(bytes, kNextAt);
  if (get<int32_t>(bytes, kSeededAt) == 0) {
    throw std::invalid_argument("generator state: not an MT19937 state, it was never seeded");
  }
  checkCounts(left, next);
  seed_ = get<uint64_t>(bytes, kSeedAt);
  left_ = left;
  next_ = static_cast<uint32_t>(next);
  for (size_t i = 0; i < kWords; i++) state_[i] = static_cast<uint32_t>(get<uint64_t>(bytes, kWordsAt + 8 * i));
  nextDoubleNormal_.reset();
  nextFloatNormal_.reset();
  if (get<int32_t>(bytes, kDoubleNormalValidAt) != 0) nextDoubleNormal_ = get<double>(bytes, kDoubleNormalAt);
  if (get<uint8_t>(bytes, kFloatNormalValidAt) != 0) nextFloatNormal_ = get<float>(bytes, kFloatNormalAt);
}

uint64_t nonDeterministicSeed() {
  std::random_device entropy;
  const uint64_t high = entropy();
  return ((high << 32) | entropy()) & ((1ull << 53) - 1);
}

}  // namespace lutra

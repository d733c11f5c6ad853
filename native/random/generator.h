// Random numbers with PyTorch's CPU semantics: the same seed gives the numbers that torch.manual_seed(seed) gives.
//
// The engine is MT19937 (Matsumoto & Nishimura 1998). Each fill consumes exactly as many draws as PyTorch's operation
// of the same name, so mixed sequences of calls stay in step with it. A Generator is not locked: it belongs to the
// thread that uses it. The fills may spread their arithmetic over the thread pool; neither the results nor the state
// depend on the number of threads.
//
// Every fill checks its arguments before it draws or writes, and throws std::invalid_argument.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace lutra {

/** MT19937 with PyTorch's seeding, its cached second normal sample, and its serialised state. */
class Generator {
 public:
  /** The seed of a generator that nobody seeded; PyTorch's default_rng_seed_val. */
  static constexpr uint64_t kDefaultSeed = 67280421310721ull;
  /** Bytes of a serialised state; the layout is that of torch.get_rng_state(). */
  static constexpr size_t kStateBytes = 5056;

  /** Bytes of memory in which a generator is kept between calls. */
  static constexpr size_t kMemoryBytes = 2528;

  explicit Generator(uint64_t seed = kDefaultSeed) { manualSeed(seed); }

  /** Goes on from memory that `keep` wrote. Throws std::invalid_argument on anything else, also where it was damaged.
   */
  explicit Generator(const uint8_t* memory);
  /** Writes kMemoryBytes from which another generator goes on. */
  void keep(uint8_t* memory) const;

  /** Restarts from `seed` (the engine uses its low 32 bits, as PyTorch's does) and drops cached normal samples. */
  void manualSeed(uint64_t seed);

  /** The seed last set, all 64 bits of it. */
  uint64_t initialSeed() const { return seed_; }

  /** One 32-bit draw. */
  uint32_t random() {
    if (--left_ == 0) refill();
    return temper(state_[next_++]);
  }

  /** One 64-bit draw: two 32-bit draws, the first in the high half. */
  uint64_t random64() {
    const uint64_t high = random();
    return (high << 32) | random();
  }

  /** Writes the next `n` 32-bit draws to `out`. */
  void draw(uint32_t* out, int64_t n);

  /** Takes the second half of the last Box-Muller pair, if one is waiting. */
  std::optional<double> takeNextNormal();
  void setNextNormal(double sample) { nextDoubleNormal_ = sample; }

  /** Serialises to, and restores from, kStateBytes bytes. setState throws std::invalid_argument on a foreign state. */
  void getState(uint8_t* out) const;
  void setState(const uint8_t* bytes, size_t size);

 private:
  static constexpr int kWords = 624;
  static constexpr int kShift = 397;

  static uint32_t temper(uint32_t y) {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  }
  void refill();
  /** Whether an engine can have these counts; throws std::invalid_argument otherwise. */
  static void checkCounts(int32_t left, uint64_t next);

  uint64_t seed_ = 0;
  int32_t left_ = 1;   // draws until the refill, counted as PyTorch counts: 1 means that the next draw refills
  uint32_t next_ = 0;  // index of the next word
  uint32_t state_[kWords];
  std::optional<double> nextDoubleNormal_;
  std::optional<float> nextFloatNormal_;  // PyTorch's CPU operations carry it along but never use it
};

/** A 53-bit seed from the operating system's entropy (exact as a JavaScript number). */
uint64_t nonDeterministicSeed();

// ---- continuous distributions: T is float or double ----

/** uniform_: out (n) from [from, to). float takes 24 bits of one draw a value, double 53 bits of two. */
template <class T>
void fillUniform(Generator& generator, T* out, int64_t n, double from, double to);

/**
 * normal_: out (n) ~ N(mean, std²). 16 and more values: Box-Muller over blocks of 16 uniforms of type T, the last 16
 * values drawn afresh when 16 does not divide n. Fewer: pairs in double, the second half cached in the generator.
 */
template <class T>
void fillNormal(Generator& generator, T* out, int64_t n, double mean, double std);

/** exponential_: out (n), density lambda·exp(−lambda·x), lambda > 0. Two draws a value. */
template <class T>
void fillExponential(Generator& generator, T* out, int64_t n, double lambda);

/** nn.init.trunc_normal_: out (n) ~ N(mean, std²) conditioned on [a, b], by rejection as PyTorch 2.13 does it. */
template <class T>
void fillTruncNormal(Generator& generator, T* out, int64_t n, double mean, double std, double a, double b);

// ---- discrete distributions: T is float, double, int32_t, int64_t or uint8_t ----

/**
 * bernoulli_(p): out (n) of 0 and 1, each 1 with probability p. Two draws a value. Dropout's mask is this with
 * p = 1 − (the dropout probability).
 */
template <class T>
void fillBernoulli(Generator& generator, T* out, int64_t n, double p);

/** bernoulli with a probability a value: out (n), p (n). float p: one draw a value; double p: two. */
template <class T, class P>
void fillBernoulli(Generator& generator, T* out, const P* p, int64_t n);

/**
 * randint, random_(low, high): out (n) of integers from [low, high). One draw a value below a range of 2^28, else two.
 * For float and double, bounds that T cannot represent move inwards as PyTorch moves them.
 */
template <class T>
void fillRandint(Generator& generator, T* out, int64_t n, int64_t low, int64_t high);

/** random_(): out (n) over all of [0, max(T)] for integers, [0, 2^24] for float, [0, 2^53] for double. */
template <class T>
void fillRandom(Generator& generator, T* out, int64_t n);

/** random_() of a bool tensor: out (n) of 0 and 1. One draw a value. */
void fillRandomBool(Generator& generator, uint8_t* out, int64_t n);

/** randperm: out (n), a random permutation of 0 … n−1. */
template <class T>
void fillRandperm(Generator& generator, T* out, int64_t n);

/**
 * multinomial: out (rows, samples) of category indices drawn with the weights probabilities (rows, categories), which
 * need not sum to 1. Without replacement `samples` may not exceed the number of categories with a positive weight.
 * P is float or double.
 */
template <class P>
void multinomial(Generator& generator, int32_t* out, const P* probabilities, int64_t rows, int64_t categories,
                 int64_t samples, bool replacement);

}  // namespace lutra

// Numbers of little quality and less cost, as word2vec draws them: a linear congruential generator of 64 bits.
#pragma once

#include <cstdint>

namespace lutra::word2vec {

class Draws {
 public:
  explicit Draws(uint64_t seed) : state_(seed * UINT64_C(0x9e3779b97f4a7c15) + 1) { next(), next(); }
  uint32_t next() {
    state_ = state_ * UINT64_C(25214903917) + 11;
    return static_cast<uint32_t>(state_ >> 16);
  }
  // From [0, n).
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((static_cast<uint64_t>(next()) * n) >> 32); }
  float unit() { return static_cast<float>(next() >> 8) * (1.0f / (1 << 24)); }

 private:
  uint64_t state_;
};

}  // namespace lutra::word2vec

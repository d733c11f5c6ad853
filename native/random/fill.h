// What the random fills share: taking draws in blocks and transforming them in parallel.

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "random/generator.h"
#include "threads/thread_pool.h"

namespace lutra::detail {

constexpr int64_t kStackDraws = 1024;      // fills this small need no memory from the heap
constexpr int64_t kBlockDraws = 1 << 17;   // half a megabyte: stays in the cache between drawing and transforming
constexpr int64_t kTransformGrain = 8192;  // draws worth handing to another thread

/**
 * Takes n · drawsPerValue draws and calls transform(begin, count, draws) on ranges that cover [0, n), `draws` being
 * those of value `begin`. Ranges begin at multiples of 16. The drawing is serial, the transforming parallel.
 */
template <class Transform>
void transformDraws(Generator& generator, int64_t n, int64_t drawsPerValue, const Transform& transform) {
  if (n * drawsPerValue <= kStackDraws) {
    uint32_t draws[kStackDraws];
    generator.draw(draws, n * drawsPerValue);
    if (n > 0) transform(int64_t{0}, n, draws);
    return;
  }
  const int64_t block = std::min(n, kBlockDraws / drawsPerValue);
  const std::unique_ptr<uint32_t[]> draws(new uint32_t[static_cast<size_t>(block * drawsPerValue)]);
  for (int64_t start = 0; start < n; start += block) {
    const int64_t count = std::min(block, n - start);
    generator.draw(draws.get(), count * drawsPerValue);
    parallelFor(count, kTransformGrain / drawsPerValue, [&](int64_t begin, int64_t end) {
      transform(start + begin, end - begin, draws.get() + begin * drawsPerValue);
    });
  }
}

/** The 53-bit integer of two draws, the first the high word: times 2^-53 it is uniform in [0, 1). */
inline int64_t bits53(const uint32_t* draws) {
  return static_cast<int64_t>(static_cast<uint64_t>(draws[0] & 0x1fffffu) << 32 | draws[1]);
}

inline double unitDouble(const uint32_t* draws) { return static_cast<double>(bits53(draws)) * 0x1p-53; }

/** Throws std::invalid_argument("op: message, got value"). */
[[noreturn]] void rejectArgument(const char* op, const char* message, double value);

/** Checks that n, a count of values, is not negative. */
void checkCount(const char* op, int64_t n);

}  // namespace lutra::detail

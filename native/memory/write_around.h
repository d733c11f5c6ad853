// Results that are written around the cache. Large ones lie in recycled memory that has left it, where plain stores
// would first read every line that they are about to overwrite.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

#include "memory/caches.h"
#include "threads/thread_pool.h"

#if defined(__SSE2__) || defined(_M_X64)
#define LUTRA_WRITES_AROUND 1
#include <emmintrin.h>
#else
#define LUTRA_WRITES_AROUND 0
#endif

namespace lutra {

// One thread gains from 512 KB on: 640 rows of 300 floats took 43 to 54 µs to look up, and take 31. Several threads
// have more caches, and share one way around them: there the same rows took 31 µs streamed and take 25 with plain
// stores.
constexpr int64_t kAroundFrom = 512 * 1024, kAroundFromOnThreads = 4 * 1024 * 1024;

// What tensor/pool.ts hands out before it takes results back: a result lies where one of so many bytes ago lay.
constexpr int64_t kHandedOut = 16 * 1024 * 1024;
// A last-level cache is shared, inside a virtual machine with strangers: a result of more than this counts on none.
constexpr int64_t kMostInCache = 12 * 1024 * 1024;

/** The bytes from which on what nobody reads at once, or what is written between large inputs, goes around the cache.
 */
inline int64_t aroundFrom(int64_t onThreads = kAroundFromOnThreads) { return runsAlone() ? kAroundFrom : onThreads; }

/**
 * The same for results of elementwise operations, which the next one of a chain reads. Where the last level holds what
 * is handed out and as much again, the lines of old results are still there, and the reader finds the new ones: relu,
 * addition, scaling and sum of 640x300 in a row take 168 µs through a cache of 480 MB and 340 around it, 485 and 595
 * with one of 32 MB. Copies and joins lose what the operations gain (1.35 ms and 0.73, 2.2 and 1.0).
 */
inline int64_t aroundReadersFrom() {
  const int64_t last = cacheSizes().l3;
  if (last >= 2 * kHandedOut) return last / 4 < kMostInCache ? last / 4 : kMostInCache;
  return aroundFrom();
}

/**
 * Whether a result of n elements is written around the cache: never where the processor has no such stores, nor where
 * no element begins on a cache line.
 */
inline bool goesAroundCache(const void* out, int64_t n, int64_t elementSize, int64_t from) {
  return LUTRA_WRITES_AROUND && n * elementSize >= from &&
         reinterpret_cast<uintptr_t>(out) % static_cast<uintptr_t>(elementSize) == 0;
}
inline bool goesAroundCache(const void* out, int64_t n, int64_t elementSize) {
  return goesAroundCache(out, n, elementSize, aroundFrom());
}

/** Copies whole cache lines around the cache; both begin on one. */
inline void copyLinesAround(char* to, const char* from, int64_t bytes) {
#if LUTRA_WRITES_AROUND
  for (int64_t b = 0; b < bytes; b += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + b), _mm_load_si128(reinterpret_cast<const __m128i*>(from + b)));
  }
#else
  std::memcpy(to, from, static_cast<size_t>(bytes));
#endif
}

/** What was written around the cache is in memory before anyone is told. */
inline void finishWritingAround() { std::atomic_thread_fence(std::memory_order_seq_cst); }

}  // namespace lutra

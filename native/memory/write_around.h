// Results that are written around the cache. Large ones lie in recycled memory that has left it, where plain stores
// would first read every line that they are about to overwrite.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

#include "threads/thread_pool.h"

#if defined(__SSE2__) || defined(_M_X64)
#define LUTRA_WRITES_AROUND 1
#include <emmintrin.h>
#else
#define LUTRA_WRITES_AROUND 0
#endif

namespace lutra {

// One thread gains from 512 KB on: 640 rows of 300 floats took 43 to 54 µs to look up, and take 31; relu of 200,000
// took 90 and takes 45. Several threads have more caches, and share one way around them: there the same rows took 31 µs
// streamed and take 25 with plain stores, 4096 rows of 128 no longer, 10,000 rows of 300 half as long again.
constexpr int64_t kAroundFrom = 512 * 1024, kAroundFromOnThreads = 4 * 1024 * 1024;

/**
 * Whether a result of n elements is written around the cache: never where the processor has no such stores, nor where
 * no element begins on a cache line.
 */
inline bool goesAroundCache(const void* out, int64_t n, int64_t elementSize,
                            int64_t fromOnThreads = kAroundFromOnThreads) {
  return LUTRA_WRITES_AROUND && n * elementSize >= (runsAlone() ? kAroundFrom : fromOnThreads) &&
         reinterpret_cast<uintptr_t>(out) % static_cast<uintptr_t>(elementSize) == 0;
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

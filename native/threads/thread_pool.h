// The process-wide, synchronous fork-join thread pool.
//
// A parallel region runs on the calling thread and on idle pool threads, and returns when all of its work is done.
// Regions don't nest: inside a region, and while another thread's region occupies the pool, parallelFor simply runs on
// the calling thread. Hence a function given to parallelFor may run in one piece or in many, and its results may not
// depend on which: split work over independent outputs only.

#pragma once

#include <cstdint>
#include <type_traits>

namespace lutra {

/** The most threads setNumThreads accepts. */
constexpr int kMaxThreads = 1024;

/**
 * Threads a region may use, the calling one included. Until setNumThreads is called: LUTRA_NUM_THREADS if that is a
 * positive integer, else the cores this process may use (affinity mask and cgroup quota heeded).
 */
int numThreads();

/** Sets the thread count, from 1 to kMaxThreads; throws std::invalid_argument otherwise. Holds from the next region. */
void setNumThreads(int n);

/** Whether the calling thread is inside a parallel region, where further parallelism runs inline. */
bool inParallelRegion();

/** Whether a region that began here would run on the calling thread alone. */
inline bool runsAlone() { return inParallelRegion() || numThreads() == 1; }

namespace detail {

using RangeFunction = void (*)(void* context, int64_t begin, int64_t end);

/** Calls function on chunks of `chunk` values that cover [0, n); the last chunk may be shorter. */
void runChunks(int64_t n, int64_t chunk, RangeFunction function, void* context);

/** A chunk size, a multiple of grain, that gives each thread a few chunks of [0, n). */
int64_t chunkFor(int64_t n, int64_t grain);

template <class F>
void callRange(void* context, int64_t begin, int64_t end) {
  (*static_cast<F*>(context))(begin, end);
}

template <class F>
void callParts(void* context, int64_t begin, int64_t end) {
  for (int64_t part = begin; part < end; part++) (*static_cast<F*>(context))(static_cast<int>(part));
}

}  // namespace detail

/**
 * Calls fn(begin, end) on disjoint chunks that cover [0, n), in no fixed order, on several threads. Chunks begin at
 * multiples of `grain`, the least work that is worth handing to another thread; n ≤ grain runs inline as fn(0, n).
 * An exception thrown by fn, on whichever thread, is rethrown here once the others have stopped; chunks not yet begun
 * are dropped then. Allocates nothing.
 */
template <class F>
void parallelFor(int64_t n, int64_t grain, F&& fn) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  if (n <= grain || runsAlone()) {
    fn(int64_t{0}, n);
    return;
  }
  using Function = std::remove_reference_t<F>;
  void* const context = const_cast<void*>(static_cast<const void*>(&fn));
  detail::runChunks(n, detail::chunkFor(n, grain), detail::callRange<Function>, context);
}

/** Calls fn(part) once for each part in [0, parts), on several threads where they are free; otherwise as parallelFor.
 */
template <class F>
void parallelThreads(int parts, F fn) {
  if (parts <= 0) return;
  detail::runChunks(parts, 1, detail::callParts<F>, &fn);
}

}  // namespace lutra

#include "threads/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "threads/cpu_count.h"

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#else
#include <pthread.h>
#include <signal.h>
#endif

#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64)
#include <immintrin.h>
#elif defined(_M_ARM64) && !defined(__clang__)
#include <intrin.h>
#endif

namespace lutra {

namespace {

using Clock = std::chrono::steady_clock;

// How long a thread that has nothing to do watches for work before it sleeps: longer than the gaps between the ops of
// a training step (on a virtual machine a sleeper takes 50 µs and more to wake; with 50 here the step of a small model
// took a fifth longer), shorter than anyone would notice on a busy machine.
constexpr std::chrono::microseconds kSpin{200};
constexpr int64_t kChunksPerThread = 4;

thread_local bool insideRegion = false;

inline void pauseBriefly() {
#if defined(__x86_64__) || defined(__i386__) || defined(_M_X64)
  _mm_pause();
#elif defined(_M_ARM64) && !defined(__clang__)
  __yield();
#elif defined(__aarch64__) || defined(__arm__) || defined(_M_ARM64)
  __asm__ __volatile__("yield");
#endif
}

/** Spins until ready() or until `limit` has passed; whether ready() came true. */
template <class Ready>
bool spinUntil(std::chrono::microseconds limit, Ready ready) {
  if (ready()) return true;
  if (limit.count() == 0) return false;
  const Clock::time_point end = Clock::now() + limit;
  do {
    for (int i = 0; i < 16; i++) {
      pauseBriefly();
      if (ready()) return true;
    }
  } while (Clock::now() < end);
  return false;
}

#if defined(_WIN32)
// Of Windows 10 since 1607; not all headers and import libraries name it.
using SetDescription = HRESULT(WINAPI*)(HANDLE, PCWSTR);
SetDescription findSetDescription() {
  const HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
  const FARPROC found = kernel == nullptr ? nullptr : GetProcAddress(kernel, "SetThreadDescription");
  return reinterpret_cast<SetDescription>(reinterpret_cast<void*>(found));
}
#endif

void nameThisThread(int index) {
#if defined(_WIN32)
  static const SetDescription setDescription = findSetDescription();
  if (setDescription != nullptr) {
    setDescription(GetCurrentThread(), (L"lutra-" + std::to_wstring(index)).c_str());
  }
#elif defined(__APPLE__)
  pthread_setname_np(("lutra-" + std::to_string(index)).c_str());
#elif defined(__linux__)
  pthread_setname_np(pthread_self(), ("lutra-" + std::to_string(index)).c_str());
#else
  (void)index;
#endif
}

/** While it lives, threads started inherit a mask without asynchronous signals, which are the host program's. */
class SignalsBlocked {
#if defined(_WIN32)
 public:
  SignalsBlocked() {}
#else
 public:
  SignalsBlocked() {
    sigset_t mask;
    sigfillset(&mask);
    for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) sigdelset(&mask, fault);
    pthread_sigmask(SIG_SETMASK, &mask, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
#endif
};

// The gate packs all that a worker must see at once to join a region: the region's number (32 bits), whether it is
// still open (1), how many workers it wants (15), and how many are inside (16).
constexpr uint64_t kOpen = 1ull << 31;
constexpr uint32_t regionOf(uint64_t gate) { return static_cast<uint32_t>(gate >> 32); }
constexpr int wantedIn(uint64_t gate) { return static_cast<int>((gate >> 16) & 0x7fff); }
constexpr int insideOf(uint64_t gate) { return static_cast<int>(gate & 0xffff); }

class Pool {
 public:
  /** Runs one region; false, with nothing done, while another region occupies the pool. */
  bool tryRun(int64_t n, int64_t chunk, detail::RangeFunction function, void* context) {
    std::unique_lock<std::mutex> occupied(region_, std::try_to_lock);
    if (!occupied) return false;
    const int64_t chunks = (n + chunk - 1) / chunk;
    const int wanted = grow(static_cast<int>(std::min<int64_t>(numThreads(), chunks)) - 1);
    n_ = n;
    chunk_ = chunk;
    function_ = function;
    context_ = context;
    begin_.store(0, std::memory_order_relaxed);
    const uint64_t number = regionOf(gate_.load(std::memory_order_relaxed)) + uint32_t{1};
    gate_.store(number << 32 | kOpen | static_cast<uint64_t>(wanted) << 16);
    wakeBelow(-1, wanted);
    work();
    closeAndWait();
    if (failed_.load(std::memory_order_relaxed)) rethrow();
    return true;
  }

 private:
  struct Worker {
    std::mutex mutex;
    std::condition_variable wake;
    std::atomic<bool> asleep{false};
  };

  /** Starts workers until there are `count`; how many of those there are (fewer when the system refuses threads). */
  int grow(int count) {
    const int running = static_cast<int>(workers_.size());
    if (running >= count) return count;
    const SignalsBlocked blocked;
    try {
      workers_.reserve(kMaxThreads);  // workers read the vector: it may never move
      while (static_cast<int>(workers_.size()) < count) {
        const int index = static_cast<int>(workers_.size());
        auto worker = std::make_unique<Worker>();
        std::thread(&Pool::live, this, worker.get(), index).detach();
        workers_.push_back(std::move(worker));
      }
    } catch (const std::system_error&) {
    } catch (const std::bad_alloc&) {
    }
    return std::min(count, static_cast<int>(workers_.size()));
  }

  // Waking a sleeper is a system call, so workers wake each other as a binary tree: the caller (-1) 0 and 1, worker 0
  // the workers 2 and 3, and so on.
  void wakeBelow(int index, int wanted) {
    for (int child = 2 * index + 2; child <= 2 * index + 3 && child < wanted; child++) {
      Worker& worker = *workers_[static_cast<size_t>(child)];
      if (!worker.asleep.load()) continue;
      {
        const std::lock_guard<std::mutex> lock(worker.mutex);
        worker.asleep.store(false);
      }
      worker.wake.notify_one();
    }
  }

  void live(Worker* self, int index) {
    nameThisThread(index + 1);
    insideRegion = true;  // whatever runs here is inside a region
    uint32_t seen = 0;
    for (;;) {
      awaitRegionAfter(seen, self);
      uint64_t gate = gate_.load();
      seen = regionOf(gate);
      if (index >= wantedIn(gate)) continue;
      bool joined = false;
      while (!joined && (gate & kOpen) != 0 && regionOf(gate) == seen) {
        joined = gate_.compare_exchange_weak(gate, gate + 1);
      }
      if (!joined) continue;
      wakeBelow(index, wantedIn(gate));
      work();
      // The lock pairs with the caller's check of the gate before it sleeps, so that no wake-up is lost.
      const uint64_t left = gate_.fetch_sub(1) - 1;
      if ((left & kOpen) == 0 && insideOf(left) == 0 && callerAsleep_.load()) {
        const std::lock_guard<std::mutex> lock(doneMutex_);
        done_.notify_one();
      }
    }
  }

  void awaitRegionAfter(uint32_t seen, Worker* self) {
    const auto changed = [&] { return regionOf(gate_.load(std::memory_order_acquire)) != seen; };
    if (spinUntil(spinTime(), changed)) return;
    std::unique_lock<std::mutex> lock(self->mutex);
    self->asleep.store(true);
    if (regionOf(gate_.load()) != seen) {
      self->asleep.store(false);
      return;
    }
    self->wake.wait(lock, [&] { return !self->asleep.load(); });
  }

  // With more threads than cores a spinning thread would only hold up the one that it waits for.
  static std::chrono::microseconds spinTime() {
    static const int cores = availableCores();
    return numThreads() <= cores ? kSpin : std::chrono::microseconds{0};
  }

  /** Takes chunks until none is left. */
  void work() {
    for (;;) {
      const int64_t begin = begin_.fetch_add(chunk_, std::memory_order_relaxed);
      if (begin >= n_) return;
      try {
        function_(context_, begin, std::min(begin + chunk_, n_));
      } catch (...) {
        const std::lock_guard<std::mutex> lock(doneMutex_);
        if (!error_) error_ = std::current_exception();
        failed_.store(true, std::memory_order_relaxed);
        begin_.store(n_, std::memory_order_relaxed);
      }
    }
  }

  void closeAndWait() {
    // Workers that have not joined by now have nothing left to do, and are not waited for.
    const uint64_t gate = gate_.fetch_and(~kOpen);
    if (insideOf(gate) == 0) return;
    const auto empty = [&] { return insideOf(gate_.load()) == 0; };
    if (spinUntil(spinTime(), empty)) return;
    callerAsleep_.store(true);
    {
      std::unique_lock<std::mutex> lock(doneMutex_);
      done_.wait(lock, empty);
    }
    callerAsleep_.store(false);
  }

  [[noreturn]] void rethrow() {
    std::exception_ptr error;
    {
      // The lock also orders this after the worker that stored the error.
      const std::lock_guard<std::mutex> lock(doneMutex_);
      error = std::move(error_);
      error_ = nullptr;
      failed_.store(false, std::memory_order_relaxed);
    }
    std::rethrow_exception(std::move(error));
  }

  std::mutex region_;
  std::vector<std::unique_ptr<Worker>> workers_;

  int64_t n_ = 0;
  int64_t chunk_ = 1;
  detail::RangeFunction function_ = nullptr;
  void* context_ = nullptr;

  // Each on a cache line of its own: all threads write them.
  alignas(64) std::atomic<uint64_t> gate_{0};
  alignas(64) std::atomic<int64_t> begin_{0};
  alignas(64) std::atomic<bool> callerAsleep_{false};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
  std::mutex doneMutex_;
  std::condition_variable done_;
};

std::atomic<Pool*> currentPool{nullptr};
std::atomic<int> threadCount{0};  // 0: not yet asked for

// The pool is never destroyed: its threads sleep until the process is gone, whatever order the process ends in.
Pool& pool() {
  Pool* existing = currentPool.load();
  if (existing != nullptr) return *existing;
  Pool* const made = new Pool;
  if (currentPool.compare_exchange_strong(existing, made)) return *made;
  delete made;  // another thread was faster; this one has no workers yet
  return *existing;
}

#if !defined(_WIN32)
// Threads don't survive a fork. The child forgets this pool, locks and all, and makes its own when it needs one.
[[maybe_unused]] const int forkHandler = pthread_atfork(nullptr, nullptr, [] { currentPool.store(nullptr); });
#endif

int defaultThreads() {
  if (const char* text = std::getenv("LUTRA_NUM_THREADS")) {
    char* end = nullptr;
    const long value = std::strtol(text, &end, 10);
    if (end != text && *end == '\0' && value > 0) return static_cast<int>(std::min<long>(value, kMaxThreads));
  }
  return std::min(availableCores(), kMaxThreads);
}

/** Restores the calling thread's mark when a region ends, by an exception too. */
class RegionMark {
 public:
  RegionMark() : before_(insideRegion) { insideRegion = true; }
  ~RegionMark() { insideRegion = before_; }

 private:
  const bool before_;
};

}  // namespace

int numThreads() {
  const int count = threadCount.load(std::memory_order_relaxed);
  if (count > 0) return count;
  int unset = 0;
  const int wanted = defaultThreads();
  return threadCount.compare_exchange_strong(unset, wanted) ? wanted : unset;
}

void setNumThreads(int n) {
  if (n < 1 || n > kMaxThreads) {
    throw std::invalid_argument("setNumThreads: n must be from 1 to " + std::to_string(kMaxThreads) + ", got " +
                                std::to_string(n));
  }
  threadCount.store(n);
}

bool inParallelRegion() { return insideRegion; }

namespace detail {

int64_t chunkFor(int64_t n, int64_t grain) {
  const int64_t grains = (n - 1) / grain + 1;
  const int64_t chunks = kChunksPerThread * numThreads();
  return ((grains - 1) / chunks + 1) * grain;
}

void runChunks(int64_t n, int64_t chunk, RangeFunction function, void* context) {
  if (n > chunk && !insideRegion && numThreads() > 1) {
    const RegionMark mark;
    if (pool().tryRun(n, chunk, function, context)) return;
  }
  function(context, 0, n);
}

}  // namespace detail

}  // namespace lutra

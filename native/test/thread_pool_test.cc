// Tests of the thread pool. Runs under the thread sanitizer too (the fork test is left out there).

#include "threads/thread_pool.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "test/check.h"

#if !defined(_WIN32)
#include <sys/wait.h>
#include <unistd.h>
#endif

#if defined(__SANITIZE_THREAD__)
#define LUTRA_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LUTRA_THREAD_SANITIZER 1
#endif
#endif

using lutra::inParallelRegion;
using lutra::numThreads;
using lutra::parallelFor;
using lutra::parallelThreads;
using lutra::setNumThreads;

namespace {

/** Whether parallelFor(n, grain) visits every value once, in chunks that begin at multiples of grain. */
bool coversOnce(int64_t n, int64_t grain) {
  std::vector<int> visits(static_cast<size_t>(n), 0);
  std::atomic<bool> aligned{true};
  parallelFor(n, grain, [&](int64_t begin, int64_t end) {
    if (begin % grain != 0 || begin >= end || end > n) aligned = false;
    for (int64_t i = begin; i < end; i++) visits[static_cast<size_t>(i)]++;
  });
  for (int count : visits) {
    if (count != 1) return false;
  }
  return aligned;
}

void testCoverage() {
  for (int threads : {1, 2, 3, 8}) {
    CASE(threads);
    setNumThreads(threads);
    CHECK(numThreads() == threads);
    for (int64_t n : {0, 1, 2, 7, 8, 9, 63, 64, 65, 1000, 4097}) {
      CASE(n);
      for (int64_t grain : {1, 2, 8, 64, 5000}) CHECK(coversOnce(n, grain));
    }
  }
}

void testInline() {
  setNumThreads(4);
  const std::thread::id self = std::this_thread::get_id();
  int calls = 0;
  parallelFor(100, 100, [&](int64_t begin, int64_t end) {
    CHECK(begin == 0 && end == 100);
    CHECK(std::this_thread::get_id() == self);
    calls++;
  });
  CHECK(calls == 1);
  parallelFor(0, 1, [&](int64_t, int64_t) { calls++; });
  parallelFor(-5, 1, [&](int64_t, int64_t) { calls++; });
  parallelThreads(0, [&](int) { calls++; });
  CHECK(calls == 1);
  setNumThreads(1);
  parallelFor(1000, 1, [&](int64_t begin, int64_t end) {
    CHECK(begin == 0 && end == 1000);
    CHECK(std::this_thread::get_id() == self);
  });
}

void testSeveralThreadsTakePart() {
  setNumThreads(3);
  // All three parts wait for each other: this ends only if three threads run them at once.
  std::atomic<int> arrived{0};
  std::atomic<int> met{0};
  parallelThreads(3, [&](int) {
    arrived++;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (arrived < 3 && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
    if (arrived == 3) met++;
  });
  CHECK(met == 3);
}

void testParts() {
  for (int threads : {1, 2, 5}) {
    CASE(threads);
    setNumThreads(threads);
    for (int parts : {1, 2, 5, 17}) {
      CASE(parts);
      std::vector<std::atomic<int>> visits(static_cast<size_t>(parts));
      parallelThreads(parts, [&](int part) { visits[static_cast<size_t>(part)]++; });
      for (const auto& count : visits) CHECK(count == 1);
    }
  }
}

void testNested() {
  setNumThreads(4);
  CHECK(!inParallelRegion());
  std::atomic<int64_t> total{0};
  std::atomic<int> moved{0};
  parallelFor(64, 1, [&](int64_t begin, int64_t end) {
    const std::thread::id outer = std::this_thread::get_id();
    if (!inParallelRegion()) moved++;
    for (int64_t i = begin; i < end; i++) {
      parallelFor(100, 1, [&](int64_t from, int64_t to) {
        if (std::this_thread::get_id() != outer) moved++;
        total += to - from;
      });
      parallelThreads(3, [&](int) { total++; });
    }
  });
  CHECK(total == 64 * 103);
  CHECK(moved == 0);
  CHECK(!inParallelRegion());
}

void testExceptions() {
  for (int threads : {1, 2, 4}) {
    CASE(threads);
    setNumThreads(threads);
    for (int round = 0; round < 50; round++) {
      bool caught = false;
      try {
        parallelFor(1000, 1, [&](int64_t begin, int64_t end) {
          if (begin <= 700 && 700 < end) throw std::out_of_range("index 700");
        });
      } catch (const std::out_of_range& error) {
        caught = std::string(error.what()) == "index 700";
      }
      CHECK(caught);
      CHECK(!inParallelRegion());
      // Every thread throws: exactly one exception arrives, and the pool is usable afterwards.
      CHECK_THROWS(parallelFor(1000, 1, [](int64_t, int64_t) { throw std::runtime_error("all"); }), std::runtime_error);
      CHECK(coversOnce(1000, 3));
    }
  }
}

void testConcurrentCallers() {
  setNumThreads(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 6; c++) {
    callers.emplace_back([&, c] {
      for (int round = 0; round < 300; round++) {
        const int64_t n = 50 + 13 * c + round;
        std::vector<int64_t> squares(static_cast<size_t>(n));
        parallelFor(n, 4, [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; i++) squares[static_cast<size_t>(i)] = i * i;
        });
        for (int64_t i = 0; i < n; i++) {
          if (squares[static_cast<size_t>(i)] != i * i) wrong++;
        }
        if (round % 50 == 0) {
          try {
            parallelFor(n, 4, [&](int64_t, int64_t) { throw c; });
            wrong++;
          } catch (int thrower) {
            if (thrower != c) wrong++;
          }
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(wrong == 0);
}

void testChangingThreadCount() {
  CHECK_THROWS(setNumThreads(0), std::invalid_argument);
  CHECK_THROWS(setNumThreads(-1), std::invalid_argument);
  CHECK_THROWS(setNumThreads(lutra::kMaxThreads + 1), std::invalid_argument);
  std::atomic<bool> stop{false};
  std::thread changer([&] {
    for (int n = 1; !stop; n = n % 9 + 1) {
      setNumThreads(n);
      std::this_thread::yield();
    }
  });
  bool covered = true;
  for (int round = 0; round < 500; round++) covered = covered && coversOnce(300, 1);
  stop = true;
  changer.join();
  CHECK(covered);
}

/** Regions apart by more than the spinning time find their workers asleep, and wake them. */
void testSleepAndWake() {
  setNumThreads(4);
  for (int round = 0; round < 50; round++) {
    std::this_thread::sleep_for(std::chrono::microseconds(50 * (round % 5)));
    CHECK(coversOnce(256, 1));
  }
}

#if !defined(_WIN32) && !defined(LUTRA_THREAD_SANITIZER)
void testFork() {
  setNumThreads(3);
  CHECK(coversOnce(1000, 1));
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    bool fine = true;
    for (int round = 0; round < 20; round++) fine = fine && coversOnce(1000, 1);
    testSeveralThreadsTakePart();
    _exit(fine && lutra::test::failures == 0 ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK(coversOnce(1000, 1));
}
#endif

}  // namespace

int main() {
  CHECK(numThreads() >= 1);
  testCoverage();
  testInline();
  testSeveralThreadsTakePart();
  testParts();
  testNested();
  testExceptions();
  testConcurrentCallers();
  testChangingThreadCount();
  testSleepAndWake();
#if !defined(_WIN32) && !defined(LUTRA_THREAD_SANITIZER)
  testFork();
#endif
  return lutra::test::finish("thread_pool_test");
}

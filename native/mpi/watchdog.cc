#include "mpi/watchdog.h"

#include <mpi.h>
#include <unistd.h>

#include <cstdio>

namespace lutra::mpi {

namespace {

// So long the other ranks have to say what they wait for.
constexpr auto kLastWords = std::chrono::milliseconds(700);
// So long MPI has to end the job, before this process ends itself, which the launcher notices.
constexpr auto kLastResort = std::chrono::seconds(5);
constexpr int kExitCode = 75;

}  // namespace

Watchdog& watchdog() {
  static auto* const one = new Watchdog;
  return *one;
}

void Watchdog::start(double timeoutSeconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  timeout_ = std::chrono::duration<double>(timeoutSeconds);
  if (running_) return;
  running_ = true;
  thread_ = std::thread([this] { run(); });
}

void Watchdog::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!running_) return;
    running_ = false;
  }
  wake_.notify_all();
  thread_.join();
}

void Watchdog::know(int rank, int size, bool mayCall) {
  const std::lock_guard<std::mutex> lock(mutex_);
  mayCall_ = mayCall;
  rank_ = rank;
  size_ = size;
  known_ = true;
}

void Watchdog::begin(const std::string& what) {
  const std::lock_guard<std::mutex> lock(mutex_);
  waiting_ = true;
  what_ = what;
  since_ = Clock::now();
}

void Watchdog::end() {
  const std::lock_guard<std::mutex> lock(mutex_);
  waiting_ = false;
}

void Watchdog::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (running_) {
    wake_.wait_for(lock, std::chrono::milliseconds(250));
    if (!running_ || !waiting_ || Clock::now() - since_ < timeout_) continue;
    const std::string what = what_;
    lock.unlock();
    giveUp(what);
  }
}

void Watchdog::giveUp(const std::string& what) {
  if (known_) {
    std::fprintf(
        stderr,
        "lutra: rank %d of %d has waited %g s in %s. Another rank hangs, is gone, or did not make this call; each "
        "rank that waits says so in a line like this one. The job ends.\n",
        rank_, size_, timeout_.count(), what.c_str());
  } else {
    std::fprintf(stderr, "lutra: MPI has waited %g s in %s for the other ranks of the job, which ends now.\n",
                 timeout_.count(), what.c_str());
  }
  std::fflush(stderr);
  std::this_thread::sleep_for(kLastWords);
  std::thread([] {
    std::this_thread::sleep_for(kLastResort);
    _exit(kExitCode);
  }).detach();
  if (known_ && mayCall_) MPI_Abort(MPI_COMM_WORLD, kExitCode);
  _exit(kExitCode);
}

}  // namespace lutra::mpi

// Ends the job when a rank waits for the others for too long: MPI itself would wait for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace lutra::mpi {

class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  // Starts the thread. Its work is one look a second; the calls that it watches take a lock and a clock.
  void start(double timeoutSeconds);
  void stop();
  // From now on it can say whose rank it is, and end the others. `mayCall`: whether MPI lets any thread call it at any
  // time; where it does not, the end of this process is what ends the job.
  void know(int rank, int size, bool mayCall);
  // A wait begins, and is over.
  void begin(const std::string& what);
  void end();
  // Says what was waited for, leaves the other ranks the time to say what they wait for, and ends the job.
  [[noreturn]] void giveUp(const std::string& what);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
  bool running_ = false;
  bool waiting_ = false;
  bool known_ = false;
  bool mayCall_ = false;
  int rank_ = -1;
  int size_ = 0;
  std::chrono::duration<double> timeout_{};
  Clock::time_point since_;
  std::string what_;
};

// The one of this process. It is never destroyed: its thread may outlive everything else.
Watchdog& watchdog();

class Watched {
 public:
  explicit Watched(const std::string& what) { watchdog().begin(what); }
  ~Watched() { watchdog().end(); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
};

}  // namespace lutra::mpi

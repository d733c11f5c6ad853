// A collective call under way, and the queue of those that are.
#pragma once

#include <mpi.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "mpi/call.h"
#include "mpi/session.h"

namespace lutra::mpi {

// First the ranks agree that they make the same call, by one small message; only then its data go, in one or several
// pieces.
class Work {
 public:
  // Sends what the ranks agree by. `number` counts the calls of the group.
  Work(Session& session, Call call, int64_t number);

  // Goes on as far as it can without waiting (a blocking call waits for its data). True when it is done. Throws
  // std::runtime_error where the ranks have made different calls.
  bool progress();

  const std::string& words() const { return call_.words; }
  int64_t number() const { return number_; }
  // Where its memory is; for those that keep it alive.
  const Call& call() const { return call_; }

 private:
  // A part of the data that one MPI call moves.
  struct Piece {
    int64_t sendOffset;
    int64_t recvOffset;
    int64_t count;
    int root;
  };
  bool agreed();
  [[noreturn]] void refuse();
  void planPieces();
  void postPiece(const Piece& piece);
  void postWhole();
  void postExchange(int step);
  void finish();
  MPI_Request* next();
  const uint8_t* sendAt(int64_t element) const;
  uint8_t* recvAt(int64_t element) const;

  Session& session_;
  const Call call_;
  const int64_t number_;
  const int64_t width_;
  const MPI_Datatype type_;
  // Over all ranks the maxima of the call's hash and of its complement (equal where all hashes are) and of what a rank
  // moves, and the sum of what an exchange's counts come to.
  uint64_t agreement_[4];
  MPI_Request agreeing_ = MPI_REQUEST_NULL;
  bool isAgreed_ = false;
  // Whether MPI's blocking calls move the data.
  const bool blocking_;
  // Whether one MPI call, whose counts are int, moves all.
  bool isWhole_ = true;
  std::vector<Piece> pieces_;
  size_t posted_ = 0;
  size_t steps_ = 0;
  std::vector<MPI_Request> requests_;
  // Counts and displacements, which MPI reads until a call is done.
  std::vector<int> sendCounts_, sendPlaces_, recvCounts_, recvPlaces_;
};

// The calls of a group in their order: the data of one go when those of the one before are done, so that all ranks make
// MPI's calls in the same order whatever they test.
class Queue {
 public:
  explicit Queue(Session& session) : session_(session) {}

  // Returns the call's number.
  int64_t start(Call call);
  // Goes on with what is under way.
  void poke();
  bool isDone(int64_t number) const { return number <= done_; }
  // Waits until a call is done; the watchdog ends the job where that takes too long.
  void wait(int64_t number);
  size_t waiting() const { return works_.size(); }
  // The words of a call that is not done.
  std::string wordsOf(int64_t number) const;
  // What broke the group; empty while it is whole.
  const std::string& broken() const { return broken_; }

 private:
  bool step();

  Session& session_;
  std::deque<std::unique_ptr<Work>> works_;
  int64_t started_ = 0;
  int64_t done_ = 0;
  std::string broken_;
};

}  // namespace lutra::mpi

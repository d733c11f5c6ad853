// MPI as this process uses it, from its start to its end. One for a process, as MPI demands.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lutra::mpi {

class Session {
 public:
  // Starts MPI; throws std::runtime_error where it can't be started. Ends the process where the other ranks don't come.
  Session(double timeoutSeconds, int64_t mostElements);

  int rank() const { return rank_; }
  int size() const { return size_; }
  // Ranks on this machine.
  int localSize() const { return localSize_; }
  // Whether on some machine ranks share a core. MPI's blocking calls would hold it while they wait for one that needs
  // it.
  bool isCrowded() const { return crowded_; }
  double timeout() const { return timeout_; }
  // MPI counts in int: what is larger than this goes in pieces. Tests make it small.
  int64_t mostElements() const { return mostElements_; }

  // Calls are matched in the order in which they are made on a communicator, so each purpose has one of its own: the
  // data, the agreement before each call, and the ranks' words where they don't agree.
  MPI_Comm data = MPI_COMM_NULL;
  MPI_Comm agreement = MPI_COMM_NULL;
  MPI_Comm words = MPI_COMM_NULL;

  // Four numbers, of which three become their maxima and the last its sum.
  MPI_Datatype agreementType = MPI_DATATYPE_NULL;
  MPI_Op agreementOp = MPI_OP_NULL;

  // What every rank said, in rank order. All must call it.
  std::vector<std::string> gatherWords(const std::string& own) const;

  // Ends MPI; all ranks must.
  void finalize();
  bool isOver() const { return over_; }

 private:
  int rank_ = 0;
  int size_ = 1;
  int localSize_ = 1;
  bool crowded_ = false;
  double timeout_;
  int64_t mostElements_;
  bool over_ = false;
};

// Throws std::runtime_error with MPI's words unless the result of a call is MPI_SUCCESS.
void check(int result, const char* call);

// `Open MPI v4.1.4, …`: what MPI says that it is.
std::string libraryVersion();

}  // namespace lutra::mpi

#include "mpi/session.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "mpi/watchdog.h"

namespace lutra::mpi {

namespace {

void agree(void* given, void* result, int* length, MPI_Datatype*) {
  const auto* in = static_cast<const uint64_t*>(given);
  auto* out = static_cast<uint64_t*>(result);
  for (int i = 0; i < *length; i++, in += 4, out += 4) {
    for (int k = 0; k < 3; k++) out[k] = std::max(out[k], in[k]);
    out[3] += in[3];
  }
}

}  // namespace

void check(int result, const char* call) {
  if (result == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  MPI_Error_string(result, text, &length);
  throw std::runtime_error(std::string(call) + ": " + std::string(text, static_cast<size_t>(length)));
}

std::string libraryVersion() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  return std::string(text, static_cast<size_t>(length));
}

Session::Session(double timeoutSeconds, int64_t mostElements) : timeout_(timeoutSeconds), mostElements_(mostElements) {
  watchdog().start(timeoutSeconds);
  const Watched watched("initProcessGroup");
  // One thread makes all calls; only the watchdog may have to end the job meanwhile, from its own.
  int threads = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &threads), "MPI_Init_thread");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
  watchdog().know(rank_, size_, threads == MPI_THREAD_MULTIPLE);
  for (MPI_Comm* comm : {&data, &agreement, &words}) {
    check(MPI_Comm_dup(MPI_COMM_WORLD, comm), "MPI_Comm_dup");
    MPI_Comm_set_errhandler(*comm, MPI_ERRORS_RETURN);
  }
  check(MPI_Type_contiguous(4, MPI_UINT64_T, &agreementType), "MPI_Type_contiguous");
  check(MPI_Type_commit(&agreementType), "MPI_Type_commit");
  check(MPI_Op_create(agree, 1, &agreementOp), "MPI_Op_create");
  MPI_Comm machine = MPI_COMM_NULL;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine),
        "MPI_Comm_split_type");
  check(MPI_Comm_size(machine, &localSize_), "MPI_Comm_size");
  MPI_Comm_free(&machine);
  int crowded = localSize_ > static_cast<int>(std::thread::hardware_concurrency()) ? 1 : 0;
  check(MPI_Allreduce(MPI_IN_PLACE, &crowded, 1, MPI_INT, MPI_MAX, agreement), "MPI_Allreduce");
  crowded_ = crowded != 0;
}

std::vector<std::string> Session::gatherWords(const std::string& own) const {
  constexpr size_t kRoom = 256;
  char mine[kRoom] = "";
  std::memcpy(mine, own.data(), std::min(own.size(), kRoom - 1));
  std::vector<char> all(kRoom * static_cast<size_t>(size_));
  check(MPI_Allgather(mine, kRoom, MPI_CHAR, all.data(), kRoom, MPI_CHAR, words), "MPI_Allgather");
  std::vector<std::string> said;
  for (int r = 0; r < size_; r++) said.emplace_back(all.data() + kRoom * static_cast<size_t>(r));
  return said;
}

void Session::finalize() {
  if (over_) return;
  const Watched watched("destroyProcessGroup");
  for (MPI_Comm* comm : {&data, &agreement, &words}) MPI_Comm_free(comm);
  MPI_Type_free(&agreementType);
  MPI_Op_free(&agreementOp);
  over_ = true;
  check(MPI_Finalize(), "MPI_Finalize");
  watchdog().stop();
}

}  // namespace lutra::mpi

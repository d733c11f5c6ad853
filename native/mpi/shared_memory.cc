#include "mpi/shared_memory.h"

#include "mpi/watchdog.h"

#ifdef __linux__

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <numeric>
#include <string>

namespace lutra::mpi {

namespace {

// A rank's part as the others find it. Files in memory, unlike those in /dev/shm, are not bounded by a container's
// setting of that.
struct Place {
  int64_t process;
  int64_t file;
  // The file's identity: another process may have the number, where ranks don't see each other's processes.
  int64_t device;
  int64_t node;
};

Place placeOf(int file, int64_t bytes) {
  struct stat facts {};
  if (file < 0 || ftruncate(file, bytes) != 0 || fstat(file, &facts) != 0) return {-1, -1, 0, 0};
  return {getpid(), file, static_cast<int64_t>(facts.st_dev), static_cast<int64_t>(facts.st_ino)};
}

int openPlace(const Place& place) {
  if (place.file < 0) return -1;
  const std::string path = "/proc/" + std::to_string(place.process) + "/fd/" + std::to_string(place.file);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  struct stat facts {};
  const bool isIt = fstat(file, &facts) == 0 && static_cast<int64_t>(facts.st_dev) == place.device &&
                    static_cast<int64_t>(facts.st_ino) == place.node;
  if (isIt) return file;
  close(file);
  return -1;
}

bool mapFile(int file, uint8_t* at, size_t bytes, int access) {
  if (mmap(at, bytes, access, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED) return false;
  // Only a wish: many systems have no large pages for shared memory.
  madvise(at, bytes, MADV_HUGEPAGE);
  return true;
}

}  // namespace

uint8_t* mapShared(const Session& session, const std::vector<int64_t>& parts) {
  const Watched watched("a sharded table");
  const auto rank = static_cast<size_t>(session.rank());
  const auto total = static_cast<size_t>(std::accumulate(parts.begin(), parts.end(), int64_t{0}));
  const int own = memfd_create("lutra", MFD_CLOEXEC);
  const Place place = placeOf(own, parts[rank]);
  std::vector<Place> places(parts.size());
  check(MPI_Allgather(&place, sizeof place, MPI_BYTE, places.data(), sizeof place, MPI_BYTE, session.words),
        "MPI_Allgather");
  void* const range =
      total == 0 ? MAP_FAILED : mmap(nullptr, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  auto* const memory = static_cast<uint8_t*>(range);
  int isMapped = range == MAP_FAILED ? 0 : 1;
  int64_t at = 0;
  for (size_t r = 0; isMapped == 1 && r < parts.size(); at += parts[r++]) {
    if (parts[r] == 0) continue;
    const int file = r == rank ? own : openPlace(places[r]);
    const int access = r == rank ? PROT_READ | PROT_WRITE : PROT_READ;
    if (file < 0 || !mapFile(file, memory + at, static_cast<size_t>(parts[r]), access)) isMapped = 0;
    if (file >= 0 && file != own) close(file);
  }
  // Until here the files are held open: the others must find them.
  int everywhere = isMapped;
  check(MPI_Allreduce(MPI_IN_PLACE, &everywhere, 1, MPI_INT, MPI_MIN, session.words), "MPI_Allreduce");
  if (own >= 0) close(own);
  if (everywhere == 1) return memory;
  if (range != MAP_FAILED) munmap(range, total);
  return nullptr;
}

void unmapShared(uint8_t* memory, size_t bytes) { munmap(memory, bytes); }

}  // namespace lutra::mpi

#else

namespace lutra::mpi {

uint8_t* mapShared(const Session&, const std::vector<int64_t>&) { return nullptr; }

void unmapShared(uint8_t*, size_t) {}

}  // namespace lutra::mpi

#endif

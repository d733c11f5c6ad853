#include "memory/mapping.h"

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace lutra {

#if defined(_WIN32)

bool canMapFiles() { return false; }
int mapFile(const char*, int64_t, int64_t, Mapping*) { return 0; }
void unmapFile(const Mapping&) {}

#else

bool canMapFiles() { return true; }

int mapFile(const char* path, int64_t begin, int64_t length, Mapping* mapping) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  struct stat state;
  int error = fstat(file, &state) == 0 ? 0 : errno;
  if (error == 0 && (state.st_size < begin || state.st_size - begin < length)) error = -1;
  if (error == 0) {
    const auto page = static_cast<int64_t>(sysconf(_SC_PAGESIZE));
    const int64_t from = begin / page * page;
    mapping->length = length + (begin - from);
    mapping->pages = mmap(nullptr, static_cast<size_t>(mapping->length), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_NORESERVE, file, static_cast<off_t>(from));
    if (mapping->pages == MAP_FAILED) {
      error = errno;
    } else {
      mapping->data = static_cast<uint8_t*>(mapping->pages) + (begin - from);
    }
  }
  close(file);
  return error;
}

void unmapFile(const Mapping& mapping) { munmap(mapping.pages, static_cast<size_t>(mapping.length)); }

#endif

}  // namespace lutra

// Files in memory: pages are read when they are touched, and shared by all who map them.
#pragma once

#include <cstdint>

namespace lutra {

struct Mapping {
  void* pages = nullptr;  // what is unmapped
  int64_t length = 0;
  uint8_t* data = nullptr;  // the first byte that was asked for
};

// Whether this system can.
bool canMapFiles();

// Maps bytes [begin, begin + length) of a file, which must hold them, length > 0. What is written to them is seen here
// alone and does not reach the file. Returns an errno, 0 where it went well; -1 where the file is too short.
int mapFile(const char* path, int64_t begin, int64_t length, Mapping* mapping);

void unmapFile(const Mapping& mapping);

}  // namespace lutra

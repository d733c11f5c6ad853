// Memory that all ranks of one machine see.
#pragma once

#include <cstdint>
#include <vector>

#include "mpi/session.h"

namespace lutra::mpi {

// One range of addresses with each rank's part, so many bytes of whole pages, in rank order; zeros at first. A rank may
// write to its own part and read the others'. All ranks call it with the same parts; null on all of them where one
// rank can't have it. Memory is taken where it is written to.
uint8_t* mapShared(const Session& session, const std::vector<int64_t>& parts);

void unmapShared(uint8_t* memory, size_t bytes);

}  // namespace lutra::mpi

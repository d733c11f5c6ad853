// One collective call as a rank makes it: what, over which memory, and the words that errors say it in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lutra::mpi {

// Codes shared with lib/distributed/native.ts.
enum class Kind : int { allReduce, broadcast, allGather, reduceScatter, allToAll, barrier, leave };
enum class Reduction : int { sum, max, min };
enum class Element : int { float32, float64, int32, uint8, bits16 };

int64_t bytesOf(Element element);

struct Call {
  Kind kind = Kind::barrier;
  Reduction reduction = Reduction::sum;
  Element element = Element::float32;
  // The sum is divided by the number of ranks; floats only.
  bool mean = false;
  // Whether the rank waits inside of the call. MPI's blocking calls are faster than the others, and don't match them.
  bool blocking = true;
  int root = 0;
  // broadcast, allReduce: `recv` alone, in place. Counts are elements, one for each rank: of allGather what each rank
  // gives, of reduceScatter what each gets (all alike), of allToAll what is sent to and got from each.
  const uint8_t* send = nullptr;
  uint8_t* recv = nullptr;
  std::vector<int64_t> sendCounts;
  std::vector<int64_t> recvCounts;
  // Such as `allReduce (sum) of float32 [3, 4]`. Ranks whose words differ have made different calls.
  std::string words;
};

}  // namespace lutra::mpi

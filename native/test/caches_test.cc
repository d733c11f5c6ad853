// What is said of the caches, and from which size on results are written around them.
#include "memory/caches.h"

#include "memory/write_around.h"
#include "test/check.h"
#include "threads/thread_pool.h"

namespace {

constexpr int64_t kKB = 1024, kMB = 1024 * 1024;

// A virtual machine may keep its caches to itself; what is told makes sense.
void testSizes() {
  const lutra::CacheSizes& sizes = lutra::cacheSizes();
  CHECK(sizes.l1 >= 0 && sizes.l1 <= kMB);
  CHECK(sizes.l2 == 0 || sizes.l2 >= sizes.l1);
  CHECK(sizes.l3 == 0 || sizes.l3 >= sizes.l2);
}

void testAroundFrom() {
  const int64_t from[][3] = {{0, 512 * kKB, 4 * kMB},         // not told
                             {16 * kMB, 512 * kKB, 4 * kMB},  // too small for what is handed out between collections
                             {32 * kMB, 8 * kMB, 8 * kMB},
                             {480 * kMB, 12 * kMB, 12 * kMB}};
  for (const auto& [l3, alone, onThreads] : from) {
    CASE(l3);
    lutra::setCacheSizes({48 * kKB, 512 * kKB, l3});
    lutra::setNumThreads(1);
    CHECK(lutra::aroundReadersFrom() == alone);
    CHECK(lutra::aroundFrom() == 512 * kKB && lutra::aroundFrom(kMB) == 512 * kKB);
    lutra::setNumThreads(2);
    CHECK(lutra::aroundReadersFrom() == onThreads);
    CHECK(lutra::aroundFrom() == 4 * kMB && lutra::aroundFrom(kMB) == kMB);
  }
  alignas(64) static float out[32];
  lutra::setNumThreads(1);
  CHECK(lutra::goesAroundCache(out, 131072, 4) == (LUTRA_WRITES_AROUND != 0));
  CHECK(!lutra::goesAroundCache(out, 131071, 4));
  CHECK(!lutra::goesAroundCache(reinterpret_cast<char*>(out) + 2, 131072, 4));
}

}  // namespace

int main() {
  testSizes();
  testAroundFrom();
  return lutra::test::finish("caches_test");
}

#include "kernels/vectors/glove.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "memory/prefetch.h"
#include "threads/thread_pool.h"

#define LUTRA_KERNEL_SOURCE "kernels/vectors/glove.inl.h"
#include "simd/foreach_target.h"

namespace lutra::glove {

void prepare(cooccurrences::Record* records, int64_t n, double alpha, double xMax) {
  constexpr int64_t kGrain = 4096;
  parallelFor(n, kGrain, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const cooccurrences::Record record = records[i];
      Example example = {record.first, record.second, 0, 0};
      if (record.weight > 0 && record.weight <= std::numeric_limits<double>::max()) {
        example.logarithm = static_cast<float>(std::log(record.weight));
        example.factor = record.weight > xMax ? 1.0f : static_cast<float>(std::pow(record.weight / xMax, alpha));
      }
      std::memcpy(static_cast<void*>(records + i), &example, sizeof(example));
    }
  });
}

Progress train(const Tables& tables, const Example* examples, int64_t n, const Options& options) {
  constexpr int64_t kLeastOfThread = 1024;
  const int threads = static_cast<int>(
      std::max<int64_t>(1, std::min<int64_t>(std::min(numThreads(), options.threads), n / kLeastOfThread)));
  std::vector<Progress> parts(static_cast<size_t>(threads));
  parallelThreads(threads, [&](int part) {
    const int64_t begin = n * part / threads, end = n * (part + 1) / threads;
    parts[static_cast<size_t>(part)] =
        LUTRA_DISPATCH(glove::trainExamples)(tables, examples + begin, end - begin, options);
  });
  Progress total = {0, 0};
  for (const Progress& part : parts) {
    total.cost += part.cost;
    total.skipped += part.skipped;
  }
  return total;
}

}  // namespace lutra::glove

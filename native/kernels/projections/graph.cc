#include "kernels/projections/graph.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "threads/thread_pool.h"

namespace lutra::graph {

void countNamed(int32_t* counts, const int32_t* indices, int64_t rows, int64_t k, int64_t begin, int64_t end) {
  for (int64_t e = begin * k; e < end * k; e++) {
    const int32_t row = indices[e];
    if (row >= 0 && row < rows) counts[row]++;
  }
}

void collectNamed(int32_t* sources, float* sourceWeights, int32_t* cursors, const int32_t* indices,
                  const float* weights, int64_t rows, int64_t k, int64_t begin, int64_t end, int64_t total) {
  for (int64_t i = begin; i < end; i++) {
    for (int64_t e = i * k; e < (i + 1) * k; e++) {
      const int32_t row = indices[e];
      if (row < 0 || row >= rows) continue;
      const int32_t at = cursors[row];
      if (at < 0 || at >= total) continue;
      sources[at] = static_cast<int32_t>(i);
      sourceWeights[at] = weights[e];
      cursors[row] = at + 1;
    }
  }
}

void join(int32_t* out, float* outWeights, int32_t* ends, const Directed& graph, Union how, int64_t begin,
          int64_t end) {
  constexpr int64_t kGrain = 256;
  const int64_t k = graph.k;
  parallelFor(end - begin, kGrain, [&](int64_t first, int64_t last) {
    std::vector<std::pair<int32_t, float>> own(static_cast<size_t>(k));
    for (int64_t i = begin + first; i < begin + last; i++) {
      for (int64_t j = 0; j < k; j++) {
        own[static_cast<size_t>(j)] = {graph.indices[i * k + j], graph.weights[i * k + j]};
      }
      std::sort(own.begin(), own.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      const int64_t from = graph.starts[i], to = graph.starts[i + 1];
      int64_t at = i * k + from;
      ends[i] = static_cast<int32_t>(at);
      if (from < 0 || from > to || to > graph.total) continue;
      const auto put = [&](int32_t row, float weight) {
        out[at] = row;
        outWeights[at++] = weight;
      };
      size_t a = 0;
      int64_t b = from;
      while (a < own.size() || b < to) {
        const int64_t left = a < own.size() ? own[a].first : INT64_MAX;
        const int64_t right = b < to ? graph.sources[b] : INT64_MAX;
        if (left < right) {
          put(own[a].first, own[a].second);
          a++;
        } else if (right < left) {
          put(graph.sources[b], graph.sourceWeights[b]);
          b++;
        } else {
          const float x = own[a].second, y = graph.sourceWeights[b];
          put(own[a].first, how == Union::sum ? x + y : x + y - x * y);
          a++;
          b++;
        }
      }
      ends[i] = static_cast<int32_t>(at);
    }
  });
}

}  // namespace lutra::graph

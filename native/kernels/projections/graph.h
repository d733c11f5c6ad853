// Graphs of nearest neighbours made symmetric.
//
// A graph begins as k neighbours of each row, indices and weights [rows, k], and ends as a list for each row: row i's
// lies at [i k + starts[i], ends[i]), in order of the rows it names. starts says how often rows before i are named.
#pragma once

#include <cstdint>

namespace lutra::graph {

/** Adds to counts [rows] how often rows are named in indices [begin k, end k). Indices out of range are passed over. */
void countNamed(int32_t* counts, const int32_t* indices, int64_t rows, int64_t k, int64_t begin, int64_t end);

/**
 * Writes who names each row, and with which weight: sources and weights hold as many as there are names, `cursors`
 * [rows] says where the next of each row goes (it begins as starts) and moves on. Nothing is written at or beyond
 * `total`.
 */
void collectNamed(int32_t* sources, float* sourceWeights, int32_t* cursors, const int32_t* indices,
                  const float* weights, int64_t rows, int64_t k, int64_t begin, int64_t end, int64_t total);

enum class Union {
  sum,    // a + b
  fuzzy,  // a + b - a b: the probability of either
};

/** The neighbours of rows, and of whom they are neighbours. */
struct Directed {
  const int32_t* indices;  // [rows, k]
  const float* weights;
  const int32_t* starts;  // [rows + 1]
  const int32_t* sources;
  const float* sourceWeights;
  int64_t rows, k;
  int64_t total;  // of sources
};

/** Joins both for rows [begin, end). `out` and outWeights hold rows k + total; a row not in order is skipped. */
void join(int32_t* out, float* outWeights, int32_t* ends, const Directed& graph, Union how, int64_t begin, int64_t end);

}  // namespace lutra::graph

// Training of word vectors from co-occurrences by AdaGrad (Pennington, Socher, Manning 2014): the dot product of a
// word's vector and a context word's, with a bias of each, is fitted to the logarithm of their weight.
//
//   cost = Σ f(X_ij) (w_i · c_j + b_i + d_j - log X_ij)² / 2,   f(X) = min(1, X / xMax)^alpha
#pragma once

#include <cstdint>

#include "kernels/vectors/cooccurrences.h"

namespace lutra::glove {

/** A record as it is trained on, in the memory of a Record. */
struct Example {
  int32_t first, second;
  float logarithm;  // log X
  float factor;     // f(X)
};
static_assert(sizeof(Example) == sizeof(cooccurrences::Record), "examples take the place of records");

/** Makes examples of n records, in place. Weights that are not positive get a factor of 0, which trains nothing. */
void prepare(cooccurrences::Record* records, int64_t n, double alpha, double xMax);

/** Two tables of `words` rows with the sums of their squared steps: `dim` numbers, then the bias; `stride` apart. */
struct Tables {
  float* word;
  float* context;
  float* wordSquares;
  float* contextSquares;
  int64_t words, dim, stride;
};

struct Options {
  float eta;       // of vectors; biases learn at rate 1, as in the original
  float gradClip;  // components of gradients lie between it and its negative
  int threads;     // at most so many
};

struct Progress {
  double cost;      // summed over the examples
  int64_t skipped;  // examples whose error was not finite, or whose words the tables don't have
};

/** The width of rows for vectors of `dim` numbers and a bias: whole cache lines. */
constexpr int64_t strideOf(int64_t dim) { return (dim + 1 + 15) / 16 * 16; }

/** Trains on n examples. Threads share the tables without locks: with one thread the result depends on the arguments
 * alone. */
Progress train(const Tables& tables, const Example* examples, int64_t n, const Options& options);

}  // namespace lutra::glove

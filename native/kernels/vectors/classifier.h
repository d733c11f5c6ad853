// Training of a linear classifier of bags of features (Joulin et al. 2016, "Bag of Tricks for Efficient Text
// Classification"): the mean of the rows of an example's features, scored by a row for each label.
#pragma once

#include <cstdint>

namespace lutra::classifier {

enum class Loss : int { softmax = 0, negativeSampling = 1, hierarchicalSoftmax = 2, oneVersusAll = 3 };

/** Rows are strideOf(dim) of word2vec.h apart; a row's end beyond `dim` is zero. */
struct Tables {
  float* input;   // a row for each feature
  float* output;  // a row for each label, or inner node
  int64_t inputRows, outputRows, labels, dim, stride;
};

/** Example e has the features rows[begin[e] … begin[e + 1]), each with its share of them, and labels likewise. */
struct Examples {
  const int32_t* begin;
  const int32_t* rows;
  const float* weights;
  const int32_t* labelBegin;
  const int32_t* labels;
};

struct Objective {
  Loss loss;
  // Labels as often as they shall be drawn, and how many are drawn for an example.
  const int32_t* negatives;
  int64_t negativesCount;
  int negative;
  // The inner nodes on the way from the root to label l are nodes[pathBegin[l] … pathBegin[l + 1]), with the branch
  // that is taken there: 1 for the one that a large score means.
  const int32_t* pathBegin;
  const int32_t* nodes;
  const uint8_t* codes;
};

/** Examples [begin, end), and how fast to learn at their ends. */
struct Slice {
  int64_t begin, end;
  double beginRate, endRate;
  uint64_t seed;
  int threads;
};

struct Progress {
  double loss;  // summed over `count` examples: those that have labels and features
  int64_t count;
};

/** Threads share the tables without locks: with one thread the result depends on the arguments alone. */
Progress train(const Tables& tables, const Examples& examples, const Objective& objective, const Slice& slice);

/** codes[i] = the nearest of 256 centroids to point i, the first of equals. points [count, dim], centroids [256, dim].
 */
void nearestCentroids(uint8_t* codes, const float* points, const float* centroids, int64_t count, int64_t dim);

}  // namespace lutra::classifier

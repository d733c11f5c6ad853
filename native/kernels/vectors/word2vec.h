// Training of word vectors by skip-gram or continuous bag of words (Mikolov et al. 2013, "Distributed Representations
// of Words and Phrases and their Compositionality"), with negative sampling or hierarchical softmax.
//
// The negatives of a centre word are shared by its window (Ji et al. 2016, "Parallelizing Word2Vec in Shared and
// Distributed Memory"): the work becomes a small product of the rows of its context by a few output rows.
#pragma once

#include <cstdint>

namespace lutra::word2vec {

constexpr int kMostNegatives = 64;

enum class Model : int { skipGram = 0, cbow = 1 };

/** The corpus: the words' numbers in order; -1 ends a sentence. */
struct Corpus {
  const int32_t* tokens;
  int64_t count;
};

/** Two tables of `inputRows` and `outputs` rows, `stride` apart; a row's end beyond `dim` is zero. */
struct Tables {
  float* input;
  float* output;
  int64_t words, inputRows, outputs, dim, stride;
};

/**
 * The rows whose mean is the vector of word w: rows[begin[w] … begin[w + 1]). Null where word w has row w alone, of
 * which the input has as many then.
 */
struct Subwords {
  const int32_t* begin;
  const int32_t* rows;
  int64_t count;
};

/** What each centre word is told apart from. */
struct Outputs {
  // Negative sampling: words as often as they shall be drawn; null for hierarchical softmax.
  const int32_t* negatives;
  int64_t negativesCount;
  int negative;
  // Hierarchical softmax: the inner nodes on the way from the root to word w are nodes[begin[w] … begin[w + 1]), with
  // the branch that is taken there (0 or 1); null for negative sampling.
  const int32_t* begin;
  const int32_t* nodes;
  const uint8_t* codes;
  int64_t nodesCount;
};

struct Options {
  Model model;
  int window;
  bool shrinkWindow;  // the window of each word has a random size from 1 to `window`
  bool mean;          // CBOW: the mean of the context, not its sum
  const float* keep;  // [words] the probability that an occurrence is kept; or null
  int threads;        // at most so many
  int64_t lossEvery;  // the loss is taken from one centre word in so many
};

/** A stretch of the corpus, and how fast to learn at its ends. */
struct Slice {
  int64_t begin, end;
  double beginRate, endRate;
  uint64_t seed;
};

struct Progress {
  double loss;    // summed over the examples that were looked at for it
  int64_t count;  // those examples
  int64_t words;  // centre words that were trained
};

/** The width of rows for vectors of `dim` numbers: whole cache lines. */
constexpr int64_t strideOf(int64_t dim) { return (dim + 15) / 16 * 16; }

/**
 * Trains on the sentences that begin in a slice. Threads share the tables without locks, as the original does: with
 * one thread the result depends on the arguments alone.
 */
Progress train(const Tables& tables, const Subwords& subwords, const Corpus& corpus, const Outputs& outputs,
               const Options& options, const Slice& slice);

}  // namespace lutra::word2vec

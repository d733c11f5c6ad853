// A centre word's context rows and a few output rows: what the vectorised part of word2vec works on.
#pragma once

#include <cstdint>

namespace lutra::word2vec {

struct Block {
  static constexpr int kOutputs = 6;
  static constexpr int kMostContexts = 2 * 512;

  float* const* context;
  int contexts;
  float* output[kOutputs];
  float label[kOutputs];  // 1 for what belongs together, else 0
  int outputs;
  int64_t width;  // numbers of a row, whole vectors
  float rate;
  float* scores;  // [contexts][outputs], with room for two vectors beyond
};

}  // namespace lutra::word2vec

#include "kernels/vectors/word2vec.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/vectors/block.h"
#include "kernels/vectors/draws.h"
#include "kernels/vectors/subword_window.h"
#include "memory/prefetch.h"
#include "simd/unroll.h"
#include "threads/thread_pool.h"

#define LUTRA_KERNEL_SOURCE "kernels/vectors/word2vec.inl.h"
#include "simd/foreach_target.h"

namespace lutra::word2vec {

namespace {

constexpr int64_t kMostOfSentence = 4096;
// Fewer tokens are not worth another thread.
constexpr int64_t kLeastOfThread = 2048;

// One thread's way through its sentences.
class Trainer {
 public:
  Trainer(const Tables& tables, const Subwords& subwords, const Corpus& corpus, const Outputs& outputs,
          const Options& options, const Slice& slice, uint64_t seed)
      : tables_(tables),
        words_(tables, subwords, options.window),
        corpus_(corpus),
        outputs_(outputs),
        options_(options),
        slice_(slice),
        draws_(seed),
        sum_(static_cast<size_t>(tables.stride)),
        before_(static_cast<size_t>(tables.stride)) {}

  // The sentences that begin in [begin, end).
  Progress run(int64_t begin, int64_t end) {
    int64_t at = sentenceStart(begin);
    while (at < end) {
      const double share = static_cast<double>(at - slice_.begin) / std::max<int64_t>(slice_.end - slice_.begin, 1);
      rate_ = static_cast<float>(slice_.beginRate + (slice_.endRate - slice_.beginRate) * share);
      at = readSentence(at);
      trainSentence();
    }
    return progress_;
  }

 private:
  int64_t sentenceStart(int64_t at) const {
    if (at == 0) return 0;
    while (at < corpus_.count && corpus_.tokens[at - 1] >= 0) at++;
    return at;
  }

  // Fills sentence_ with what is kept; returns where the next one begins. Ends of no sentence cut a long one.
  int64_t readSentence(int64_t at) {
    length_ = 0;
    while (at < corpus_.count) {
      const int32_t word = corpus_.tokens[at++];
      if (word < 0) break;
      if (word >= tables_.words) continue;
      if (options_.keep != nullptr && options_.keep[word] < draws_.unit()) continue;
      sentence_[length_++] = word;
      if (length_ == kMostOfSentence) break;
    }
    return at;
  }

  float* inputRow(int32_t word) const { return tables_.input + word * tables_.stride; }
  float* outputRow(int32_t row) const { return tables_.output + row * tables_.stride; }

  void drawNegatives(int32_t* out) {
    const uint32_t n = static_cast<uint32_t>(outputs_.negativesCount);
    for (int k = 0; k < outputs_.negative; k++) out[k] = outputs_.negatives[draws_.below(n)];
  }

  void askFor(const float* row) const {
    for (int64_t j = 0; j < tables_.dim; j += 16) LUTRA_PREFETCH(row + j);
  }

  void trainSentence() {
    const bool samples = outputs_.negatives != nullptr;
    int32_t drawn[2][kMostNegatives];
    if (samples && length_ > 0) drawNegatives(drawn[0]);
    for (int64_t i = 0; i < length_; i++) {
      // The rows of the next centre word are on their way while this one is trained.
      if (samples) {
        drawNegatives(drawn[(i + 1) % 2]);
        for (int k = 0; k < outputs_.negative; k++) askFor(outputRow(drawn[(i + 1) % 2][k]));
      }
      if (i + 1 < length_) askFor(outputRow(std::min<int64_t>(sentence_[i + 1], tables_.outputs - 1)));
      moveWindow(i);
      const int window = options_.shrinkWindow
                             ? 1 + static_cast<int>(draws_.below(static_cast<uint32_t>(options_.window)))
                             : options_.window;
      const int64_t first = std::max<int64_t>(0, i - window), last = std::min<int64_t>(length_ - 1, i + window);
      contexts_ = 0;
      for (int64_t j = first; j <= last; j++) {
        if (j == i) continue;
        if (words_.used()) weights_[contexts_] = words_.count(j);
        context_[contexts_++] = words_.used() ? words_.vector(j) : inputRow(sentence_[j]);
      }
      if (contexts_ == 0) continue;
      progress_.words++;
      trainWord(sentence_[i], drawn[i % 2]);
    }
    if (words_.used()) {
      for (int64_t j = std::max<int64_t>(0, length_ - 1 - options_.window); j < length_; j++) leave(j);
    }
  }

  // Brings the words around position i.
  void moveWindow(int64_t i) {
    const int64_t ahead = i + 1 + options_.window;
    if (!words_.used()) {
      if (ahead < length_) askFor(inputRow(sentence_[ahead]));
      return;
    }
    if (ahead < length_) words_.askFor(sentence_[ahead]);
    if (i > options_.window) leave(i - options_.window - 1);
    for (int64_t j = i == 0 ? 0 : ahead - 1; j < std::min(ahead, length_); j++) {
      words_.enter(j, sentence_[j], [&](float* out, float* const* rows, int count, float factor) {
        LUTRA_DISPATCH(word2vec::addRows)(out, rows, count, factor, tables_.dim);
      });
    }
  }
  void leave(int64_t j) {
    words_.leave(j, sentence_[j], [&](float* const* rows, int count, const float* now, const float* before) {
      LUTRA_DISPATCH(word2vec::spreadGain)(rows, count, now, before, tables_.dim);
    });
  }

  // The mean, or sum, of the context: of all its rows, where a word has several.
  void sumContext() {
    if (words_.used()) {
      float total = 0;
      for (int k = 0; k < contexts_; k++) total += weights_[k];
      const float factor = options_.mean ? 1.0f / std::max(total, 1.0f) : 1.0f;
      for (int k = 0; k < contexts_; k++) weights_[k] *= factor;
      LUTRA_DISPATCH(word2vec::addWeighted)(sum_.data(), context_, weights_, contexts_, tables_.dim);
    } else {
      const float factor = options_.mean ? 1.0f / static_cast<float>(contexts_) : 1.0f;
      LUTRA_DISPATCH(word2vec::addRows)(sum_.data(), context_, contexts_, factor, tables_.dim);
    }
    before_ = sum_;
  }

  void trainWord(int32_t word, const int32_t* negatives) {
    const bool looks = progress_.words % options_.lossEvery == 0;
    double loss = 0;
    Block block;
    block.width = tables_.dim;
    block.rate = rate_;
    block.scores = scores_;
    float* sums[1] = {sum_.data()};
    const bool bag = options_.model == Model::cbow;
    if (bag) sumContext();
    block.context = bag ? sums : context_;
    block.contexts = bag ? 1 : contexts_;
    if (outputs_.negatives != nullptr) {
      int32_t rows[1 + kMostNegatives];
      int count = 0;
      rows[count++] = word;
      // One that is there already would lose a gradient: rows of a block are distinct.
      for (int k = 0; k < outputs_.negative; k++) {
        if (std::find(rows, rows + count, negatives[k]) == rows + count) rows[count++] = negatives[k];
      }
      trainOutputs(
          block, count, looks ? &loss : nullptr, [&](int k) { return rows[k]; },
          [](int k) { return k == 0 ? 1.0f : 0.0f; });
    } else {
      const int64_t begin = outputs_.begin[word];
      const int count = static_cast<int>(outputs_.begin[word + 1] - begin);
      trainOutputs(
          block, count, looks ? &loss : nullptr, [&](int k) { return outputs_.nodes[begin + k]; },
          [&](int k) { return outputs_.codes[begin + k] == 0 ? 1.0f : 0.0f; });
    }
    if (bag) LUTRA_DISPATCH(word2vec::spreadGain)(context_, contexts_, sum_.data(), before_.data(), tables_.dim);
    if (looks) {
      progress_.loss += loss;
      progress_.count += block.contexts;
    }
  }

  // A few rows at a time. Rows that the table does not have are left out: no caller's mistake touches other memory.
  template <class RowOf, class LabelOf>
  void trainOutputs(Block& block, int count, double* loss, RowOf rowOf, LabelOf labelOf) {
    block.outputs = 0;
    for (int k = 0; k < count; k++) {
      const int64_t row = rowOf(k);
      if (row >= 0 && row < tables_.outputs) {
        block.output[block.outputs] = outputRow(static_cast<int32_t>(row));
        block.label[block.outputs++] = labelOf(k);
      }
      if (block.outputs == Block::kOutputs || (k + 1 == count && block.outputs > 0)) {
        LUTRA_DISPATCH(word2vec::trainBlock)(block, loss);
        block.outputs = 0;
      }
    }
  }

  const Tables& tables_;
  SubwordWindow words_;
  const Corpus& corpus_;
  const Outputs& outputs_;
  const Options& options_;
  const Slice& slice_;
  Draws draws_;
  float rate_ = 0;
  Progress progress_ = {0, 0, 0};
  int32_t sentence_[kMostOfSentence];
  int64_t length_ = 0;
  float* context_[Block::kMostContexts];
  float weights_[Block::kMostContexts];
  int contexts_ = 0;
  alignas(64) float scores_[Block::kMostContexts * Block::kOutputs + 32];
  std::vector<float> sum_, before_;
};

}  // namespace

Progress train(const Tables& tables, const Subwords& subwords, const Corpus& corpus, const Outputs& outputs,
               const Options& options, const Slice& slice) {
  const int64_t length = slice.end - slice.begin;
  const int threads = static_cast<int>(
      std::max<int64_t>(1, std::min<int64_t>(std::min(numThreads(), options.threads), length / kLeastOfThread)));
  std::vector<Progress> parts(static_cast<size_t>(threads));
  parallelThreads(threads, [&](int part) {
    const int64_t begin = slice.begin + length * part / threads, end = slice.begin + length * (part + 1) / threads;
    const uint64_t seed = slice.seed + static_cast<uint64_t>(begin) * UINT64_C(0xbf58476d1ce4e5b9);
    const auto trainer = std::make_unique<Trainer>(tables, subwords, corpus, outputs, options, slice, seed);
    parts[static_cast<size_t>(part)] = trainer->run(begin, end);
  });
  Progress total = {0, 0, 0};
  for (const Progress& part : parts) {
    total.loss += part.loss;
    total.count += part.count;
    total.words += part.words;
  }
  return total;
}

}  // namespace lutra::word2vec

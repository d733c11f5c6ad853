#include "kernels/vectors/classifier.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "kernels/vectors/draws.h"
#include "memory/prefetch.h"
#include "simd/unroll.h"
#include "threads/thread_pool.h"

#define LUTRA_KERNEL_SOURCE "kernels/vectors/classifier.inl.h"
#include "simd/foreach_target.h"

namespace lutra::classifier {

namespace {

// Fewer examples are not worth another thread.
constexpr int64_t kLeastOfThread = 64;
// Scores have room for a whole vector of any instruction set.
constexpr size_t kRoom = 32;

double minusLog(float probability) { return -std::log(std::max(static_cast<double>(probability), 1e-30)); }

// One thread's way through its examples.
class Trainer {
 public:
  Trainer(const Tables& tables, const Examples& examples, const Objective& objective, const Slice& slice, uint64_t seed)
      : tables_(tables),
        examples_(examples),
        objective_(objective),
        slice_(slice),
        draws_(seed),
        hidden_(static_cast<size_t>(tables.stride)),
        gain_(static_cast<size_t>(tables.stride)) {
    if (objective.loss == Loss::softmax || objective.loss == Loss::oneVersusAll) {
      rows_.resize(static_cast<size_t>(tables.labels));
      std::iota(rows_.begin(), rows_.end(), 0);
    }
  }

  Progress run(int64_t begin, int64_t end) {
    const double length = static_cast<double>(std::max<int64_t>(slice_.end - slice_.begin, 1));
    for (int64_t e = begin; e < end; e++) {
      const double share = static_cast<double>(e - slice_.begin) / length;
      rate_ = static_cast<float>(slice_.beginRate + (slice_.endRate - slice_.beginRate) * share);
      trainExample(e);
    }
    return progress_;
  }

 private:
  void trainExample(int64_t e) {
    const int32_t* const rows = examples_.rows + examples_.begin[e];
    const float* const weights = examples_.weights + examples_.begin[e];
    const int64_t count = examples_.begin[e + 1] - examples_.begin[e];
    const int32_t* const labels = examples_.labels + examples_.labelBegin[e];
    const int64_t labelCount = examples_.labelBegin[e + 1] - examples_.labelBegin[e];
    if (count == 0 || labelCount == 0) return;
    LUTRA_DISPATCH(classifier::bag)
    (hidden_.data(), tables_.input, tables_.stride, rows, weights, count, tables_.dim);
    std::fill(gain_.begin(), gain_.end(), 0.0f);
    if (objective_.loss == Loss::oneVersusAll) {
      trainAll(labels, labelCount);
    } else {
      trainOne(labels[labelCount == 1 ? 0 : draws_.below(static_cast<uint32_t>(labelCount))]);
    }
    LUTRA_DISPATCH(classifier::spread)
    (tables_.input, tables_.stride, rows, weights, count, gain_.data(), tables_.dim);
    progress_.count++;
  }

  void trainOne(int32_t label) {
    switch (objective_.loss) {
      case Loss::softmax:
        trainSoftmax(label);
        return;
      case Loss::negativeSampling:
        rows_.assign(1, label);
        for (int k = 0; k < objective_.negative; k++) {
          const int32_t other = drawOther(label);
          if (other != label) rows_.push_back(other);
        }
        wanted_.assign(rows_.size(), 0.0f);
        wanted_[0] = 1;
        break;
      default:
        rows_.clear();
        wanted_.clear();
        for (int32_t k = objective_.pathBegin[label]; k < objective_.pathBegin[label + 1]; k++) {
          rows_.push_back(objective_.nodes[k]);
          wanted_.push_back(static_cast<float>(objective_.codes[k]));
        }
    }
    trainBinary();
  }
  void trainAll(const int32_t* labels, int64_t labelCount) {
    wanted_.assign(rows_.size(), 0.0f);
    for (int64_t k = 0; k < labelCount; k++) wanted_[static_cast<size_t>(labels[k])] = 1;
    trainBinary();
  }

  // One that is no other after several draws: of a single label there is none.
  int32_t drawOther(int32_t label) {
    for (int k = 0; k < 100; k++) {
      const int32_t other = objective_.negatives[draws_.below(static_cast<uint32_t>(objective_.negativesCount))];
      if (other != label) return other;
    }
    return label;
  }

  void score() {
    scores_.resize(rows_.size() + kRoom);
    LUTRA_DISPATCH(classifier::score)
    (scores_.data(), hidden_.data(), tables_.output, tables_.stride, rows_.data(), static_cast<int64_t>(rows_.size()),
     tables_.dim);
  }
  void update() {
    LUTRA_DISPATCH(classifier::update)
    (gain_.data(), hidden_.data(), tables_.output, tables_.stride, rows_.data(), scores_.data(),
     static_cast<int64_t>(rows_.size()), tables_.dim);
  }

  void trainSoftmax(int32_t label) {
    score();
    const auto count = static_cast<int64_t>(rows_.size());
    float* const scores = scores_.data();
    const float most = *std::max_element(scores, scores + count);
    LUTRA_DISPATCH(classifier::exponentials)(scores, most, count);
    float total = 0;
    for (int64_t k = 0; k < count; k++) total += scores[k];
    progress_.loss += minusLog(scores[label] / total);
    for (int64_t k = 0; k < count; k++) scores[k] *= -rate_ / total;
    scores[label] += rate_;
    update();
  }

  void trainBinary() {
    score();
    const auto count = static_cast<int64_t>(rows_.size());
    LUTRA_DISPATCH(classifier::sigmoids)(scores_.data(), count);
    for (size_t k = 0; k < rows_.size(); k++) {
      const float p = scores_[k];
      progress_.loss += minusLog(wanted_[k] > 0 ? p : 1 - p);
      scores_[k] = rate_ * (wanted_[k] - p);
    }
    update();
  }

  const Tables& tables_;
  const Examples& examples_;
  const Objective& objective_;
  const Slice& slice_;
  word2vec::Draws draws_;
  float rate_ = 0;
  Progress progress_ = {0, 0};
  std::vector<float> hidden_, gain_, scores_, wanted_;
  std::vector<int32_t> rows_;
};

}  // namespace

Progress train(const Tables& tables, const Examples& examples, const Objective& objective, const Slice& slice) {
  const int64_t length = slice.end - slice.begin;
  const int threads = static_cast<int>(
      std::max<int64_t>(1, std::min<int64_t>(std::min(numThreads(), slice.threads), length / kLeastOfThread)));
  std::vector<Progress> parts(static_cast<size_t>(threads));
  parallelThreads(threads, [&](int part) {
    const int64_t begin = slice.begin + length * part / threads, end = slice.begin + length * (part + 1) / threads;
    const uint64_t seed = slice.seed + static_cast<uint64_t>(begin) * UINT64_C(0xbf58476d1ce4e5b9);
    parts[static_cast<size_t>(part)] = Trainer(tables, examples, objective, slice, seed).run(begin, end);
  });
  Progress total = {0, 0};
  for (const Progress& part : parts) {
    total.loss += part.loss;
    total.count += part.count;
  }
  return total;
}

void nearestCentroids(uint8_t* codes, const float* points, const float* centroids, int64_t count, int64_t dim) {
  std::vector<float> columns(static_cast<size_t>(dim * 256));
  for (int64_t c = 0; c < 256; c++) {
    for (int64_t d = 0; d < dim; d++) columns[static_cast<size_t>(d * 256 + c)] = centroids[c * dim + d];
  }
  parallelFor(count, 1024, [&](int64_t begin, int64_t end) {
    float distances[256];
    for (int64_t i = begin; i < end; i++) {
      const float least = LUTRA_DISPATCH(classifier::distances)(distances, points + i * dim, columns.data(), dim);
      const float* const at = std::find(distances, distances + 256, least);
      codes[i] = static_cast<uint8_t>(at == distances + 256 ? 0 : at - distances);
    }
  });
}

}  // namespace lutra::classifier

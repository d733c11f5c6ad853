// Made by scripts/make_calls.mjs from native/binding/planned/channel_norm.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// The mean of each channel, and its variance, divided by how many there are.
struct ChannelStatisticsLayout {
  static constexpr uint32_t kId = 0x2229ff78;
  static constexpr int64_t kNumbers = 7;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size channels{2};
  static constexpr Size inner{3};
  static constexpr Array mean{1, "mean", 4};
  static constexpr Array variance{2, "variance", 5};
  static constexpr Array x{3, "x", 6};
};

// y = (x - mean) · rstd · weight + bias.
struct ChannelNormLayout {
  static constexpr uint32_t kId = 0x3dab59c7;
  static constexpr int64_t kNumbers = 10;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size channels{2};
  static constexpr Size inner{3};
  static constexpr Array y{1, "y", 4};
  static constexpr Array x{2, "x", 5};
  static constexpr Array mean{3, "mean", 6};
  static constexpr Array rstd{4, "rstd", 7};
  static constexpr Array weight{5, "weight", 8};
  static constexpr Array bias{6, "bias", 9};
};

// Overwrites the gradients that are given. `training`: mean and rstd are the batch's own.
struct ChannelNormBackwardLayout {
  static constexpr uint32_t kId = 0x5494d7ce;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size channels{2};
  static constexpr Size inner{3};
  static constexpr Flag training{4};
  static constexpr Array dx{1, "dx", 5};
  static constexpr Array dweight{2, "dweight", 6};
  static constexpr Array dbias{3, "dbias", 7};
  static constexpr Array dy{4, "dy", 8};
  static constexpr Array x{5, "x", 9};
  static constexpr Array weight{6, "weight", 10};
  static constexpr Array mean{7, "mean", 11};
  static constexpr Array rstd{8, "rstd", 12};
};

// The normalised groups, and the mean and 1 / √(variance + eps) of each.
struct GroupNormLayout {
  static constexpr uint32_t kId = 0xd9bcba1f;
  static constexpr int64_t kNumbers = 12;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size channels{2};
  static constexpr Size inner{3};
  static constexpr Size groups{4};
  static constexpr Real eps{5};
  static constexpr Array y{1, "y", 6};
  static constexpr Array mean{2, "mean", 7};
  static constexpr Array rstd{3, "rstd", 8};
  static constexpr Array x{4, "x", 9};
  static constexpr Array weight{5, "weight", 10};
  static constexpr Array bias{6, "bias", 11};
};

// Overwrites the gradients that are given.
struct GroupNormBackwardLayout {
  static constexpr uint32_t kId = 0x6bd0f55a;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size batch{1};
  static constexpr Size channels{2};
  static constexpr Size inner{3};
  static constexpr Size groups{4};
  static constexpr Array dx{1, "dx", 5};
  static constexpr Array dweight{2, "dweight", 6};
  static constexpr Array dbias{3, "dbias", 7};
  static constexpr Array dy{4, "dy", 8};
  static constexpr Array x{5, "x", 9};
  static constexpr Array weight{6, "weight", 10};
  static constexpr Array mean{7, "mean", 11};
  static constexpr Array rstd{8, "rstd", 12};
};

}  // namespace lutra::binding

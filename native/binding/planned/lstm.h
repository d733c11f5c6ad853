// Made by scripts/make_calls.mjs from native/binding/planned/lstm.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Elements that the forward pass keeps for backward; those of backward's working memory are left in the plan.
struct LstmSizesLayout {
  static constexpr uint32_t kId = 0x0863bf07;
  static constexpr int64_t kNumbers = 10;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size steps{1};
  static constexpr Size batch{2};
  static constexpr Flag batchFirst{3};
  static constexpr Flag reverse{4};
  static constexpr Size inputSize{5};
  static constexpr Size hiddenSize{6};
  static constexpr Size projSize{7};
  static constexpr Array batchSizes{1, "batchSizes", 8};
  static constexpr Result workspace{9};
};

struct LstmForwardLayout {
  static constexpr uint32_t kId = 0x2fcb8ebd;
  static constexpr int64_t kNumbers = 23;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size steps{1};
  static constexpr Size batch{2};
  static constexpr Flag batchFirst{3};
  static constexpr Flag reverse{4};
  static constexpr Size inputSize{5};
  static constexpr Size hiddenSize{6};
  static constexpr Size projSize{7};
  static constexpr Size ldOutput{8};
  static constexpr Size ldInput{9};
  static constexpr Array output{1, "output", 10};
  static constexpr Array hn{2, "hn", 11};
  static constexpr Array cn{3, "cn", 12};
  static constexpr Array cache{4, "cache", 13};
  static constexpr Array input{5, "input", 14};
  static constexpr Array h0{6, "h0", 15};
  static constexpr Array c0{7, "c0", 16};
  static constexpr Array inputHidden{8, "inputHidden", 17};
  static constexpr Array hiddenHidden{9, "hiddenHidden", 18};
  static constexpr Array projection{10, "projection", 19};
  static constexpr Array biasInput{11, "biasInput", 20};
  static constexpr Array biasHidden{12, "biasHidden", 21};
  static constexpr Array batchSizes{13, "batchSizes", 22};
};

// `ldOutput` is that of dOutput, too.
struct LstmBackwardLayout {
  static constexpr uint32_t kId = 0xbe5d6aa8;
  static constexpr int64_t kNumbers = 31;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size steps{1};
  static constexpr Size batch{2};
  static constexpr Flag batchFirst{3};
  static constexpr Flag reverse{4};
  static constexpr Size inputSize{5};
  static constexpr Size hiddenSize{6};
  static constexpr Size projSize{7};
  static constexpr Flag addToInput{8};
  static constexpr Size ldOutput{9};
  static constexpr Size ldInput{10};
  static constexpr Array dInput{1, "dInput", 11};
  static constexpr Array dh0{2, "dh0", 12};
  static constexpr Array dc0{3, "dc0", 13};
  static constexpr Array dInputHidden{4, "dInputHidden", 14};
  static constexpr Array dHiddenHidden{5, "dHiddenHidden", 15};
  static constexpr Array dProjection{6, "dProjection", 16};
  static constexpr Array dBias{7, "dBias", 17};
  static constexpr Array workspace{8, "workspace", 18};
  static constexpr Array dOutput{9, "dOutput", 19};
  static constexpr Array dhn{10, "dhn", 20};
  static constexpr Array dcn{11, "dcn", 21};
  static constexpr Array output{12, "output", 22};
  static constexpr Array cache{13, "cache", 23};
  static constexpr Array input{14, "input", 24};
  static constexpr Array h0{15, "h0", 25};
  static constexpr Array c0{16, "c0", 26};
  static constexpr Array inputHidden{17, "inputHidden", 27};
  static constexpr Array hiddenHidden{18, "hiddenHidden", 28};
  static constexpr Array projection{19, "projection", 29};
  static constexpr Array batchSizes{20, "batchSizes", 30};
};

}  // namespace lutra::binding

// Made by scripts/make_calls.mjs from native/binding/planned/recurrent.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Elements that the forward pass keeps for backward; those of backward's working memory are left in the plan.
struct RecurrentSizesLayout {
  static constexpr uint32_t kId = 0xf2942eb2;
  static constexpr int64_t kNumbers = 10;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size steps{1};
  static constexpr Size batch{2};
  static constexpr Flag batchFirst{3};
  static constexpr Flag reverse{4};
  static constexpr Size inputSize{5};
  static constexpr Size hiddenSize{6};
  static constexpr Size variant{7};
  static constexpr Array batchSizes{1, "batchSizes", 8};
  static constexpr Result workspace{9};
};

struct RecurrentForwardLayout {
  static constexpr uint32_t kId = 0x39b41e6b;
  static constexpr int64_t kNumbers = 20;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size steps{1};
  static constexpr Size batch{2};
  static constexpr Flag batchFirst{3};
  static constexpr Flag reverse{4};
  static constexpr Size inputSize{5};
  static constexpr Size hiddenSize{6};
  static constexpr Size variant{7};
  static constexpr Size ldOutput{8};
  static constexpr Size ldInput{9};
  static constexpr Array output{1, "output", 10};
  static constexpr Array hn{2, "hn", 11};
  static constexpr Array cache{3, "cache", 12};
  static constexpr Array input{4, "input", 13};
  static constexpr Array h0{5, "h0", 14};
  static constexpr Array inputHidden{6, "inputHidden", 15};
  static constexpr Array hiddenHidden{7, "hiddenHidden", 16};
  static constexpr Array biasInput{8, "biasInput", 17};
  static constexpr Array biasHidden{9, "biasHidden", 18};
  static constexpr Array batchSizes{10, "batchSizes", 19};
};

// `ldOutput` is that of dOutput, too.
struct RecurrentBackwardLayout {
  static constexpr uint32_t kId = 0x99d0ecfc;
  static constexpr int64_t kNumbers = 27;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size steps{1};
  static constexpr Size batch{2};
  static constexpr Flag batchFirst{3};
  static constexpr Flag reverse{4};
  static constexpr Size inputSize{5};
  static constexpr Size hiddenSize{6};
  static constexpr Size variant{7};
  static constexpr Flag addToInput{8};
  static constexpr Size ldOutput{9};
  static constexpr Size ldInput{10};
  static constexpr Array dInput{1, "dInput", 11};
  static constexpr Array dh0{2, "dh0", 12};
  static constexpr Array dInputHidden{3, "dInputHidden", 13};
  static constexpr Array dHiddenHidden{4, "dHiddenHidden", 14};
  static constexpr Array dBiasInput{5, "dBiasInput", 15};
  static constexpr Array dBiasHidden{6, "dBiasHidden", 16};
  static constexpr Array workspace{7, "workspace", 17};
  static constexpr Array dOutput{8, "dOutput", 18};
  static constexpr Array dhn{9, "dhn", 19};
  static constexpr Array output{10, "output", 20};
  static constexpr Array cache{11, "cache", 21};
  static constexpr Array input{12, "input", 22};
  static constexpr Array h0{13, "h0", 23};
  static constexpr Array inputHidden{14, "inputHidden", 24};
  static constexpr Array hiddenHidden{15, "hiddenHidden", 25};
  static constexpr Array batchSizes{16, "batchSizes", 26};
};

}  // namespace lutra::binding

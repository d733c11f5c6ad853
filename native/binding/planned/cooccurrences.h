// Made by scripts/make_calls.mjs from native/binding/planned/cooccurrences.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Counts the pairs whose right words are tokens[begin … end) until the table is full: `reached` says where it
// stopped.
struct CooccurrencesCountLayout {
  static constexpr uint32_t kId = 0x1d963c4e;
  static constexpr int64_t kNumbers = 13;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size words{1};
  static constexpr Size denseCount{2};
  static constexpr Size tokenCount{3};
  static constexpr Size begin{4};
  static constexpr Size end{5};
  static constexpr Size window{6};
  static constexpr Flag symmetric{7};
  static constexpr Flag weighted{8};
  static constexpr Size capacity{9};
  static constexpr Size used{10};
  static constexpr Array dense{1, "dense", -1};
  static constexpr Array denseBegin{2, "denseBegin", -1};
  static constexpr Array tokens{3, "tokens", -1};
  static constexpr Array places{4, "places", -1};
  static constexpr Result reached{11};
  static constexpr Result taken{12};
};

// Adds records[begin … end) to the table until it is full.
struct CooccurrencesInsertLayout {
  static constexpr uint32_t kId = 0x48679646;
  static constexpr int64_t kNumbers = 7;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size capacity{1};
  static constexpr Size used{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Array places{1, "places", -1};
  static constexpr Array records{2, "records", -1};
  static constexpr Result reached{5};
  static constexpr Result taken{6};
};

// Writes the pairs at the places [begin … end) to out[at … most), as long as there is room.
struct CooccurrencesCollectLayout {
  static constexpr uint32_t kId = 0x29d40ff7;
  static constexpr int64_t kNumbers = 8;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size begin{1};
  static constexpr Size end{2};
  static constexpr Size at{3};
  static constexpr Size most{4};
  static constexpr Flag mirror{5};
  static constexpr Array out{1, "out", -1};
  static constexpr Array places{2, "places", -1};
  static constexpr Result reached{6};
  static constexpr Result written{7};
};

// The same from rows of the dense table.
struct CooccurrencesCollectDenseLayout {
  static constexpr uint32_t kId = 0x1a94f6fd;
  static constexpr int64_t kNumbers = 10;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size words{1};
  static constexpr Size denseCount{2};
  static constexpr Size begin{3};
  static constexpr Size end{4};
  static constexpr Size at{5};
  static constexpr Size most{6};
  static constexpr Flag mirror{7};
  static constexpr Array out{1, "out", -1};
  static constexpr Array dense{2, "dense", -1};
  static constexpr Array denseBegin{3, "denseBegin", -1};
  static constexpr Result reached{8};
  static constexpr Result written{9};
};

// Goes on with a random order of records[0 … end).
struct CooccurrencesShuffleLayout {
  static constexpr uint32_t kId = 0xe57fb35a;
  static constexpr int64_t kNumbers = 4;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size begin{1};
  static constexpr Size end{2};
  static constexpr Size seed{3};
  static constexpr Array records{1, "records", -1};
};

// Sorts records[0 … count) into `parts` groups that depend on the pair alone; counts[p] says how many are in the
// p-th.
struct CooccurrencesPartitionLayout {
  static constexpr uint32_t kId = 0xa3828a1b;
  static constexpr int64_t kNumbers = 3;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size count{1};
  static constexpr Size parts{2};
  static constexpr Array out{1, "out", -1};
  static constexpr Array counts{2, "counts", -1};
  static constexpr Array records{3, "records", -1};
};

}  // namespace lutra::binding

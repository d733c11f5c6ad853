// How often words stand near each other: pairs of words with the sum of their weights, as GloVe counts them
// (Pennington, Socher, Manning 2014, "GloVe: Global Vectors for Word Representation"). Pairs of frequent words have a
// cell in a dense table, the others a place in a hash table.
#pragma once

#include <cstdint>

namespace lutra::cooccurrences {

/** A pair with its weight, as GloVe's `cooccur` writes it: words are numbered from 1, by falling frequency. */
struct Record {
  int32_t first, second;
  double weight;
};

/** Sums of the pairs (i, j) with j below begin[i + 1] - begin[i], words numbered from 0. */
struct Dense {
  double* sums;
  const int32_t* begin;  // [words + 1]
};

/** Open addressing; a place whose `first` is 0 is empty. */
struct Table {
  Record* places;
  int64_t capacity;  // a power of two
  int64_t used;

  /** It is full when so many places are taken. */
  int64_t most() const { return capacity / 4 * 3; }
};

struct Options {
  int64_t words;
  int window;      // words to the left of each that count
  bool symmetric;  // to the right, too: then only the pair whose first word is the more frequent is kept
  bool weighted;   // a pair at distance d weighs 1 / d, not 1
};

/** Counts the pairs whose right word is tokens[at], at from `begin` up to `end` or until the table is full. Returns
 * where it stopped. */
int64_t count(Dense dense, Table& table, const int32_t* tokens, int64_t begin, int64_t end, const Options& options);

/** Adds records to the table until it is full; returns how many. Words must be from 1 on; others are left out. */
int64_t insert(Table& table, const Record* records, int64_t n);

/** Where reading came to and how much was written. */
struct Collected {
  int64_t reached, written;
};

/** The pairs at the places from `begin` on, as long as there is room for `most`; with `mirror`, (j, i) after each (i,
 * j), i ≠ j. */
Collected collect(Record* out, int64_t most, const Record* places, int64_t begin, int64_t end, bool mirror);

/** The same from whole rows of the dense table. */
Collected collectDense(Record* out, int64_t most, Dense dense, int64_t begin, int64_t end, bool mirror);

/** Writes n records to `out` in groups, counts[p] in the p-th; the group of a record depends on its words alone. */
void partition(Record* out, int32_t* counts, const Record* records, int64_t n, int64_t parts);

/** Goes on with a random order of records[0 … end): those before `begin` are in one. */
void shuffle(Record* records, int64_t begin, int64_t end, uint64_t seed);

}  // namespace lutra::cooccurrences

#include "kernels/vectors/cooccurrences.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "memory/prefetch.h"

namespace lutra::cooccurrences {

namespace {

// A bijection of 64 bits that leaves no pattern (the finaliser of MurmurHash3).
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
  x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
  return x ^ (x >> 33);
}

uint64_t hashOf(int32_t first, int32_t second) {
  return mix(static_cast<uint64_t>(static_cast<uint32_t>(first)) << 32 | static_cast<uint32_t>(second));
}

// The place of a pair, or the empty one that it would take; `hash` says where it begins to look.
Record& placeOf(const Table& table, uint64_t hash, int32_t first, int32_t second) {
  const uint64_t mask = static_cast<uint64_t>(table.capacity) - 1;
  for (uint64_t k = 0; k < mask; k++) {
    Record& place = table.places[(hash + k) & mask];
    if (place.first == 0 || (place.first == first && place.second == second)) return place;
  }
  return table.places[hash & mask];  // only a table that is not what `used` says has no empty place
}

void add(Table& table, uint64_t hash, int32_t first, int32_t second, double weight) {
  Record& place = placeOf(table, hash, first, second);
  if (place.first == 0) {
    place = {first, second, weight};
    table.used++;
  } else {
    place.weight += weight;
  }
}

void put(Record*& out, int32_t first, int32_t second, double weight, bool mirror) {
  *out++ = {first, second, weight};
  if (mirror && first != second) *out++ = {second, first, weight};
}

// A pair that waits until the line of its place has come.
struct Waiting {
  uint64_t hash;
  int32_t first, second;
  double weight;
};

constexpr int kMostWaiting = 64;

}  // namespace

int64_t count(Dense dense, Table& table, const int32_t* tokens, int64_t begin, int64_t end, const Options& options) {
  Waiting waiting[kMostWaiting];
  int waits = 0;
  const auto flush = [&] {
    for (int k = 0; k < waits; k++) add(table, waiting[k].hash, waiting[k].first, waiting[k].second, waiting[k].weight);
    waits = 0;
  };
  const uint64_t mask = static_cast<uint64_t>(table.capacity) - 1;
  int64_t at = begin;
  // A word's pairs are counted whole, so that a full table leaves nothing half done.
  for (; at < end && table.used + waits + options.window <= table.most(); at++) {
    const int32_t word = tokens[at];
    if (word < 0 || word >= options.words) continue;
    for (int64_t left = at - 1, distance = 1; left >= 0 && distance <= options.window; left--, distance++) {
      const int32_t other = tokens[left];
      if (other < 0) break;
      if (other >= options.words) continue;
      double weight = options.weighted ? 1.0 / static_cast<double>(distance) : 1.0;
      int32_t i = other, j = word;
      if (options.symmetric) {
        if (i > j) std::swap(i, j);
        if (i == j) weight *= 2;  // (i, j) and (j, i) are one
      }
      if (j < dense.begin[i + 1] - dense.begin[i]) {
        dense.sums[dense.begin[i] + j] += weight;
        continue;
      }
      const uint64_t hash = hashOf(i + 1, j + 1);
      LUTRA_PREFETCH(table.places + (hash & mask));
      waiting[waits++] = {hash, i + 1, j + 1, weight};
      if (waits == kMostWaiting) flush();
    }
  }
  flush();
  return at;
}

int64_t insert(Table& table, const Record* records, int64_t n) {
  constexpr int64_t kAhead = 16;
  const uint64_t mask = static_cast<uint64_t>(table.capacity) - 1;
  int64_t done = 0;
  for (; done < n && table.used < table.most(); done++) {
    if (done + kAhead < n) {
      const Record& next = records[done + kAhead];
      LUTRA_PREFETCH(table.places + (hashOf(next.first, next.second) & mask));
    }
    const Record& record = records[done];
    if (record.first < 1 || record.second < 1) continue;
    add(table, hashOf(record.first, record.second), record.first, record.second, record.weight);
  }
  return done;
}

Collected collect(Record* out, int64_t most, const Record* places, int64_t begin, int64_t end, bool mirror) {
  Record* const start = out;
  int64_t at = begin;
  for (; at < end && most - (out - start) >= 2; at++) {
    const Record place = places[at];
    if (place.first != 0) put(out, place.first, place.second, place.weight, mirror);
  }
  return {at, out - start};
}

Collected collectDense(Record* out, int64_t most, Dense dense, int64_t begin, int64_t end, bool mirror) {
  Record* const start = out;
  int64_t row = begin;
  for (; row < end; row++) {
    const int64_t columns = dense.begin[row + 1] - dense.begin[row];
    if (most - (out - start) < 2 * columns) break;
    for (int64_t j = 0; j < columns; j++) {
      const double weight = dense.sums[dense.begin[row] + j];
      if (weight != 0) put(out, static_cast<int32_t>(row + 1), static_cast<int32_t>(j + 1), weight, mirror);
    }
  }
  return {row, out - start};
}

void partition(Record* out, int32_t* counts, const Record* records, int64_t n, int64_t parts) {
  // The upper half of the hash: the lower decides about a place in the table, where a group must not crowd together.
  const auto partOf = [=](int64_t i) {
    return static_cast<int64_t>((hashOf(records[i].first, records[i].second) >> 32) * static_cast<uint64_t>(parts) >>
                                32);
  };
  std::fill_n(counts, parts, 0);
  for (int64_t i = 0; i < n; i++) counts[partOf(i)]++;
  std::vector<int64_t> at(static_cast<size_t>(parts), 0);
  for (int64_t p = 1; p < parts; p++) at[static_cast<size_t>(p)] = at[static_cast<size_t>(p - 1)] + counts[p - 1];
  for (int64_t i = 0; i < n; i++) out[at[static_cast<size_t>(partOf(i))]++] = records[i];
}

void shuffle(Record* records, int64_t begin, int64_t end, uint64_t seed) {
  constexpr int64_t kAhead = 16;
  const auto partner = [seed](int64_t i) {
    const uint64_t draw = mix(seed * UINT64_C(0x9e3779b97f4a7c15) + static_cast<uint64_t>(i)) >> 16;
    return static_cast<int64_t>(draw %
                                (static_cast<uint64_t>(i) + 1));  // 48 bits: the modulus favours nobody noticeably
  };
  for (int64_t i = begin; i < end; i++) {
    if (i + kAhead < end) LUTRA_PREFETCH(records + partner(i + kAhead));
    std::swap(records[i], records[partner(i)]);
  }
}

}  // namespace lutra::cooccurrences

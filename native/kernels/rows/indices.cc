#include "kernels/rows/indices.h"

#include <algorithm>
#include <vector>

namespace lutra {

int64_t findBadIndex(const int32_t* indices, int64_t count, int64_t size) {
  // A negative index is a large unsigned one. Blocks without an early exit vectorise; only a bad block is searched.
  constexpr int64_t kBlock = 1024;
  const uint32_t limit = static_cast<uint32_t>(std::clamp<int64_t>(size, 0, int64_t{1} << 31));
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, count);
    uint32_t bad = 0;
    for (int64_t i = begin; i < end; i++) bad |= static_cast<uint32_t>(indices[i]) >= limit;
    if (!bad) continue;
    for (int64_t i = begin; i < end; i++) {
      if (static_cast<uint32_t>(indices[i]) >= limit) return i;
    }
  }
  return -1;
}

namespace {

// An index in the high half and its position in the low half, so that integer order is (index, position) order.
using Entry = uint64_t;

struct Scratch {
  std::vector<Entry> entries;
  std::vector<Entry> other;
  std::vector<int32_t> index;
  std::vector<int32_t> begin;
  std::vector<int32_t> order;
};

constexpr int kDigitBits = 11;

int bitWidth(int64_t value) {
  int bits = 0;
  while (bits < 32 && (value >> bits) != 0) bits++;
  return bits;
}

// Stable radix sort by index, least significant digit first; positions ascend already. Returns the sorted list.
Entry* sortByIndex(Entry* from, Entry* to, size_t count, int bits) {
  const int passes = (bits + kDigitBits - 1) / kDigitBits;
  if (passes == 0) return from;
  const int digitBits = (bits + passes - 1) / passes;
  const size_t buckets = size_t{1} << digitBits;
  uint32_t start[1 << kDigitBits];
  for (int pass = 0; pass < passes; pass++) {
    const int shift = 32 + pass * digitBits;
    std::fill(start, start + buckets, 0u);
    for (size_t i = 0; i < count; i++) start[(from[i] >> shift) & (buckets - 1)]++;
    uint32_t sum = 0;
    for (size_t b = 0; b < buckets; b++) {
      const uint32_t size = start[b];
      start[b] = sum;
      sum += size;
    }
    for (size_t i = 0; i < count; i++) to[start[(from[i] >> shift) & (buckets - 1)]++] = from[i];
    std::swap(from, to);
  }
  return from;
}

constexpr size_t kSmallSort = 128;

}  // namespace

IndexGroups groupIndices(const int32_t* indices, int64_t count, int64_t size, int64_t skip) {
  thread_local Scratch scratch;
  const size_t capacity = static_cast<size_t>(count);
  if (scratch.entries.size() < capacity) {
    scratch.entries.resize(capacity);
    scratch.other.resize(capacity);
    scratch.index.resize(capacity);
    scratch.order.resize(capacity);
    scratch.begin.resize(capacity + 1);
  }
  if (scratch.begin.empty()) scratch.begin.resize(1);

  size_t kept = 0;
  bool sorted = true;
  int32_t last = 0;
  Entry* entries = scratch.entries.data();
  for (int64_t i = 0; i < count; i++) {
    const int32_t index = *static_cast<const volatile int32_t*>(indices + i);
    if (index < 0 || index >= size || index == skip) continue;
    entries[kept++] = static_cast<Entry>(index) << 32 | static_cast<Entry>(i);
    sorted &= index >= last;
    last = index;
  }
  if (sorted) {
    // Coalesced gradients come in order.
  } else if (kept <= kSmallSort) {
    std::sort(entries, entries + kept);
  } else {
    entries = sortByIndex(entries, scratch.other.data(), kept, bitWidth(size - 1));
  }

  int64_t groups = 0;
  int64_t previous = -1;
  for (size_t i = 0; i < kept; i++) {
    const int64_t index = static_cast<int64_t>(entries[i] >> 32);
    if (index != previous) {
      scratch.index[groups] = static_cast<int32_t>(index);
      scratch.begin[groups] = static_cast<int32_t>(i);
      groups++;
      previous = index;
    }
    scratch.order[i] = static_cast<int32_t>(entries[i] & 0xffffffffu);
  }
  scratch.begin[groups] = static_cast<int32_t>(kept);
  return {groups, scratch.index.data(), scratch.begin.data(), scratch.order.data()};
}

namespace plain {

template <class T>
void divideByFrequency(T* scale, const int32_t* indices, int64_t count, int64_t size) {
  const IndexGroups g = groupIndices(indices, count, size, -1);
  for (int64_t i = 0; i < g.groups; i++) {
    const T frequency = static_cast<T>(g.begin[i + 1] - g.begin[i]);
    for (int32_t k = g.begin[i]; k < g.begin[i + 1]; k++) scale[g.order[k]] /= frequency;
  }
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(divideByFrequency, plain::divideByFrequency<T>)

}  // namespace lutra

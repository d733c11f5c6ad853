// Co-occurrences of words: counted, added up, taken out and shuffled.
#include "kernels/vectors/cooccurrences.h"

#include "binding/family.h"
#include "binding/planned/cooccurrences.h"

namespace lutra::binding {

namespace {

using namespace lutra::cooccurrences;

constexpr int64_t kMostWindow = 512;

template <class Call>
Record* records(const Call& call, Array array, int64_t n) {
  int32_t* const data = call.template array<int32_t>(array, call.product(n, 4));
  if (reinterpret_cast<uintptr_t>(data) % alignof(Record) != 0) {
    call.fail(ErrorKind::type, "records must begin at a multiple of 8 bytes");
  }
  return reinterpret_cast<Record*>(data);
}

template <class Call>
int64_t checkRange(const Call& call, int64_t begin, int64_t end) {
  if (begin > end) call.fail(ErrorKind::range, "begin must not lie behind end");
  return begin;
}

template <class Call>
Table table(const Call& call, int64_t capacity, int64_t used) {
  if (capacity < 4 || (capacity & (capacity - 1)) != 0) call.fail(ErrorKind::range, "capacity must be a power of two");
  return {records(call, call.places, capacity), capacity, used};
}

// Where rows begin decides how far memory is reached. TypeScript makes it and hands it out to nobody.
template <class Call>
Dense dense(const Call& call, int64_t words, int64_t count) {
  const Dense cells = {call.template array<double>(call.dense, count),
                       call.template array<int32_t>(call.denseBegin, words + 1)};
  int32_t before = 0;
  for (int64_t i = 0; i <= words; i++) {
    if (cells.begin[i] < before || cells.begin[i] > count) {
      call.fail(ErrorKind::range, "denseBegin must ascend within dense");
    }
    before = cells.begin[i];
  }
  return cells;
}

void count(Args& args) {
  const Planned<CooccurrencesCountLayout> call(args);
  const int64_t words = call[call.words], cells = call[call.denseCount], tokens = call[call.tokenCount];
  const int64_t end = call[call.end], begin = checkRange(call, call[call.begin], end), window = call[call.window];
  if (end > tokens || words > INT32_MAX - 1 || window < 1 || window > kMostWindow) {
    call.fail(ErrorKind::range, "end, words or window is out of range");
  }
  const Options options = {words, static_cast<int>(window), call[call.symmetric], call[call.weighted]};
  const int64_t capacity = call[call.capacity], used = call[call.used];
  const Dense sums = dense(call, words, cells);
  const int32_t* const corpus = call.array<int32_t>(call.tokens, tokens);
  Table places = table(call, capacity, used);
  const int64_t reached = cooccurrences::count(sums, places, corpus, begin, end, options);
  call.set(call.reached, static_cast<double>(reached));
  call.set(call.taken, static_cast<double>(places.used));
}

void insert(Args& args) {
  const Planned<CooccurrencesInsertLayout> call(args);
  const int64_t end = call[call.end], begin = checkRange(call, call[call.begin], end);
  const int64_t capacity = call[call.capacity], used = call[call.used];
  const Record* const from = records(call, call.records, end);
  Table places = table(call, capacity, used);
  const int64_t done = cooccurrences::insert(places, from + begin, end - begin);
  call.set(call.reached, static_cast<double>(begin + done));
  call.set(call.taken, static_cast<double>(places.used));
}

template <class Call>
void tell(const Call& call, const Collected& collected) {
  call.set(call.reached, static_cast<double>(collected.reached));
  call.set(call.written, static_cast<double>(collected.written));
}

void collect(Args& args) {
  const Planned<CooccurrencesCollectLayout> call(args);
  const int64_t end = call[call.end], begin = checkRange(call, call[call.begin], end);
  const int64_t most = call[call.most], at = checkRange(call, call[call.at], most);
  const bool mirror = call[call.mirror];
  Record* const out = records(call, call.out, most);
  tell(call, cooccurrences::collect(out + at, most - at, records(call, call.places, end), begin, end, mirror));
}

void collectDense(Args& args) {
  const Planned<CooccurrencesCollectDenseLayout> call(args);
  const int64_t words = call[call.words], cells = call[call.denseCount];
  const int64_t end = call[call.end], begin = checkRange(call, call[call.begin], end);
  if (end > words) call.fail(ErrorKind::range, "end must be a row");
  const int64_t most = call[call.most], at = checkRange(call, call[call.at], most);
  const bool mirror = call[call.mirror];
  Record* const out = records(call, call.out, most);
  const Dense sums = dense(call, words, cells);
  tell(call, cooccurrences::collectDense(out + at, most - at, sums, begin, end, mirror));
}

void shuffle(Args& args) {
  const Planned<CooccurrencesShuffleLayout> call(args);
  const int64_t end = call[call.end], begin = checkRange(call, call[call.begin], end);
  const uint64_t seed = static_cast<uint64_t>(call[call.seed]);
  cooccurrences::shuffle(records(call, call.records, end), begin, end, seed);
}

void partition(Args& args) {
  const Planned<CooccurrencesPartitionLayout> call(args);
  const int64_t n = call[call.count], parts = call[call.parts];
  if (parts < 1 || parts > 1 << 16 || n > INT32_MAX) call.fail(ErrorKind::range, "parts or count is out of range");
  Record* const out = records(call, call.out, n);
  int32_t* const counts = call.array<int32_t>(call.counts, parts);
  const Record* const from = records(call, call.records, n);
  cooccurrences::partition(out, counts, from, n, parts);
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<count>(exports, "cooccurrencesCount");
  define<insert>(exports, "cooccurrencesInsert");
  define<collect>(exports, "cooccurrencesCollect");
  define<collectDense>(exports, "cooccurrencesCollectDense");
  define<partition>(exports, "cooccurrencesPartition");
  define<shuffle>(exports, "cooccurrencesShuffle");
});

}  // namespace lutra::binding

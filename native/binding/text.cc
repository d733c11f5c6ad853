// Counting of words and their numbers, for texts that come in pieces. A counter lives in the environment under a
// number, from wordCounterOpen to wordCounterClose.
#include <functional>

#include "binding/family.h"
#include "binding/instance.h"
#include "kernels/text/word_counter.h"

namespace lutra::binding {

namespace {

using text::WordCounter;

// What takes long with many words goes on beside the event loop, on a thread of Node's; until the promise is settled
// the counter takes no other call.
class CounterWork : public Napi::AsyncWorker {
 public:
  CounterWork(Napi::Env env, std::shared_ptr<WordCounter> counter, std::function<void(WordCounter&)> work)
      : Napi::AsyncWorker(env, "lutra.wordCounter"),
        counter_(std::move(counter)),
        work_(std::move(work)),
        deferred_(Napi::Promise::Deferred::New(env)) {
    counter_->isBusy = true;
  }

  Napi::Promise begin() {
    Queue();
    return deferred_.Promise();
  }

 protected:
  void Execute() override { work_(*counter_); }
  void OnOK() override {
    counter_->isBusy = false;
    deferred_.Resolve(Env().Undefined());
  }
  void OnError(const Napi::Error& error) override {
    counter_->isBusy = false;
    deferred_.Reject(error.Value());
  }

 private:
  std::shared_ptr<WordCounter> counter_;
  std::function<void(WordCounter&)> work_;
  Napi::Promise::Deferred deferred_;
};

// Nobody needs more at a time; a caller that forgets to close them shall notice.
constexpr size_t kMostCounters = 4096;
constexpr int64_t kMostWords = (int64_t{1} << 31) - 2;

std::shared_ptr<WordCounter> sharedCounter(const Args& args) {
  const auto number = static_cast<size_t>(args.integer(0, "counter", 0, kMostCounters));
  auto& counters = args.env().GetInstanceData<Instance>()->counters;
  if (number >= counters.size() || counters[number] == nullptr) args.fail(ErrorKind::range, "counter is not open");
  if (counters[number]->isBusy) args.fail(ErrorKind::range, "counter is at work");
  return counters[number];
}

WordCounter& counterOf(const Args& args) { return *sharedCounter(args); }

Napi::Value beside(const Args& args, std::function<void(WordCounter&)> work) {
  auto* const begun = new CounterWork(args.env(), sharedCounter(args), std::move(work));
  return begun->begin();
}

// wordCounterOpen(mostWords) -> counter
int64_t open(Args& args) {
  const int64_t mostWords = args.integer(0, "mostWords", 1, kMostWords);
  auto& counters = args.env().GetInstanceData<Instance>()->counters;
  size_t number = 0;
  while (number < counters.size() && counters[number] != nullptr) number++;
  if (number >= kMostCounters) args.fail(ErrorKind::range, "too many counters are open");
  if (number == counters.size()) counters.emplace_back();
  counters[number] = std::make_shared<WordCounter>(mostWords);
  return static_cast<int64_t>(number);
}

void close(Args& args) {
  counterOf(args);
  args.env().GetInstanceData<Instance>()->counters[args.integer(0, "counter")].reset();
}

// wordCounterAdd(counter, length, place, last, bytes) -> bytes that were used, -1 for a word that is too long
int64_t add(Args& args) {
  WordCounter& counter = counterOf(args);
  const int64_t length = args.integer(1, "length");
  const int64_t place = args.integer(2, "place");
  const bool last = args.flag(3, "last");
  return counter.add(args.array<uint8_t>(4, "bytes", 0, length), length, place, last);
}

// wordCounterIsFull(counter) -> whether it is to be pruned before more is added
bool isFull(Args& args) { return counterOf(args).isFull(); }

// wordCounterPrune(counter) -> a promise: the rarest words are dropped where there are too many
Napi::Value prune(Args& args) {
  return beside(args, [](WordCounter& counter) { counter.prune(); });
}

// wordCounterFinish(counter, minCount) -> a promise: what the threads have counted is brought together
Napi::Value finish(Args& args) {
  const int64_t minCount = args.integer(1, "minCount");
  return beside(args, [minCount](WordCounter& counter) { counter.finish(minCount); });
}

// wordCounterTotals(counter, out): words that occur minCount times, their bytes, all words, lines, tokens, pruned
// words, the most of their counts, the first place of what is not UTF-8 or -1, the highest count
void totals(Args& args) {
  WordCounter& counter = counterOf(args);
  double* const out = args.array<double>(1, "out", 0, 9);
  const text::WordTotals& of = counter.totals();
  const int64_t told[] = {of.words,
                          of.bytes,
                          static_cast<int64_t>(counter.words().size()),
                          counter.lines(),
                          counter.tokens(),
                          counter.pruned(),
                          counter.prunedCount(),
                          of.invalid,
                          counter.words().empty() ? 0 : counter.words().front().count};
  for (int k = 0; k < 9; k++) out[k] = static_cast<double>(told[k]);
}

// wordCounterWords(counter, begin, count, bytes, counts, firsts) -> bytes written: `count` words from `begin` on with a
// newline after each; how often they occurred and where first goes to the same places of counts and firsts. Where bytes
// has no room, nothing is written, and less than 0 says how many there must be
int64_t words(Args& args) {
  WordCounter& counter = counterOf(args);
  const int64_t begin = args.integer(1, "begin");
  const int64_t count = args.integer(2, "count");
  const auto there = static_cast<int64_t>(counter.words().size());
  if (begin > there || count > there - begin) args.fail(ErrorKind::range, "count is more than there are");
  const text::Word* const from = counter.words().data() + begin;
  int64_t length = count;
  for (int64_t w = 0; w < count; w++) length += from[w].length;
  if (args.span(3, "bytes").length < length) return -length;
  uint8_t* out = args.array<uint8_t>(3, "bytes", 0, length);
  double* const counts = args.array<double>(4, "counts", begin, count);
  double* const firsts = args.array<double>(5, "firsts", begin, count);
  for (int64_t w = 0; w < count; w++) {
    const text::Word& word = from[w];
    std::memcpy(out, counter.bytesOf(word), word.length);
    out += word.length;
    *out++ = '\n';
    counts[w] = static_cast<double>(word.count);
    firsts[w] = static_cast<double>(word.first);
  }
  return length;
}

// wordCounterNumber(counter, count, numbers) -> a promise: numbers[w] for word w; -1, and words from `count` on, are
// left out
Napi::Value number(Args& args) {
  WordCounter& counter = counterOf(args);
  const int64_t count = args.integer(1, "count");
  if (count > static_cast<int64_t>(counter.words().size())) args.fail(ErrorKind::range, "count is more than there are");
  const int32_t* const given = args.array<int32_t>(2, "numbers", 0, count);
  return beside(args, [numbers = std::vector<int32_t>(given, given + count)](WordCounter& of) {
    of.number(numbers.data(), static_cast<int64_t>(numbers.size()));
  });
}

// wordCounterEncode(counter, length, last, byLine, longest, begin, bytes, out, used) -> numbers written to out from
// `begin` on, -1 where they had no room; used[0] gets the bytes that were read
int64_t encode(Args& args) {
  WordCounter& counter = counterOf(args);
  const int64_t length = args.integer(1, "length");
  const bool last = args.flag(2, "last");
  const bool byLine = args.flag(3, "byLine");
  const int64_t longest = args.integer(4, "longest", 1);
  const int64_t begin = args.integer(5, "begin");
  const uint8_t* const bytes = args.array<uint8_t>(6, "bytes", 0, length);
  const int64_t room = args.span(7, "out").length - begin;
  if (room < 0) args.fail(ErrorKind::range, "begin must lie in out");
  int32_t* const out = args.array<int32_t>(7, "out", begin, room);
  double* const used = args.array<double>(8, "used", 0, 1);
  const text::Encoded encoded = counter.encode(bytes, length, last, byLine, longest, out, room);
  used[0] = static_cast<double>(encoded.used);
  return encoded.written;
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<open>(exports, "wordCounterOpen");
  define<close>(exports, "wordCounterClose");
  define<add>(exports, "wordCounterAdd");
  define<isFull>(exports, "wordCounterIsFull");
  define<prune>(exports, "wordCounterPrune");
  define<finish>(exports, "wordCounterFinish");
  define<totals>(exports, "wordCounterTotals");
  define<words>(exports, "wordCounterWords");
  define<number>(exports, "wordCounterNumber");
  define<encode>(exports, "wordCounterEncode");
});

}  // namespace lutra::binding

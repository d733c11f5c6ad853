// Training of word vectors from co-occurrences: one slice of them.
#include "kernels/vectors/glove.h"

#include "binding/family.h"
#include "binding/planned/glove.h"

namespace lutra::binding {

namespace {

using namespace lutra::glove;
using cooccurrences::Record;

template <class Call>
Record* records(const Call& call, Array array, int64_t begin, int64_t end) {
  if (begin > end) call.fail(ErrorKind::range, "begin must not lie behind end");
  int32_t* const data = call.template array<int32_t>(array, call.product(end, 4));
  if (reinterpret_cast<uintptr_t>(data) % alignof(Record) != 0) {
    call.fail(ErrorKind::type, "records must begin at a multiple of 8 bytes");
  }
  return reinterpret_cast<Record*>(data) + begin;
}

void prepare(Args& args) {
  const Planned<GlovePrepareLayout> call(args);
  const int64_t begin = call[call.begin], end = call[call.end];
  const double alpha = call[call.alpha], xMax = call[call.xMax];
  glove::prepare(records(call, call.records, begin, end), end - begin, alpha, xMax);
}

void slice(Args& args) {
  const Planned<GloveSliceLayout> call(args);
  Tables tables;
  tables.words = call[call.words];
  tables.dim = call[call.dim];
  if (tables.dim < 1 || tables.dim > INT32_MAX || tables.words > INT32_MAX) {
    call.fail(ErrorKind::range, "dim or words is out of range");
  }
  tables.stride = strideOf(tables.dim);
  Options options;
  options.eta = static_cast<float>(static_cast<double>(call[call.eta]));
  options.gradClip = static_cast<float>(static_cast<double>(call[call.gradClip]));
  options.threads = static_cast<int>(std::min<int64_t>(call[call.threads], 1024));
  const int64_t begin = call[call.begin], end = call[call.end], size = call.product(tables.words, tables.stride);
  tables.word = call.array<float>(call.word, size);
  tables.context = call.array<float>(call.context, size);
  tables.wordSquares = call.array<float>(call.wordSquares, size);
  tables.contextSquares = call.array<float>(call.contextSquares, size);
  const auto* const examples = reinterpret_cast<const Example*>(records(call, call.examples, begin, end));
  const Progress done = train(tables, examples, end - begin, options);
  call.set(call.cost, done.cost);
  call.set(call.skipped, static_cast<double>(done.skipped));
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<prepare>(exports, "glovePrepare");
  define<slice>(exports, "gloveSlice");
});

}  // namespace lutra::binding

// Training of word vectors: one slice of a corpus.
#include "kernels/vectors/word2vec.h"

#include "binding/family.h"
#include "binding/planned/word2vec.h"
#include "kernels/vectors/block.h"

namespace lutra::binding {

namespace {

using namespace lutra::word2vec;

// Where paths begin decides how far memory is read. They are read again while words are trained, so they must not
// change meanwhile: TypeScript makes them and hands them out to nobody.
void checkPaths(const Planned<Word2vecSliceLayout>& call, const Outputs& outputs, int64_t words) {
  int32_t before = 0;
  for (int64_t w = 0; w <= words; w++) {
    const int32_t at = outputs.begin[w];
    if (at < before || at > outputs.nodesCount) call.fail(ErrorKind::range, "pathBegin must ascend within pathNodes");
    before = at;
  }
}

void slice(Args& args) {
  const Planned<Word2vecSliceLayout> call(args);
  Tables tables;
  tables.words = call[call.words];
  tables.inputRows = call[call.inputRows];
  tables.outputs = call[call.outputs];
  tables.dim = call[call.dim];
  tables.stride = strideOf(tables.dim);
  const int64_t model = call[call.model], window = call[call.window], negative = call[call.negative];
  if (tables.dim < 1 || model > 1 || window < 1 || window > Block::kMostContexts / 2 || negative > kMostNegatives) {
    call.fail(ErrorKind::range, "dim, model, window or negative is out of range");
  }
  Options options;
  options.model = static_cast<Model>(model);
  options.window = static_cast<int>(window);
  options.shrinkWindow = call[call.shrinkWindow];
  options.mean = call[call.mean];
  options.threads = static_cast<int>(std::min<int64_t>(call[call.threads], 1024));
  options.lossEvery = std::max<int64_t>(call[call.lossEvery], 1);
  Outputs outputs;
  outputs.negative = static_cast<int>(negative);
  outputs.negativesCount = call[call.negativesCount];
  outputs.nodesCount = call[call.pathCount];
  Subwords subwords;
  subwords.count = call[call.subwordCount];
  const Slice part = {call[call.begin], call[call.end], call[call.beginRate], call[call.endRate],
                      static_cast<uint64_t>(call[call.seed])};
  Corpus corpus;
  corpus.count = call[call.tokenCount];
  if (part.begin > part.end || part.end > corpus.count) call.fail(ErrorKind::range, "the slice must lie in tokens");

  tables.input = call.array<float>(call.input, call.product(tables.inputRows, tables.stride));
  tables.output = call.array<float>(call.output, call.product(tables.outputs, tables.stride));
  corpus.tokens = call.array<int32_t>(call.tokens, corpus.count);
  options.keep = call.optional<float>(call.keep, tables.words);
  outputs.negatives = call.optional<int32_t>(call.negatives, outputs.negativesCount);
  outputs.begin = call.optional<int32_t>(call.pathBegin, tables.words + 1);
  outputs.nodes = call.optional<int32_t>(call.pathNodes, outputs.nodesCount);
  outputs.codes = call.optional<uint8_t>(call.pathCodes, outputs.nodesCount);
  subwords.begin = call.optional<int32_t>(call.subwordBegin, tables.words + 1);
  subwords.rows = call.optional<int32_t>(call.subwordRows, subwords.count);
  if (subwords.begin == nullptr && tables.inputRows < tables.words) {
    call.fail(ErrorKind::range, "input must have a row for each word");
  }
  if (subwords.begin != nullptr && subwords.rows == nullptr) subwords.count = 0;
  if (outputs.negatives == nullptr) {
    if (outputs.begin == nullptr) call.fail(ErrorKind::type, "negatives or paths must be given");
    if (outputs.nodesCount > 0 && (outputs.nodes == nullptr || outputs.codes == nullptr)) {
      call.fail(ErrorKind::type, "pathNodes and pathCodes must be given");
    }
    checkPaths(call, outputs, tables.words);
  } else if (outputs.negativesCount == 0 && outputs.negative > 0) {
    call.fail(ErrorKind::range, "negatives must not be empty");
  }
  const Progress done = train(tables, subwords, corpus, outputs, options, part);
  call.set(call.loss, done.loss);
  call.set(call.examples, static_cast<double>(done.count));
  call.set(call.trained, static_cast<double>(done.words));
}

}  // namespace

static const Family family([](Napi::Object exports) { define<slice>(exports, "word2vecSlice"); });

}  // namespace lutra::binding

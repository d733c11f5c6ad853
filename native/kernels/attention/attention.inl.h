#include "kernels/attention/rows.inl.h"

// Target code of attention.h. K, V and what else a block of queries is multiplied with are packed once for a head.
namespace lutra::LUTRA_NS::attending {

// Multiply-adds that are worth handing to another thread.
constexpr int64_t kGrain = 1 << 17;
// Up to so many queries of a head, packing keys and values would cost more than it saves.
constexpr int64_t kFewQueries = 4;

LUTRA_INLINE int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
LUTRA_INLINE int64_t grain(int64_t work) { return 1 + kGrain / std::max<int64_t>(work, 1); }

/** How the queries of a head are cut into blocks, and the length of a row of their scores in memory. */
struct QueryBlocks {
  int64_t rows, count, ld;

  QueryBlocks(const AttentionShape& shape, size_t elementSize) {
    // A block's scores should stay in the second-level cache; fewer rows than 24 would use packed keys too seldom.
    const int64_t fit = (int64_t(1) << 18) / std::max<int64_t>(1, shape.keys * static_cast<int64_t>(elementSize));
    const int64_t most = std::max<int64_t>(24, std::min<int64_t>(64, fit / 12 * 12));
    count = ceilDivide(shape.queries, most);
    rows = count == 0 ? 0 : ceilDivide(shape.queries, count);
    // Not a power of two, so that neighbouring rows fall into different sets of the cache.
    ld = ceilDivide(shape.keys, 16) * 16 + 16;
  }
};

/** The number of keys that rows [0, end) of queries see. */
template <class T>
LUTRA_INLINE int64_t visibleKeys(const AttentionInputs<T>& in, const AttentionShape& shape, int64_t end) {
  return in.causal ? std::min(shape.keys, end) : shape.keys;
}

/** One head's keys and values, as the products of the forward want them. */
template <class T>
class HeadOperands {
 public:
  HeadOperands(const AttentionInputs<T>& in, const AttentionShape& shape) : in_(in), shape_(shape) {
    packs_ = shape.queries > kFewQueries;
    if (!packs_) return;
    keys_ = scratch<T>(Scratch::keys, packedElements<T>(shape.keys, shape.dim));
    values_ = scratch<T>(Scratch::values, packedElements<T>(shape.valueDim, shape.keys));
  }

  void select(int64_t batch, int64_t keyHead) {
    const T* const k = in_.k.at(batch, keyHead);
    const T* const v = in_.v.at(batch, keyHead);
    if (packs_ && (k != k_ || v != v_)) {
      packMatrix<T>(keys_, {k, in_.k.row, true}, shape_.keys, shape_.dim);
      packMatrix<T>(values_, {v, in_.v.row, false}, shape_.valueDim, shape_.keys);
    }
    k_ = k;
    v_ = v;
  }

  /** scores [rows, n] = q · kᵀ for the first n keys. */
  void multiplyKeys(T* scores, int64_t ld, const T* q, int64_t rows, int64_t n) const {
    if (packs_) {
      matmulPacked<T>(scores, ld, {q, in_.q.row}, keys_, rows, n, shape_.dim);
    } else {
      matmul<T>(scores, ld, {q, in_.q.row}, {k_, in_.k.row, true}, rows, n, shape_.dim);
    }
  }

  /** out [rows, valueDim] = weights · v for the first n keys. */
  void multiplyValues(T* out, int64_t ldOut, const T* weights, int64_t ld, int64_t rows, int64_t n) const {
    if (packs_) {
      matmulPacked<T>(out, ldOut, {weights, ld}, values_, rows, shape_.valueDim, n, {nullptr, false, shape_.keys});
    } else {
      matmul<T>(out, ldOut, {weights, ld}, {v_, in_.v.row}, rows, shape_.valueDim, n);
    }
  }

 private:
  const AttentionInputs<T>& in_;
  const AttentionShape& shape_;
  bool packs_;
  T* keys_ = nullptr;
  T* values_ = nullptr;
  const T* k_ = nullptr;
  const T* v_ = nullptr;
};

/** One block of queries. `memory` holds its scores, then room for a row of the mask and of dropout. */
template <class T>
void attendBlock(const HeadRows<T>& out, T* normalisers, const AttentionInputs<T>& in, const AttentionShape& shape,
                 const HeadOperands<T>& operands, const ScorePlace& place, int64_t rows, T* memory, int64_t ld) {
  const int64_t n = visibleKeys(in, shape, place.query + rows);
  T* const maskBuffer = memory + rows * ld;
  T* const keptBuffer = maskBuffer + ld;
  T* const totals = keptBuffer + ld;
  operands.multiplyKeys(memory, ld, in.q.at(place.batch, place.head) + place.query * in.q.row, rows, n);
  const T* mask = nullptr;
  for (int64_t i = 0; i < rows; i++) {
    T* const row = memory + i * ld;
    const int64_t visible = visibleKeys(in, shape, place.query + i + 1);
    if (i == 0 || in.maskRow != 0) mask = maskRow(in, place, i, n, maskBuffer);
    const T* const kept = keptRow(in, shape, place, i, visible, keptBuffer);
    const RowSoftmax<T> softmax = softmaxRow(row, in.scale, mask, kept, visible);
    std::fill(row + visible, row + n, T(0));
    totals[i] = softmax.empty ? T(0) : T(1) / softmax.total;
    if (normalisers != nullptr) {
      const int64_t at = (place.batch * shape.heads + place.head) * shape.queries + place.query + i;
      normalisers[2 * at] = softmax.empty ? T(0) : softmax.largest;
      normalisers[2 * at + 1] = totals[i];
    }
  }
  T* const result = out.at(place.batch, place.head) + place.query * out.row;
  operands.multiplyValues(result, out.row, memory, ld, rows, n);
  for (int64_t i = 0; i < rows; i++) scaleRow(result + i * out.row, totals[i], shape.valueDim);
}

template <class T>
void attention(const HeadRows<T>& out, T* normalisers, const AttentionInputs<T>& in, const AttentionShape& shape) {
  const QueryBlocks blocks(shape, sizeof(T));
  const int64_t group = shape.keyHeads == 0 ? 1 : shape.heads / shape.keyHeads;
  const int64_t work = blocks.rows * shape.keys * (shape.dim + shape.valueDim + 16);
  parallelFor(shape.batch * shape.heads * blocks.count, grain(work), [&](int64_t begin, int64_t end) {
    HeadOperands<T> operands(in, shape);
    T* const memory = scratch<T>(Scratch::scores, (blocks.rows + 2) * blocks.ld + blocks.rows);
    for (int64_t task = begin; task < end; task++) {
      const int64_t head = task / blocks.count;
      const ScorePlace place = {head / shape.heads, head % shape.heads, task % blocks.count * blocks.rows, 0};
      const int64_t rows = std::min(blocks.rows, shape.queries - place.query);
      if (rows <= 0) continue;
      operands.select(place.batch, place.head / group);
      attendBlock(out, normalisers, in, shape, operands, place, rows, memory, blocks.ld);
    }
  });
}

}  // namespace lutra::LUTRA_NS::attending

#include "kernels/attention/backward.inl.h"

// The backward of attention.h. With w the weights after dropout and s the scores before scaling:
//   dv = wᵀ dout,  dw = dout vᵀ,  ds = scale · softmax · (kept · dw - sum(out · dout)),  dq = ds k,  dk = dsᵀ q.
//
// dk and dv are sums over queries and dq a sum over keys: a thread owns whole heads and makes all three from one set of
// scores; where there are fewer heads than threads, one pass makes dq by blocks of queries and another dk and dv by
// ranges of keys. Both ways add the same products in the same order.
namespace lutra::LUTRA_NS::attending {

template <class T>
struct Gradients {
  HeadRows<T> dq, dk, dv;  // null data: not wanted
  T* dmask;                // null: not wanted
  HeadRows<const T> dout, out;
  const T* normalisers;
};

/** The products of one head of keys and values, of all keys or of a range. */
template <class T>
class HeadBackward {
 public:
  HeadBackward(const Gradients<T>& g, const AttentionInputs<T>& in, const AttentionShape& shape,
               const QueryBlocks& blocks, int64_t mostKeys)
      : g_(g), in_(in), shape_(shape), blocks_(blocks) {
    const int64_t columns = packedElements<T>(mostKeys, shape.dim);
    keyColumns_ = scratch<T>(Scratch::keys, columns + 16 + packedElements<T>(shape.dim, mostKeys));
    keyRows_ = keyColumns_ + (columns + 15) / 16 * 16;
    valueColumns_ = scratch<T>(Scratch::values, packedElements<T>(mostKeys, shape.valueDim));
    scores_ = scratch<T>(Scratch::scores, 2 * (blocks.rows + 1) * blocks.ld);
    dscores_ = scores_ + blocks.rows * blocks.ld;
    maskBuffer_ = dscores_ + blocks.rows * blocks.ld;
    keptBuffer_ = maskBuffer_ + blocks.ld;
  }

  /** Takes up keys [begin, end) of a head. */
  void select(int64_t batch, int64_t keyHead, int64_t begin, int64_t end) {
    batch_ = batch;
    keyHead_ = keyHead;
    firstKey_ = begin;
    keys_ = end - begin;
    const T* const k = k_ = in_.k.at(batch, keyHead) + begin * in_.k.row;
    const T* const v = in_.v.at(batch, keyHead) + begin * in_.v.row;
    packMatrix<T>(keyColumns_, {k, in_.k.row, true}, keys_, shape_.dim);
    packMatrix<T>(valueColumns_, {v, in_.v.row, true}, keys_, shape_.valueDim);
    if (g_.dq.data != nullptr) packMatrix<T>(keyRows_, {k, in_.k.row, false}, shape_.dim, keys_);
  }

  /** dk and dv of the selected keys become zero. */
  void clear() {
    for (int64_t j = firstKey_; j < firstKey_ + keys_; j++) {
      if (g_.dk.data != nullptr) std::fill_n(g_.dk.at(batch_, keyHead_) + j * g_.dk.row, shape_.dim, T(0));
      if (g_.dv.data != nullptr) std::fill_n(g_.dv.at(batch_, keyHead_) + j * g_.dv.row, shape_.valueDim, T(0));
    }
  }

  /** What one block of queries of a head gives to the gradients. */
  void addBlock(int64_t head, int64_t query) {
    const int64_t rows = std::min(blocks_.rows, shape_.queries - query);
    const int64_t n = std::min(keys_, visibleKeys(in_, shape_, query + rows) - firstKey_);
    if (rows <= 0 || (n <= 0 && g_.dq.data == nullptr)) return;
    const int64_t ld = blocks_.ld;
    const T* const q = in_.q.at(batch_, head) + query * in_.q.row;
    const T* const dout = g_.dout.at(batch_, head) + query * g_.dout.row;
    if (shape_.queries > kFewQueries) {
      matmulPacked<T>(scores_, ld, {q, in_.q.row}, keyColumns_, rows, n, shape_.dim);
    } else {  // the forward's way: the scores must be the same to the bit, or large ones would lose digits
      matmul<T>(scores_, ld, {q, in_.q.row}, {k_, in_.k.row, true}, rows, n, shape_.dim);
    }
    matmulPacked<T>(dscores_, ld, {dout, g_.dout.row}, valueColumns_, rows, n, shape_.valueDim);
    differentiateRows(head, query, rows, n, dout);
    if (g_.dv.data != nullptr) {
      T* const dv = g_.dv.at(batch_, keyHead_) + firstKey_ * g_.dv.row;
      matmul<T>(dv, g_.dv.row, {scores_, ld, true}, {dout, g_.dout.row}, n, shape_.valueDim, rows, {nullptr, true, 0});
    }
    if (g_.dk.data != nullptr) {
      T* const dk = g_.dk.at(batch_, keyHead_) + firstKey_ * g_.dk.row;
      matmul<T>(dk, g_.dk.row, {dscores_, ld, true}, {q, in_.q.row}, n, shape_.dim, rows, {nullptr, true, 0});
    }
    if (g_.dq.data != nullptr) {
      T* const dq = g_.dq.at(batch_, head) + query * g_.dq.row;
      matmulPacked<T>(dq, g_.dq.row, {dscores_, ld}, keyRows_, rows, shape_.dim, n, {nullptr, false, keys_});
    }
  }

 private:
  void differentiateRows(int64_t head, int64_t query, int64_t rows, int64_t n, const T* dout) {
    const ScorePlace place = {batch_, head, query, firstKey_};
    const T* const out = g_.out.at(batch_, head) + query * g_.out.row;
    const T* const normalisers = g_.normalisers + 2 * ((batch_ * shape_.heads + head) * shape_.queries + query);
    T* const dmask =
        g_.dmask == nullptr
            ? nullptr
            : g_.dmask + ((batch_ * shape_.heads + head) * shape_.queries + query) * shape_.keys + firstKey_;
    const T* mask = nullptr;
    for (int64_t i = 0; i < rows; i++) {
      const int64_t visible = std::max<int64_t>(0, std::min(n, visibleKeys(in_, shape_, query + i + 1) - firstKey_));
      if (i == 0 || in_.maskRow != 0) mask = maskRow(in_, place, i, n, maskBuffer_);
      const T* const kept = keptRow(in_, shape_, place, i, visible, keptBuffer_);
      const T inner = dotRow(dout + i * g_.dout.row, out + i * g_.out.row, shape_.valueDim);
      T* const row = scores_ + i * blocks_.ld;
      T* const drow = dscores_ + i * blocks_.ld;
      softmaxRowBackward(row, drow, dmask == nullptr ? nullptr : dmask + i * shape_.keys, in_.scale, mask, kept,
                         normalisers + 2 * i, inner, visible);
      std::fill(row + visible, row + n, T(0));
      std::fill(drow + visible, drow + n, T(0));
    }
  }

  const Gradients<T>& g_;
  const AttentionInputs<T>& in_;
  const AttentionShape& shape_;
  const QueryBlocks& blocks_;
  int64_t batch_ = 0, keyHead_ = 0, firstKey_ = 0, keys_ = 0;
  const T* k_ = nullptr;
  T *keyColumns_, *keyRows_, *valueColumns_, *scores_, *dscores_, *maskBuffer_, *keptBuffer_;
};

/** All gradients in one pass, a head of keys and values at a time; or dk and dv by ranges of keys. */
template <class T>
void backwardByKeys(const Gradients<T>& g, const AttentionInputs<T>& in, const AttentionShape& shape,
                    const QueryBlocks& blocks, int64_t keysAtOnce) {
  const int64_t group = shape.heads / shape.keyHeads;
  const int64_t ranges = std::max<int64_t>(1, ceilDivide(shape.keys, keysAtOnce));
  const int64_t work = 3 * group * shape.queries * std::min(keysAtOnce, shape.keys) * (shape.dim + shape.valueDim);
  parallelFor(shape.batch * shape.keyHeads * ranges, grain(work), [&](int64_t begin, int64_t end) {
    HeadBackward<T> backward(g, in, shape, blocks, std::min(keysAtOnce, shape.keys));
    for (int64_t task = begin; task < end; task++) {
      const int64_t keyHead = task / ranges, firstKey = task % ranges * keysAtOnce;
      backward.select(keyHead / shape.keyHeads, keyHead % shape.keyHeads, firstKey,
                      std::min(firstKey + keysAtOnce, shape.keys));
      backward.clear();
      for (int64_t i = 0; i < group; i++) {
        for (int64_t query = 0; query < shape.queries; query += blocks.rows) {
          backward.addBlock(keyHead % shape.keyHeads * group + i, query);
        }
      }
    }
  });
}

/** dq and dmask. */
template <class T>
void backwardByQueries(const Gradients<T>& g, const AttentionInputs<T>& in, const AttentionShape& shape,
                       const QueryBlocks& blocks) {
  const int64_t group = shape.heads / shape.keyHeads;
  const int64_t work = 2 * blocks.rows * shape.keys * (shape.dim + shape.valueDim);
  parallelFor(shape.batch * shape.heads * blocks.count, grain(work), [&](int64_t begin, int64_t end) {
    HeadBackward<T> backward(g, in, shape, blocks, shape.keys);
    int64_t selected = -1;
    for (int64_t task = begin; task < end; task++) {
      const int64_t batch = task / blocks.count / shape.heads, head = task / blocks.count % shape.heads;
      if (const int64_t keyHead = batch * shape.keyHeads + head / group; keyHead != selected) {
        backward.select(batch, head / group, 0, shape.keys);
        selected = keyHead;
      }
      backward.addBlock(head, task % blocks.count * blocks.rows);
    }
  });
}

template <class T>
void attentionBackward(const HeadRows<T>& dq, const HeadRows<T>& dk, const HeadRows<T>& dv, T* dmask,
                       const HeadRows<const T>& dout, const HeadRows<const T>& out, const T* normalisers,
                       const AttentionInputs<T>& in, const AttentionShape& shape) {
  if (shape.heads == 0 || shape.keyHeads == 0) return;
  const QueryBlocks blocks(shape, 2 * sizeof(T));
  const Gradients<T> all = {dq, dk, dv, dmask, dout, out, normalisers};
  const bool someKeys = dk.data != nullptr || dv.data != nullptr;
  const bool someQueries = dq.data != nullptr || dmask != nullptr;
  if (blocks.rows > 0 && someQueries && someKeys && shape.batch * shape.keyHeads >= numThreads()) {
    backwardByKeys(all, in, shape, blocks, std::max<int64_t>(1, shape.keys));
    return;
  }
  Gradients<T> some = all;
  if (someQueries && blocks.rows > 0) {
    some.dk.data = some.dv.data = nullptr;
    backwardByQueries(some, in, shape, blocks);
  }
  if (someKeys) {
    some = all;
    some.dq.data = nullptr;
    some.dmask = nullptr;
    QueryBlocks anyRows = blocks;
    anyRows.rows = std::max<int64_t>(1, blocks.rows);
    backwardByKeys(some, in, shape, anyRows, 128);
  }
}

}  // namespace lutra::LUTRA_NS::attending

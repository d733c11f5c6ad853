// Scaled dot-product attention, forward and backward.
#include "kernels/attention/attention.h"

#include "binding/families.h"
#include "binding/numbers.h"

namespace lutra::binding {

namespace {

// Where the numbers of each operand begin in the plan; rows take four: offset and strides of batch, head and row.
enum : int64_t {
  kSizes = 0,  // batch, heads, keyHeads, queries, keys, dim, valueDim
  kScale = 7,
  kCausal = 8,
  kKeptScale = 9,
  kNormalisersOffset = 10,
  kKeptOffset = 11,
  kMask = 12,  // offset, strides of batch, head, row, column
  kQ = 17,
  kK = 21,
  kV = 25,
  kOut = 29,
  kForwardCount = 33,
  kDout = 33,
  kDq = 37,
  kDk = 41,
  kDv = 45,
  kDmaskOffset = 49,
  kBackwardCount = 50,
};

struct Call {
  const Args& args;
  Numbers plan;
  AttentionShape shape;

  Call(const Args& a, int64_t count)
      : args(a), plan(a, 0, count), shape{plan.size(0), plan.size(1), plan.size(2), plan.size(3),
                                          plan.size(4), plan.size(5), plan.size(6)} {
    const bool shared = shape.keyHeads > 0 ? shape.heads % shape.keyHeads == 0 : shape.heads == 0;
    if (!shared) args.fail(ErrorKind::range, "heads must be a multiple of keyHeads");
  }

  // Elements from the offset up to the last one that strides reach.
  int64_t extent(std::initializer_list<int64_t> sizes, int64_t strides, int64_t tail) const {
    int64_t last = tail;
    for (const int64_t size : sizes) {
      if (size == 0 || tail == 0) return 0;
      last += plan.product(size - 1, plan.size(strides++));
    }
    return last;
  }

  template <class T>
  HeadRows<T> rows(size_t i, const char* name, int64_t at, int64_t heads, int64_t count, int64_t dim,
                   bool optional = false) const {
    HeadRows<T> r = {nullptr, plan.size(at + 1), plan.size(at + 2), plan.size(at + 3)};
    if (optional && args.isNullish(i)) return r;
    const int64_t n = extent({shape.batch, heads, count}, at + 1, dim);
    r.data = args.array<std::remove_const_t<T>>(i, name, plan.size(at), n);
    return r;
  }

  // Arguments from 1 on: q, k, v, mask | null, kept | null.
  template <class T>
  AttentionInputs<T> inputs() const {
    const AttentionShape& s = shape;
    AttentionInputs<T> in = {};
    in.scale = static_cast<T>(plan.real(kScale));
    in.causal = plan.flag(kCausal);
    in.keptScale = static_cast<T>(plan.real(kKeptScale));
    in.maskBatch = plan.size(kMask + 1);
    in.maskHead = plan.size(kMask + 2);
    in.maskRow = plan.size(kMask + 3);
    in.maskColumn = plan.size(kMask + 4);
    in.q = rows<const T>(1, "q", kQ, s.heads, s.queries, s.dim);
    in.k = rows<const T>(2, "k", kK, s.keyHeads, s.keys, s.dim);
    in.v = rows<const T>(3, "v", kV, s.keyHeads, s.keys, s.valueDim);
    if (!args.isNullish(4)) {
      const int64_t n = extent({s.batch, s.heads, s.queries, s.keys}, kMask + 1, 1);
      if (args.span(4, "mask").type == napi_uint8_array) {
        in.allowed = args.array<uint8_t>(4, "mask", plan.size(kMask), n);
      } else {
        in.added = args.array<T>(4, "mask", plan.size(kMask), n);
      }
    }
    const int64_t scores = plan.product(plan.product(s.batch, s.heads, s.queries), s.keys);
    in.kept = args.optionalArray<uint8_t>(5, "kept", plan.size(kKeptOffset), scores);
    return in;
  }
};

// (plan; q, k, v, mask | null, kept | null, out, normalisers | null)
template <class T>
void forward(const Call& c) {
  const AttentionShape& s = c.shape;
  const AttentionInputs<T> in = c.inputs<T>();
  const HeadRows<T> out = c.rows<T>(6, "out", kOut, s.heads, s.queries, s.valueDim);
  T* const normalisers = c.args.optionalArray<T>(7, "normalisers", c.plan.size(kNormalisersOffset),
                                                 c.plan.product(c.plan.product(s.batch, s.heads, s.queries), 2));
  attention(out, normalisers, in, s);
}

void attentionEntry(Args& args) {
  const Call c(args, kForwardCount);
  return args.isDouble(1, "q") ? forward<double>(c) : forward<float>(c);
}

// (plan; q, k, v, mask | null, kept | null, out, normalisers, dout, dq | null, dk | null, dv | null, dmask | null)
template <class T>
void backward(const Call& c) {
  const AttentionShape& s = c.shape;
  const AttentionInputs<T> in = c.inputs<T>();
  const HeadRows<const T> out = c.rows<const T>(6, "out", kOut, s.heads, s.queries, s.valueDim);
  const T* const normalisers = c.args.array<T>(7, "normalisers", c.plan.size(kNormalisersOffset),
                                               c.plan.product(c.plan.product(s.batch, s.heads, s.queries), 2));
  const HeadRows<const T> dout = c.rows<const T>(8, "dout", kDout, s.heads, s.queries, s.valueDim);
  const HeadRows<T> dq = c.rows<T>(9, "dq", kDq, s.heads, s.queries, s.dim, true);
  const HeadRows<T> dk = c.rows<T>(10, "dk", kDk, s.keyHeads, s.keys, s.dim, true);
  const HeadRows<T> dv = c.rows<T>(11, "dv", kDv, s.keyHeads, s.keys, s.valueDim, true);
  const int64_t scores = c.plan.product(c.plan.product(s.batch, s.heads, s.queries), s.keys);
  T* const dmask = c.args.optionalArray<T>(12, "dmask", c.plan.size(kDmaskOffset), scores);
  attentionBackward(dq, dk, dv, dmask, dout, out, normalisers, in, s);
}

void attentionBackwardEntry(Args& args) {
  const Call c(args, kBackwardCount);
  return args.isDouble(1, "q") ? backward<double>(c) : backward<float>(c);
}

}  // namespace

void registerAttention(Napi::Object exports) {
  define<attentionEntry>(exports, "attention");
  define<attentionBackwardEntry>(exports, "attentionBackward");
}

}  // namespace lutra::binding

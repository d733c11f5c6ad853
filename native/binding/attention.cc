// Scaled dot-product attention, forward and backward.
#include "kernels/attention/attention.h"

#include "binding/family.h"
#include "binding/planned/attention.h"

namespace lutra::binding {

namespace {

template <class Layout>
AttentionShape readShape(const Planned<Layout>& call) {
  const AttentionShape shape{call[call.batch], call[call.heads], call[call.keyHeads], call[call.queries],
                             call[call.keys],  call[call.dim],   call[call.valueDim]};
  const bool shared = shape.keyHeads > 0 ? shape.heads % shape.keyHeads == 0 : shape.heads == 0;
  if (!shared) call.fail(ErrorKind::range, "heads must be a multiple of keyHeads");
  return shape;
}

// Elements from the offset up to the last one that strides reach.
int64_t extent(const PlannedCall& call, std::initializer_list<int64_t> sizes, const int64_t* strides, int64_t tail) {
  int64_t last = tail;
  for (const int64_t size : sizes) {
    if (size == 0 || tail == 0) return 0;
    last += call.product(size - 1, *strides++);
  }
  return last;
}

// What the layout calls headRows: strides of batch, head and row follow the offset.
template <class T>
HeadRows<T> readRows(const PlannedCall& call, const Array& a, const AttentionShape& shape, int64_t heads, int64_t count,
                     int64_t dim) {
  const int64_t strides[] = {call[Size{a.offset + 1}], call[Size{a.offset + 2}], call[Size{a.offset + 3}]};
  HeadRows<T> r = {nullptr, strides[0], strides[1], strides[2]};
  r.data = call.array<std::remove_const_t<T>>(a, extent(call, {shape.batch, heads, count}, strides, dim));
  return r;
}

template <class T>
HeadRows<T> readOptionalRows(const PlannedCall& call, const Array& a, const AttentionShape& shape, int64_t heads,
                             int64_t count, int64_t dim) {
  return call.has(a) ? readRows<T>(call, a, shape, heads, count, dim) : HeadRows<T>{nullptr, 0, 0, 0};
}

template <class T, class Layout>
AttentionInputs<T> readInputs(const Planned<Layout>& call, const AttentionShape& s) {
  AttentionInputs<T> in = {};
  in.scale = static_cast<T>(call[call.scale]);
  in.causal = call[call.causal];
  in.keptScale = static_cast<T>(call[call.keptScale]);
  in.maskBatch = call[call.maskBatch];
  in.maskHead = call[call.maskHead];
  in.maskRow = call[call.maskRow];
  in.maskColumn = call[call.maskColumn];
  in.q = readRows<const T>(call, call.q, s, s.heads, s.queries, s.dim);
  in.k = readRows<const T>(call, call.k, s, s.keyHeads, s.keys, s.dim);
  in.v = readRows<const T>(call, call.v, s, s.keyHeads, s.keys, s.valueDim);
  if (call.has(call.mask)) {
    const int64_t strides[] = {in.maskBatch, in.maskHead, in.maskRow, in.maskColumn};
    const int64_t n = extent(call, {s.batch, s.heads, s.queries, s.keys}, strides, 1);
    if (call.span(call.mask).type == napi_uint8_array) {
      in.allowed = call.template array<uint8_t>(call.mask, n);
    } else {
      in.added = call.template array<T>(call.mask, n);
    }
  }
  const int64_t scores = call.product(call.product(s.batch, s.heads, s.queries), s.keys);
  in.kept = call.template optional<uint8_t>(call.kept, scores);
  return in;
}

void forward(Args& args) {
  const Planned<AttentionLayout> call(args);
  const AttentionShape s = readShape(call);
  call.withFloat(call.q, [&](auto zero) {
    using T = decltype(zero);
    const AttentionInputs<T> in = readInputs<T>(call, s);
    const HeadRows<T> out = readRows<T>(call, call.out, s, s.heads, s.queries, s.valueDim);
    T* const normalisers =
        call.optional<T>(call.normalisers, call.product(call.product(s.batch, s.heads, s.queries), 2));
    attention<T>(out, normalisers, in, s);
  });
}

void backward(Args& args) {
  const Planned<AttentionBackwardLayout> call(args);
  const AttentionShape s = readShape(call);
  call.withFloat(call.q, [&](auto zero) {
    using T = decltype(zero);
    const AttentionInputs<T> in = readInputs<T>(call, s);
    const int64_t rows = call.product(s.batch, s.heads, s.queries);
    const HeadRows<const T> out = readRows<const T>(call, call.out, s, s.heads, s.queries, s.valueDim);
    const T* const normalisers = call.array<T>(call.normalisers, call.product(rows, 2));
    const HeadRows<const T> dout = readRows<const T>(call, call.dout, s, s.heads, s.queries, s.valueDim);
    const HeadRows<T> dq = readOptionalRows<T>(call, call.dq, s, s.heads, s.queries, s.dim);
    const HeadRows<T> dk = readOptionalRows<T>(call, call.dk, s, s.keyHeads, s.keys, s.dim);
    const HeadRows<T> dv = readOptionalRows<T>(call, call.dv, s, s.keyHeads, s.keys, s.valueDim);
    T* const dmask = call.optional<T>(call.dmask, call.product(rows, s.keys));
    attentionBackward<T>(dq, dk, dv, dmask, dout, out, normalisers, in, s);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<forward>(exports, "attention");
  define<backward>(exports, "attentionBackward");
});

}  // namespace lutra::binding

// Slices and elements by index along one dimension.
#include "kernels/rows/select.h"

#include "binding/family.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

namespace {

int64_t elementSize(Args& args, const Span& s, const char* name) {
  switch (s.type) {
    case napi_uint8_array:
      return 1;
    case napi_uint16_array:
      return 2;
    case napi_float32_array:
    case napi_int32_array:
      return 4;
    case napi_float64_array:
      return 8;
    default:
      args.wrongKind(0, name, "array of a tensor");
  }
}

// (dst, dstOffset, src, srcOffset, indices, indicesOffset, outer, rows, count, inner) of every function here.
struct Extent {
  int64_t dstOffset, srcOffset, indexOffset, outer, rows, count, inner;
  explicit Extent(Args& args)
      : dstOffset(args.integer(1, "dstOffset")),
        srcOffset(args.integer(3, "srcOffset")),
        indexOffset(args.integer(5, "indicesOffset")),
        outer(args.integer(6, "outer", 0, kLimit)),
        rows(args.integer(7, "rows", 0, kLimit)),
        count(args.integer(8, "count", 0, kLimit)),
        inner(args.integer(9, "inner", 0, kLimit)) {
    if (product(outer, inner) > kLimit || product(outer * inner, rows) > kLimit ||
        product(outer * inner, count) > kLimit) {
      args.fail(ErrorKind::range, "outer * rows * inner is beyond 2^53");
    }
  }
  static constexpr int64_t kLimit = int64_t(1) << 53;
  static double product(int64_t a, int64_t b) { return static_cast<double>(a) * static_cast<double>(b); }
};

// Elements of the tensor that keeps its rows, and of the one that has one slice per index.
int64_t full(const Extent& e) { return e.outer * e.rows * e.inner; }
int64_t picked(const Extent& e) { return e.outer * e.count * e.inner; }

// Checks `n` indices; the position of the first bad one, or -1.
int64_t badIndex(const int32_t* indices, int64_t n, const Extent& e) {
  return e.outer * e.inner == 0 ? -1 : findBadIndex(indices, n, e.rows);
}

void checkOverlap(Args& args, const Span& a, const Span& b) {
  if (a.type != b.type) args.fail(ErrorKind::type, "dst and src must be arrays of one kind");
}

char* reachBytes(Args& args, size_t i, const char* name, const Span& s, int64_t offset, int64_t count, int64_t size) {
  switch (s.type) {
    case napi_float32_array:
      return reinterpret_cast<char*>(args.array<float>(i, name, offset, count));
    case napi_float64_array:
      return reinterpret_cast<char*>(args.array<double>(i, name, offset, count));
    case napi_int32_array:
      return reinterpret_cast<char*>(args.array<int32_t>(i, name, offset, count));
    default:
      return size == 1 ? reinterpret_cast<char*>(args.array<uint8_t>(i, name, offset, count))
                       : reinterpret_cast<char*>(args.array<uint16_t>(i, name, offset, count));
  }
}

using ByteMove = void (*)(void*, const void*, const int32_t*, int64_t, int64_t, int64_t, int64_t, int64_t);

template <ByteMove Move>
int64_t moveBytes(Args& args, bool dstIsFull, bool perElement) {
  const Extent e(args);
  const Span dst = args.span(0, "dst"), src = args.span(2, "src");
  checkOverlap(args, dst, src);
  const int64_t size = elementSize(args, dst, "dst");
  const int64_t n = perElement ? picked(e) : e.count;
  const int32_t* const indices = args.array<int32_t>(4, "indices", e.indexOffset, n);
  char* const to = reachBytes(args, 0, "dst", dst, e.dstOffset, dstIsFull ? full(e) : picked(e), size);
  const char* const from = reachBytes(args, 2, "src", src, e.srcOffset, dstIsFull ? picked(e) : full(e), size);
  const int64_t bad = badIndex(indices, n, e);
  if (bad < 0 && picked(e) > 0) Move(to, from, indices, e.outer, e.rows, e.count, e.inner, size);
  return bad;
}

template <class T>
int64_t addTyped(Args& args, const Extent& e, bool perElement) {
  const int64_t n = perElement ? picked(e) : e.count;
  const int32_t* const indices = args.array<int32_t>(4, "indices", e.indexOffset, n);
  T* const to = args.array<T>(0, "dst", e.dstOffset, full(e));
  const T* const from = args.array<T>(2, "src", e.srcOffset, picked(e));
  const int64_t bad = badIndex(indices, n, e);
  if (bad < 0 && picked(e) > 0) {
    if (perElement) {
      scatterAddElements<T>(to, from, indices, e.outer, e.rows, e.count, e.inner);
    } else {
      addSlices<T>(to, from, indices, e.outer, e.rows, e.count, e.inner);
    }
  }
  return bad;
}

int64_t add(Args& args, bool perElement) {
  const Extent e(args);
  switch (args.span(0, "dst").type) {
    case napi_float32_array:
      return addTyped<float>(args, e, perElement);
    case napi_float64_array:
      return addTyped<double>(args, e, perElement);
    case napi_int32_array:
      return addTyped<int32_t>(args, e, perElement);
    default:
      args.wrongKind(0, "dst", "Float32Array, Float64Array or Int32Array");
  }
}

int64_t selectSlicesCall(Args& args) { return moveBytes<selectSlices>(args, false, false); }
int64_t placeSlicesCall(Args& args) { return moveBytes<placeSlices>(args, true, false); }
int64_t gatherElementsCall(Args& args) { return moveBytes<gatherElements>(args, false, true); }
int64_t scatterElementsCall(Args& args) { return moveBytes<scatterElements>(args, true, true); }
int64_t addSlicesCall(Args& args) { return add(args, false); }
int64_t scatterAddElementsCall(Args& args) { return add(args, true); }

// countSet(mask, maskOffset, n) -> count
int64_t countSetCall(Args& args) {
  const int64_t offset = args.integer(1, "maskOffset");
  const int64_t n = args.integer(2, "n", 0, INT32_MAX);
  return countSet(args.array<uint8_t>(0, "mask", offset, n), n);
}

// setPositions(out, capacity, mask, maskOffset, n) -> written
int64_t setPositionsCall(Args& args) {
  const int64_t capacity = args.integer(1, "capacity", 0, INT32_MAX);
  const int64_t offset = args.integer(3, "maskOffset");
  const int64_t n = args.integer(4, "n", 0, INT32_MAX);
  int32_t* const out = args.array<int32_t>(0, "out", 0, capacity);
  return setPositions(out, capacity, args.array<uint8_t>(2, "mask", offset, n), n);
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<selectSlicesCall>(exports, "selectSlices");
  define<placeSlicesCall>(exports, "placeSlices");
  define<addSlicesCall>(exports, "addSlices");
  define<gatherElementsCall>(exports, "gatherElements");
  define<scatterElementsCall>(exports, "scatterElements");
  define<scatterAddElementsCall>(exports, "scatterAddElements");
  define<countSetCall>(exports, "countSet");
  define<setPositionsCall>(exports, "setPositions");
});

}  // namespace lutra::binding

// Reductions, running sums and sorting of contiguous arrays seen as [outer, n, inner] (kernels/reduce/).
#include "kernels/reduce/reduce.h"

#include "binding/family.h"
#include "kernels/reduce/sort.h"

namespace lutra::binding {

namespace {

// The three sizes, from argument i on, and their products, checked.
struct Sizes {
  int64_t outer, n, inner, outputs, elements;
  Sizes(const Args& args, size_t i) {
    outer = args.integer(i, "outer");
    n = args.integer(i + 1, "n");
    inner = args.integer(i + 2, "inner");
    outputs = product(args, outer, inner);
    elements = product(args, outputs, n);
  }
  static int64_t product(const Args& args, int64_t a, int64_t b) {
    if (a > 0 && b > (int64_t(1) << 53) / a) args.fail(ErrorKind::range, "more than 2^53 elements");
    return a * b;
  }
};

// Calls fn(T{}) with the element type of a tensor's array.
template <class Fn>
void withType(const Args& args, size_t i, const char* name, Fn fn) {
  switch (args.span(i, name).type) {
    case napi_float32_array:
      return fn(float{});
    case napi_float64_array:
      return fn(double{});
    case napi_int32_array:
      return fn(int32_t{});
    case napi_uint8_array:
      return fn(uint8_t{});
    default:
      args.wrongKind(i, name, "Float32Array, Float64Array, Int32Array or Uint8Array");
  }
}

}  // namespace

// reduce(op, p, divisor, out, outOffset, x, xOffset, center | null, centerOffset, outer, n, inner)
static void reduceFloats(Args& args) {
  const ReduceOp op = static_cast<ReduceOp>(args.integer(0, "op", 0, static_cast<int64_t>(ReduceOp::count) - 1));
  const double p = args.number(1, "p"), divisor = args.number(2, "divisor");
  const int64_t outOffset = args.integer(4, "outOffset"), xOffset = args.integer(6, "xOffset");
  const int64_t centerOffset = args.integer(8, "centerOffset");
  const Sizes s(args, 9);
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    T* const out = args.array<T>(3, "out", outOffset, s.outputs);
    const T* const x = args.array<T>(5, "x", xOffset, s.elements);
    const T* const center = op == ReduceOp::deviations ? args.array<T>(7, "center", centerOffset, s.outputs) : nullptr;
    reduce<T>(out, x, center, op, p, divisor, s.outer, s.n, s.inner);
  };
  if (args.isDouble(3, "out")) {
    run(double{});
  } else {
    run(float{});
  }
}

// reduceIntegers(op, out: Int32Array, outOffset, x, xOffset, outer, n, inner): -1, or the first output beyond int32.
static int64_t reduceInts(Args& args) {
  const ReduceOp op = static_cast<ReduceOp>(args.integer(0, "op", 0, static_cast<int64_t>(ReduceOp::count) - 1));
  const int64_t outOffset = args.integer(2, "outOffset"), xOffset = args.integer(4, "xOffset");
  const Sizes s(args, 5);
  int32_t* const out = args.array<int32_t>(1, "out", outOffset, s.outputs);
  int64_t misfit = -1;
  if (args.span(3, "x").type == napi_int32_array) {
    misfit = reduceIntegers<int32_t>(out, args.array<int32_t>(3, "x", xOffset, s.elements), op, s.outer, s.n, s.inner);
  } else {
    misfit = reduceIntegers<uint8_t>(out, args.array<uint8_t>(3, "x", xOffset, s.elements), op, s.outer, s.n, s.inner);
  }
  return misfit;
}

// extremes(largest, values, valuesOffset, indices, indicesOffset, x, xOffset, outer, n, inner)
static void extremeValues(Args& args) {
  const bool largest = args.flag(0, "largest");
  const int64_t valuesOffset = args.integer(2, "valuesOffset"), indicesOffset = args.integer(4, "indicesOffset");
  const int64_t xOffset = args.integer(6, "xOffset");
  const Sizes s(args, 7);
  if (s.n == 0) args.fail(ErrorKind::range, "'n' must not be 0");
  int32_t* const indices = args.array<int32_t>(3, "indices", indicesOffset, s.outputs);
  withType(args, 5, "x", [&](auto zero) {
    using T = decltype(zero);
    T* const values = args.array<T>(1, "values", valuesOffset, s.outputs);
    extremes<T>(values, indices, args.array<T>(5, "x", xOffset, s.elements), largest, s.outer, s.n, s.inner);
  });
}

// allOrAny(all, out: Uint8Array, outOffset, x, xOffset, outer, n, inner)
static void allAny(Args& args) {
  const bool all = args.flag(0, "all");
  const int64_t outOffset = args.integer(2, "outOffset"), xOffset = args.integer(4, "xOffset");
  const Sizes s(args, 5);
  uint8_t* const out = args.array<uint8_t>(1, "out", outOffset, s.outputs);
  withType(args, 3, "x", [&](auto zero) {
    using T = decltype(zero);
    allOrAny<T>(out, args.array<T>(3, "x", xOffset, s.elements), all, s.outer, s.n, s.inner);
  });
}

// cumulativeSum(reverse, out, outOffset, x, xOffset, outer, n, inner)
static void cumulate(Args& args) {
  const bool reverse = args.flag(0, "reverse");
  const int64_t outOffset = args.integer(2, "outOffset"), xOffset = args.integer(4, "xOffset");
  const Sizes s(args, 5);
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    T* const out = args.array<T>(1, "out", outOffset, s.elements);
    cumulativeSum<T>(out, args.array<T>(3, "x", xOffset, s.elements), reverse, s.outer, s.n, s.inner);
  };
  if (args.span(3, "x").type == napi_int32_array) {
    run(int32_t{});
  } else if (args.isDouble(3, "x")) {
    run(double{});
  } else {
    run(float{});
  }
}

// topk(k, largest, values, valuesOffset, indices, indicesOffset, x, xOffset, outer, n, inner); sorts when k is n.
static void topValues(Args& args) {
  const bool largest = args.flag(1, "largest");
  const int64_t valuesOffset = args.integer(3, "valuesOffset"), indicesOffset = args.integer(5, "indicesOffset");
  const int64_t xOffset = args.integer(7, "xOffset");
  const Sizes s(args, 8);
  const int64_t k = args.integer(0, "k", 0, s.n);
  const int64_t results = s.outputs * k;
  if (s.n > INT32_MAX) args.fail(ErrorKind::range, "'n' must fit int32, as indices do");
  int32_t* const indices = args.array<int32_t>(4, "indices", indicesOffset, results);
  withType(args, 6, "x", [&](auto zero) {
    using T = decltype(zero);
    T* const values = args.array<T>(2, "values", valuesOffset, results);
    topk<T>(values, indices, args.array<T>(6, "x", xOffset, s.elements), k, largest, s.outer, s.n, s.inner);
  });
}

static const Family family([](Napi::Object exports) {
  define<reduceFloats>(exports, "reduce");
  define<reduceInts>(exports, "reduceIntegers");
  define<extremeValues>(exports, "extremes");
  define<allAny>(exports, "allOrAny");
  define<cumulate>(exports, "cumulativeSum");
  define<topValues>(exports, "topk");
});

}  // namespace lutra::binding

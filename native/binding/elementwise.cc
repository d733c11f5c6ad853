// Elementwise operations by opcode (kernels/elementwise/elementwise.h; names and codes in lib/calls/opcodes.ts).
//
// Every operand is an array and the offset of its first element; plan holds ndim, sizes… and the strides of each
// operand in turn, the output's first. An input that is null is the plain number given with it, whatever its strides.
#include "kernels/elementwise/elementwise.h"

#include "binding/family.h"
#include "binding/window.h"

namespace lutra::binding {

namespace {

ElementType typeOf(const Args& args, size_t i, const char* name) {
  switch (args.span(i, name).type) {
    case napi_float32_array:
      return ElementType::float32;
    case napi_float64_array:
      return ElementType::float64;
    case napi_int32_array:
      return ElementType::int32;
    case napi_uint8_array:
      return ElementType::uint8;
    case napi_uint16_array:
      return ElementType::float16;
    default:
      args.wrongKind(i, name, "typed array of a tensor");
  }
}

template <class Op>
Op opcode(const Args& args, size_t i) {
  return static_cast<Op>(args.integer(i, "op", 0, static_cast<int64_t>(Op::count) - 1));
}

// Collects the operands of one call: all checks happen here, the loop runs after them.
class Operands {
 public:
  Operands(const Args& args, size_t plan, int count)
      : args_(args), window_(Plan(args, plan), count), loop_(window_.ndim(), window_.sizes()) {}

  // The array in argument i, its offset in argument i + 1.
  void array(size_t i, const char* name, ElementType type) {
    const int64_t offset = args_.integer(i + 1, "offset");
    const void* const data = window_.pointer(args_, i, name, type, offset, next_);
    loop_.add(data, elementSize(type), window_.strides(next_++));
  }
  // The same, or the number where the array is null.
  void arrayOrNumber(size_t i, const char* name, ElementType type, double number) {
    if (!args_.isNullish(i)) return array(i, name, type);
    uint64_t* const element = &scalars_[next_++];
    void* const pointers[2] = {element, &number};
    convertKernel(type, ElementType::float64)(pointers, nullptr, 1);
    loop_.add(element, elementSize(type), nullptr);
  }
  void run(BlockKernel kernel, const double* params, int64_t grain) { loop_.run(kernel, params, grain); }

 private:
  const Args& args_;
  Window window_;
  StridedLoop loop_;
  int next_ = 0;
  uint64_t scalars_[StridedLoop::kMaxOperands] = {};
};

}  // namespace

// unary(op, p0, p1, out, outOffset, x, xOffset, plan)
static void unary(Args& args) {
  const ElementType type = typeOf(args, 3, "out");
  const double params[2] = {args.number(1, "p0"), args.number(2, "p1")};
  BlockKernel kernel = nullptr;
  int64_t grain = kCheapGrain;
  if (type == ElementType::float32 || type == ElementType::float64) {
    const UnaryOp op = opcode<UnaryOp>(args, 0);
    kernel = type == ElementType::float32 ? unaryKernel<float>(op) : unaryKernel<double>(op);
    grain = grainOf(op);
  } else if (type == ElementType::int32 || type == ElementType::uint8) {
    const IntegerUnaryOp op = opcode<IntegerUnaryOp>(args, 0);
    kernel = type == ElementType::int32 ? integerUnaryKernel<int32_t>(op) : integerUnaryKernel<uint8_t>(op);
  } else {
    args.wrongKind(3, "out", "Float32Array, Float64Array, Int32Array or Uint8Array");
  }
  Operands operands(args, 7, 2);
  operands.array(3, "out", type);
  operands.array(5, "x", type);
  operands.run(kernel, params, grain);
}

// binary(op, p0, p1, number, out, outOffset, a | null, aOffset, b | null, bOffset, plan)
static void binary(Args& args) {
  const ElementType type = typeOf(args, 4, "out");
  const double params[2] = {args.number(1, "p0"), args.number(2, "p1")};
  const double number = args.number(3, "number");
  BlockKernel kernel = nullptr;
  int64_t grain = kCheapGrain;
  if (type == ElementType::float32 || type == ElementType::float64) {
    const BinaryOp op = opcode<BinaryOp>(args, 0);
    kernel = type == ElementType::float32 ? binaryKernel<float>(op) : binaryKernel<double>(op);
    grain = grainOf(op);
  } else if (type == ElementType::int32 || type == ElementType::uint8) {
    const IntegerBinaryOp op = opcode<IntegerBinaryOp>(args, 0);
    kernel = type == ElementType::int32 ? integerBinaryKernel<int32_t>(op) : integerBinaryKernel<uint8_t>(op);
  } else {
    args.wrongKind(4, "out", "Float32Array, Float64Array, Int32Array or Uint8Array");
  }
  Operands operands(args, 10, 3);
  operands.array(4, "out", type);
  operands.arrayOrNumber(6, "a", type, number);
  operands.arrayOrNumber(8, "b", type, number);
  operands.run(kernel, params, grain);
}

// ternary(op, p0, number, out, outOffset, a, aOffset, b, bOffset, c | null, cOffset, plan)
static void ternary(Args& args) {
  const TernaryOp op = opcode<TernaryOp>(args, 0);
  const double params[1] = {args.number(1, "p0")};
  const double number = args.number(2, "number");
  const bool isDouble = args.isDouble(3, "out");
  const ElementType type = isDouble ? ElementType::float64 : ElementType::float32;
  Operands operands(args, 11, 4);
  operands.array(3, "out", type);
  operands.array(5, "a", type);
  operands.array(7, "b", type);
  operands.arrayOrNumber(9, "c", type, number);
  operands.run(isDouble ? ternaryKernel<double>(op) : ternaryKernel<float>(op), params, grainOf(op));
}

// compare(op, number, out: Uint8Array, outOffset, a, aOffset, b | null, bOffset, plan)
static void compare(Args& args) {
  const CompareOp op = opcode<CompareOp>(args, 0);
  const double number = args.number(1, "number");
  const ElementType type = typeOf(args, 4, "a");
  BlockKernel kernel = nullptr;
  switch (type) {
    case ElementType::float32:
      kernel = compareKernel<float>(op);
      break;
    case ElementType::float64:
      kernel = compareKernel<double>(op);
      break;
    case ElementType::int32:
      kernel = compareKernel<int32_t>(op);
      break;
    case ElementType::uint8:
      kernel = compareKernel<uint8_t>(op);
      break;
    default:
      args.wrongKind(4, "a", "Float32Array, Float64Array, Int32Array or Uint8Array");
  }
  Operands operands(args, 8, 3);
  operands.array(2, "out", ElementType::uint8);
  operands.array(4, "a", type);
  operands.arrayOrNumber(6, "b", type, number);
  operands.run(kernel, nullptr, kCheapGrain);
}

// where(aNumber, bNumber, out, outOffset, mask, maskOffset, a | null, aOffset, b | null, bOffset, plan)
static void where(Args& args) {
  const double aNumber = args.number(0, "aNumber");
  const double bNumber = args.number(1, "bNumber");
  const ElementType type = typeOf(args, 2, "out");
  Operands operands(args, 10, 4);
  operands.array(2, "out", type);
  operands.array(4, "mask", ElementType::uint8);
  operands.arrayOrNumber(6, "a", type, aNumber);
  operands.arrayOrNumber(8, "b", type, bNumber);
  operands.run(whereKernel(elementSize(type)), nullptr, kCheapGrain);
}

// maskScale(scale, out, outOffset, x, xOffset, mask, maskOffset, plan)
static void maskScale(Args& args) {
  const double params[1] = {args.number(0, "scale")};
  const bool isDouble = args.isDouble(1, "out");
  const ElementType type = isDouble ? ElementType::float64 : ElementType::float32;
  Operands operands(args, 7, 3);
  operands.array(1, "out", type);
  operands.array(3, "x", type);
  operands.array(5, "mask", ElementType::uint8);
  operands.run(isDouble ? maskScaleKernel<double>() : maskScaleKernel<float>(), params, kCheapGrain);
}

// elementwiseNames(): the names of each family's operations in the order of their codes.
static Napi::Value elementwiseNames(Args& args) {
  Napi::Object result = Napi::Object::New(args.env());
  const auto family = [&](const char* key, std::initializer_list<const char*> names) {
    Napi::Array list = Napi::Array::New(args.env());
    uint32_t i = 0;
    for (const char* name : names) list.Set(i++, name);
    result.Set(key, list);
  };
#define LUTRA_NAME(name) #name,
  family("unary", {LUTRA_UNARY_OPS(LUTRA_NAME)});
  family("binary", {LUTRA_BINARY_OPS(LUTRA_NAME)});
  family("ternary", {LUTRA_TERNARY_OPS(LUTRA_NAME)});
  family("integerUnary", {LUTRA_INTEGER_UNARY_OPS(LUTRA_NAME)});
  family("integerBinary", {LUTRA_INTEGER_BINARY_OPS(LUTRA_NAME)});
  family("compare", {LUTRA_COMPARE_OPS(LUTRA_NAME)});
#undef LUTRA_NAME
  return result;
}

static const Family family([](Napi::Object exports) {
  define<unary>(exports, "unary");
  define<binary>(exports, "binary");
  define<ternary>(exports, "ternary");
  define<compare>(exports, "compare");
  define<where>(exports, "where");
  define<maskScale>(exports, "maskScale");
  define<elementwiseNames>(exports, "elementwiseNames");
});

}  // namespace lutra::binding

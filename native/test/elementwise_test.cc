// Every elementwise operation on every instruction set against a reference in higher precision: sizes around the vector
// width, unaligned starts, guard values around every output, special values, and integer semantics.

#include "kernels/elementwise/elementwise.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include "memory/caches.h"
#include "threads/thread_pool.h"
#include "simd/targets.h"
#include "test/check.h"
#include "test/elementwise_reference.h"
#include "test/guarded.h"

using namespace lutra;
using namespace lutra::test;

namespace {

// Close relative to the result, or absolutely where terms of the inputs' size cancel.
template <class T>
bool close(T actual, Real expected, Real size) {
  if (std::isnan(expected)) return std::isnan(actual);
  const T rounded = static_cast<T>(expected);
  if (std::isinf(rounded)) return actual == rounded;
  const Real epsilon = std::numeric_limits<T>::epsilon();
  return std::fabs(actual - expected) <= epsilon * (8 * std::fabs(expected) + 4 * size) + std::numeric_limits<T>::min();
}

uint64_t state = 88172645463325252u;
double uniform(double low, double high) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return low + (high - low) * static_cast<double>(state >> 11) / 9007199254740992.0;
}

template <class T>
std::vector<T> randomValues(int64_t n, double low, double high) {
  std::vector<T> x(static_cast<size_t>(n));
  for (T& value : x) value = static_cast<T>(uniform(low, high));
  return x;
}

const int64_t kSizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 19, 31, 33, 37, 67, 1031};

// Runs a kernel at every size and a few offsets; expected(i) is the result for element i, size(i) the inputs' scale.
template <class T>
void checkKernel(const char* name, BlockKernel kernel, const std::vector<std::vector<T>>& inputs,
                 const std::function<Real(size_t)>& expected) {
  CASE(lutra::test::typeName<T>(), name);
  const double params[2] = {kP0, kP1};
  bool good = kernel != nullptr;
  for (const int64_t n : kSizes) {
    CASE(n);
    for (const int64_t offset : {0, 1, 3, 13}) {
      CASE(offset);
      Guarded<T> out(n, offset);
      void* pointers[4] = {out.data()};
      for (size_t k = 0; k < inputs.size(); ++k) pointers[k + 1] = const_cast<T*>(inputs[k].data() + offset);
      kernel(pointers, params, n);
      good &= out.intact();
      for (int64_t i = 0; i < n && good; ++i) {
        const size_t at = static_cast<size_t>(i + offset);
        Real size = 0;
        for (const auto& input : inputs) size = std::max<Real>(size, std::fabs(input[at]));
        if (!close(out[i], expected(at), size)) {
          good = false;
          std::fprintf(stderr, "%s (%s, %d bytes): element %d of %d is %.17g, expected %.17Lg; inputs", name,
                       isaName(activeIsa()), static_cast<int>(sizeof(T)), static_cast<int>(i), static_cast<int>(n),
                       static_cast<double>(out[i]), expected(at));
          for (const auto& input : inputs) std::fprintf(stderr, " %.17g", static_cast<double>(input[at]));
          std::fprintf(stderr, "\n");
        }
      }
    }
  }
  CHECK(good);
}

#define NAME(op) #op,
const char* const kUnaryNames[] = {LUTRA_UNARY_OPS(NAME)};
const char* const kBinaryNames[] = {LUTRA_BINARY_OPS(NAME)};
const char* const kTernaryNames[] = {LUTRA_TERNARY_OPS(NAME)};
#undef NAME

template <class T>
void testFloats() {
  constexpr int64_t kCount = 1100;
  const auto anything = randomValues<T>(kCount, -9, 9), fraction = randomValues<T>(kCount, -0.99, 0.99);
  const auto positive = randomValues<T>(kCount, 0.01, 7), other = randomValues<T>(kCount, -3, 3);
  for (int code = 0; code < static_cast<int>(UnaryOp::count); ++code) {
    CASE(code);
    const UnaryOp op = static_cast<UnaryOp>(code);
    const bool needsFraction = op == UnaryOp::asin || op == UnaryOp::acos || op == UnaryOp::tan;
    const bool needsPositive = op == UnaryOp::sqrt || op == UnaryOp::rsqrt || op == UnaryOp::log ||
                               op == UnaryOp::log1p || op == UnaryOp::log2 || op == UnaryOp::log10;
    const auto& x = needsFraction ? fraction : needsPositive ? positive : anything;
    checkKernel<T>(kUnaryNames[code], unaryKernel<T>(op), {x}, [&](size_t i) { return unaryReference(op, x[i]); });
  }
  for (int code = 0; code < static_cast<int>(BinaryOp::count); ++code) {
    CASE(code);
    const BinaryOp op = static_cast<BinaryOp>(code);
    const bool bothPositive = op == BinaryOp::pow || op == BinaryOp::powScalarBackward || op == BinaryOp::log1pBackward;
    const bool needsFraction =
        op == BinaryOp::asinBackward || op == BinaryOp::acosBackward || op == BinaryOp::tanhBackward;
    const auto& a = bothPositive ? positive : anything;
    const auto& b = bothPositive ? positive : needsFraction ? fraction : other;
    checkKernel<T>(kBinaryNames[code], binaryKernel<T>(op), {a, b},
                   [&](size_t i) { return binaryReference(op, a[i], b[i]); });
  }
  for (int code = 0; code < static_cast<int>(TernaryOp::count); ++code) {
    CASE(code);
    const TernaryOp op = static_cast<TernaryOp>(code);
    auto b = positive, c = positive;
    for (size_t i = 0; i < c.size(); ++i) c[i] = i % 5 == 0 ? b[i] : c[i] > 3 ? c[i] - 3 : c[i];
    checkKernel<T>(kTernaryNames[code], ternaryKernel<T>(op), {anything, b, c},
                   [&](size_t i) { return ternaryReference(op, anything[i], b[i], c[i]); });
  }
}

// NaN, infinities and signed zeros go through each operation as they do in PyTorch.
template <class T>
void testSpecialValues() {
  const T nan = std::numeric_limits<T>::quiet_NaN(), inf = std::numeric_limits<T>::infinity();
  const std::vector<T> x = {nan, inf, -inf, T(0), T(-0.0), T(1), T(-1), T(2.5)};
  std::vector<T> y(x.size());
  const double params[2] = {kP0, kP1};
  const int64_t n = static_cast<int64_t>(x.size());
  const auto run = [&](UnaryOp op) {
    void* pointers[2] = {y.data(), const_cast<T*>(x.data())};
    unaryKernel<T>(op)(pointers, params, n);
  };
  for (int code = 0; code < static_cast<int>(UnaryOp::count); ++code) {
    CASE(code);
    run(static_cast<UnaryOp>(code));
    CHECK(static_cast<UnaryOp>(code) == UnaryOp::sign ? y[0] == 0 : std::isnan(y[0]));
  }
  run(UnaryOp::relu);
  CHECK(y[1] == inf && y[2] == 0 && y[3] == 0 && y[6] == 0 && y[7] == T(2.5));
  run(UnaryOp::clamp);
  CHECK(y[1] == T(kP1) && y[2] == T(kP0) && y[5] == 1);
  run(UnaryOp::round);
  CHECK(y[7] == 2 && y[1] == inf && std::signbit(y[4]));
  std::vector<T> reversed(x.rbegin(), x.rend());
  void* pointers[3] = {y.data(), const_cast<T*>(x.data()), reversed.data()};
  for (const BinaryOp op : {BinaryOp::maximum, BinaryOp::minimum}) {
    CASE(op);
    binaryKernel<T>(op)(pointers, params, n);
    CHECK(std::isnan(y[0]) && std::isnan(y[7]));
    CHECK(y[1] == (op == BinaryOp::maximum ? inf : T(-1)));
  }
}

template <class T, class KernelOf, class Op>
std::vector<T> runIntegers(const KernelOf& kernelOf, Op op, std::vector<T> a, std::vector<T> b, double p0, double p1) {
  std::vector<T> y(a.size());
  void* pointers[3] = {y.data(), a.data(), b.data()};
  const double params[2] = {p0, p1};
  kernelOf(op)(pointers, params, static_cast<int64_t>(a.size()));
  return y;
}

void testIntegers() {
  using I = std::vector<int32_t>;
  using U = std::vector<uint8_t>;
  const int32_t low = INT32_MIN, high = INT32_MAX;
  const auto binary = [](IntegerBinaryOp op, I a, I b, double alpha = 1) {
    return runIntegers<int32_t>(integerBinaryKernel<int32_t>, op, a, b, alpha, 0);
  };
  const auto bytes = [](IntegerBinaryOp op, U a, U b) {
    return runIntegers<uint8_t>(integerBinaryKernel<uint8_t>, op, a, b, 1, 0);
  };
  CHECK((binary(IntegerBinaryOp::add, {high, 1}, {1, 2}) == I{low, 3}));
  CHECK((binary(IntegerBinaryOp::sub, {low, 1}, {1, 2}, 3) == I{high - 2, -5}));
  CHECK((binary(IntegerBinaryOp::mul, {65536, -3}, {65536, 7}) == I{0, -21}));
  CHECK(
      (binary(IntegerBinaryOp::floorDivide, {7, -7, 7, -7, low, 5}, {2, 2, -2, -2, -1, 0}) == I{3, -4, -4, 3, low, 0}));
  CHECK((binary(IntegerBinaryOp::remainder, {7, -7, 7, -7, low, 5}, {3, 3, -3, -3, -1, 0}) == I{1, 2, -2, -1, 0, 0}));
  CHECK((binary(IntegerBinaryOp::fmod, {7, -7, 7, -7}, {3, 3, -3, -3}) == I{1, -1, 1, -1}));
  CHECK((binary(IntegerBinaryOp::pow, {2, -3, 10, 1, -1, 5, 0}, {10, 3, 0, -5, -3, -1, 0}) ==
         I{1024, -27, 1, 1, -1, 0, 1}));
  CHECK((binary(IntegerBinaryOp::bitwiseXor, {6, -1}, {3, 1}) == I{5, -2}));
  CHECK((bytes(IntegerBinaryOp::add, {250, 1}, {10, 2}) == U{4, 3}));
  CHECK((bytes(IntegerBinaryOp::maximum, {250, 1}, {10, 2}) == U{250, 2}));
  const auto unary = [](IntegerUnaryOp op, I a, double p0 = 0, double p1 = 0) {
    return runIntegers<int32_t>(integerUnaryKernel<int32_t>, op, a, a, p0, p1);
  };
  CHECK((unary(IntegerUnaryOp::neg, {low, 5}) == I{low, -5}));
  CHECK((unary(IntegerUnaryOp::abs, {low, -5, 5}) == I{low, 5, 5}));
  CHECK((unary(IntegerUnaryOp::sign, {low, 0, 5}) == I{-1, 0, 1}));
  CHECK((unary(IntegerUnaryOp::clamp, {low, 0, 5}, -INFINITY, 3) == I{low, 0, 3}));
  CHECK((unary(IntegerUnaryOp::bitwiseNot, {0, -1}) == I{-1, 0}));
}

template <class T>
void testCompare() {
  const std::vector<T> a = {T(1), T(2), T(3), T(0), T(0)}, b = {T(2), T(2), T(2), T(5), T(0)};
  const std::vector<std::vector<uint8_t>> expected = {{0, 1, 0, 0, 1}, {1, 0, 1, 1, 0}, {1, 0, 0, 1, 0},
                                                      {1, 1, 0, 1, 1}, {0, 0, 1, 0, 0}, {0, 1, 1, 0, 1},
                                                      {1, 1, 1, 0, 0}, {1, 1, 1, 1, 0}, {0, 0, 0, 1, 0}};
  for (int code = 0; code < static_cast<int>(CompareOp::count); ++code) {
    CASE(code);
    std::vector<uint8_t> y(a.size());
    void* pointers[3] = {y.data(), const_cast<T*>(a.data()), const_cast<T*>(b.data())};
    compareKernel<T>(static_cast<CompareOp>(code))(pointers, nullptr, static_cast<int64_t>(a.size()));
    CHECK(y == expected[static_cast<size_t>(code)]);
  }
}

// out[i, j] = a[j] + b[i]: broadcasting along both dimensions, from several threads, in place and not.
void testLoop() {
  const int64_t rows = 301, columns = 67;
  const auto a = randomValues<float>(columns, -1, 1), b = randomValues<float>(rows, -1, 1);
  const int64_t sizes[] = {rows, columns}, dense[] = {columns, 1}, row[] = {0, 1}, column[] = {1, 0};
  const double params[2] = {1, 0};
  for (const int threads : {1, 2, 8}) {
    CASE(threads);
    setNumThreads(threads);
    Guarded<float> out(rows * columns, 5);
    StridedLoop loop(2, sizes);
    loop.add(out.data(), 4, dense);
    loop.add(a.data(), 4, row);
    loop.add(b.data(), 4, column);
    loop.run(binaryKernel<float>(BinaryOp::add), params, 64);
    bool good = out.intact();
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        good &= out[i * columns + j] == a[static_cast<size_t>(j)] + b[static_cast<size_t>(i)];
      }
    }
    CHECK(good);
    StridedLoop again(2, sizes);
    again.add(out.data(), 4, dense);
    again.add(out.data(), 4, dense);
    again.add(a.data(), 4, row);
    again.run(binaryKernel<float>(BinaryOp::mul), params, 64);
    CHECK(out.intact());
    CHECK(out[5 * columns + 3] == (a[3] + b[5]) * a[3]);
  }
}

// Large outputs are written around the cache: from any element on, with scalars, of any element size, and in place.
void testLargeOutputs() {
  const int64_t n = 1100003, stride = 1, sizes[] = {n};
  const std::vector<float> a = randomValues<float>(n + 3, -10, 10), b = randomValues<float>(n + 3, -10, 10);
  const double params[] = {1, 0};
  for (const int threads : {1, 3}) {
    CASE(threads);
    setNumThreads(threads);
    for (const int64_t offset : {0, 1, 3}) {
      CASE(offset);
      const auto run = [&](BlockKernel kernel, void* out, int size, const void* x, const void* y, bool scalar) {
        StridedLoop loop(1, sizes);
        loop.add(out, size, &stride);
        loop.add(x, 4, &stride);
        loop.add(y, 4, scalar ? nullptr : &stride);
        loop.run(kernel, params, kCheapGrain);
      };
      Guarded<float> sum(n, offset);
      run(binaryKernel<float>(BinaryOp::add), sum.data(), 4, a.data() + offset, b.data(), false);
      Guarded<float> scaled(n, offset);
      run(binaryKernel<float>(BinaryOp::mul), scaled.data(), 4, a.data() + offset, b.data(), true);
      Guarded<uint8_t> below(n, offset);
      run(compareKernel<float>(CompareOp::lt), below.data(), 1, a.data(), b.data() + offset, false);
      bool good = sum.intact() && scaled.intact() && below.intact();
      for (int64_t i = 0; i < n; ++i) {
        const size_t at = static_cast<size_t>(i), shifted = static_cast<size_t>(i + offset);
        good &= sum[i] == a[shifted] + b[at] && scaled[i] == a[shifted] * b[0] && below[i] == (a[at] < b[shifted]);
      }
      run(binaryKernel<float>(BinaryOp::add), sum.data(), 4, sum.data(), b.data(), false);
      good &= sum.intact();
      for (int64_t i = 0; i < n; ++i) {
        const size_t at = static_cast<size_t>(i), shifted = static_cast<size_t>(i + offset);
        good &= sum[i] == a[shifted] + b[at] + b[at];
      }
      CHECK(good);
    }
  }
  setNumThreads(2);
}

// The same with a row and a column that are broadcast: rows end within blocks, and scalars change with them.
void testLargeBroadcasts() {
  const int64_t rows = 1201, columns = 917, sizes[] = {rows, columns}, dense[] = {columns, 1};
  const int64_t column[] = {1, 0}, row[] = {0, 1}, offset = 3;
  const std::vector<float> a = randomValues<float>(rows, -10, 10), b = randomValues<float>(columns, -10, 10);
  const double params[] = {1, 0};
  for (const int threads : {1, 3}) {
    CASE(threads);
    setNumThreads(threads);
    Guarded<float> sum(rows * columns, offset);
    Guarded<uint8_t> below(rows * columns, offset);
    StridedLoop add(2, sizes), compare(2, sizes);
    add.add(sum.data(), 4, dense);
    compare.add(below.data(), 1, dense);
    for (StridedLoop* const loop : {&add, &compare}) {
      loop->add(a.data(), 4, column);
      loop->add(b.data(), 4, row);
    }
    add.run(binaryKernel<float>(BinaryOp::add), params, kCheapGrain);
    compare.run(compareKernel<float>(CompareOp::lt), params, kCheapGrain);
    bool good = sum.intact() && below.intact();
    for (int64_t i = 0; i < rows * columns; ++i) {
      const float x = a[static_cast<size_t>(i / columns)], y = b[static_cast<size_t>(i % columns)];
      good &= sum[i] == x + y && below[i] == (x < y);
    }
    CHECK(good);
  }
  setNumThreads(2);
}

}  // namespace

int main() {
  lutra::setCacheSizes({});  // small ones, so that results of half a megabyte go around them
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512, Isa::neon}) {
    CASE(lutra::isaName(isa));
    if (!setIsa(isa)) continue;
    std::printf("%s\n", isaName(isa));
    testFloats<float>();
    testFloats<double>();
    testSpecialValues<float>();
    testSpecialValues<double>();
    testIntegers();
    testCompare<float>();
    testCompare<double>();
    testCompare<int32_t>();
    testCompare<uint8_t>();
    testLoop();
    testLargeOutputs();
    testLargeBroadcasts();
  }
  return lutra::test::finish("elementwise_test");
}

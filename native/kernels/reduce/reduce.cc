#include "kernels/reduce/reduce.h"

#include <vector>

#include "memory/prefetch.h"

namespace lutra {

// The most columns that are reduced at once: results that stay in the first level of the cache.
constexpr int64_t kMostColumns = 1024;

}  // namespace lutra

#define LUTRA_KERNEL_SOURCE "kernels/reduce/reduce.inl.h"
#include "simd/foreach_target.h"

namespace lutra {

namespace {

// Elements of one piece of work. Rows are cut at multiples of it (and columns likewise), whatever the thread count.
constexpr int64_t kPiece = 16384;

// Combines n rows of partial results, `stride` apart, pairwise into the first.
template <class T, class Combine>
void combineRows(T* rows, int64_t n, int64_t stride, int64_t columns, Combine combine) {
  if (n == 1) return;
  const int64_t half = (n + 1) / 2;
  T* const other = rows + half * stride;
  combineRows(rows, half, stride, columns, combine);
  combineRows(other, n - half, stride, columns, combine);
  for (int64_t j = 0; j < columns; ++j) rows[j] = combine(rows[j], other[j]);
}

template <class T>
void combineParts(ReduceOp op, T* parts, int64_t n, int64_t stride, int64_t columns) {
  switch (op) {
    case ReduceOp::prod:
      return combineRows(parts, n, stride, columns, [](T a, T b) { return a * b; });
    case ReduceOp::max:
    case ReduceOp::maxAbs:
      return combineRows(parts, n, stride, columns, [](T a, T b) { return a > b || a != a ? a : b; });
    case ReduceOp::min:
    case ReduceOp::minAbs:
      return combineRows(parts, n, stride, columns, [](T a, T b) { return a < b || a != a ? a : b; });
    default:
      return combineRows(parts, n, stride, columns, [](T a, T b) { return a + b; });
  }
}

int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

namespace plain {

template <class T>
void reduce(T* out, const T* x, const T* center, ReduceOp op, double p, double divisor, int64_t outer, int64_t reduce,
            int64_t inner) {
  const int64_t outputs = outer * inner;
  if (outputs == 0) return;
  if (reduce == 0) {
    std::fill(out, out + outputs, static_cast<T>(op == ReduceOp::prod ? 1 : 0 / divisor));
    return;
  }
  const auto tile = LUTRA_DISPATCH(tileFunction<T>)(op);
  const T* const centers = op == ReduceOp::deviations ? center : nullptr;
  // Work is cut into row pieces × column strips. The cut depends on the shape alone.
  const int64_t width = std::min(inner, kMostColumns);
  const int64_t strips = ceilDivide(inner, width);
  const int64_t pieceRows = ceilDivide(kPiece > width ? kPiece / width : 1, 32) * 32;
  const int64_t pieces = ceilDivide(reduce, pieceRows);
  std::vector<T> partial(pieces > 1 ? static_cast<size_t>(outputs * pieces) : 0);
  const int64_t tasks = outer * pieces * strips;
  const int64_t tileElements = (reduce < pieceRows ? reduce : pieceRows) * width;
  const int64_t grain = tileElements >= kPiece ? 1 : ceilDivide(kPiece, tileElements);
  parallelFor(tasks, grain, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t strip = task % strips, piece = task / strips % pieces, o = task / strips / pieces;
      const int64_t row = piece * pieceRows, column = strip * width;
      const int64_t rows = std::min(pieceRows, reduce - row);
      const int64_t columns = std::min(width, inner - column);
      T* const target =
          pieces > 1 ? &partial[static_cast<size_t>((o * pieces + piece) * inner + column)] : out + o * inner + column;
      const T* const c = centers == nullptr ? nullptr : centers + o * inner + column;
      tile(target, x + (o * reduce + row) * inner + column, c, p, rows, inner, columns);
    }
  });
  if (pieces == 1 && divisor == 1) return;
  const T count = static_cast<T>(divisor);
  parallelFor(outer * strips, ceilDivide(kPiece, pieces * width), [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t o = task / strips, column = task % strips * width, columns = std::min(width, inner - column);
      T* const to = out + o * inner + column;
      T* from = to;
      if (pieces > 1) {
        from = &partial[static_cast<size_t>(o * pieces * inner + column)];
        combineParts(op, from, pieces, inner, columns);
      }
      for (int64_t j = 0; j < columns; ++j) to[j] = from[j] / count;
    }
  });
}

}  // namespace plain

LUTRA_PLAIN_FLOAT_KERNEL(reduce, plain::reduce<T>)

namespace plain {

template <class T>
int64_t reduceIntegers(int32_t* out, const T* x, ReduceOp op, int64_t outer, int64_t reduce, int64_t inner) {
  const int64_t outputs = outer * inner;
  std::vector<uint8_t> fits(static_cast<size_t>(outputs), 1);
  parallelFor(outputs, ceilDivide(kPiece, std::max<int64_t>(reduce, 1)), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* const first = x + i / inner * reduce * inner + i % inner;
      int64_t total = op == ReduceOp::prod ? 1 : op == ReduceOp::sum ? 0 : reduce > 0 ? first[0] : 0;
      bool overflow = false;
      for (int64_t r = 0; r < reduce; ++r) {
        const int64_t value = first[r * inner];
        if (op == ReduceOp::prod) {
          // |total| stays below 2^31 until overflow, so the product fits 64 bits. A later zero makes it exact again.
          total *= value;
          if (total == 0) overflow = false;
          if (total > INT32_MAX || total < INT32_MIN) overflow = true, total = 1;
        } else if (op == ReduceOp::sum) {
          total += value;
        } else if (op == ReduceOp::max ? value > total : value < total) {
          total = value;
        }
      }
      if (total > INT32_MAX || total < INT32_MIN) overflow = true;
      fits[static_cast<size_t>(i)] = !overflow;
      out[i] = overflow ? 0 : static_cast<int32_t>(total);
    }
  });
  for (int64_t i = 0; i < outputs; ++i) {
    if (!fits[static_cast<size_t>(i)]) return i;
  }
  return -1;
}

}  // namespace plain

LUTRA_DEFINE_KERNEL(reduceIntegers, &plain::reduceIntegers<T>)
template struct reduceIntegersKernel<int32_t>;
template struct reduceIntegersKernel<uint8_t>;

namespace plain {

template <class T>
void extremes(T* values, int32_t* indices, const T* x, bool largest, int64_t outer, int64_t reduce, int64_t inner) {
  if (outer * inner == 0) return;
  // Comparisons that also let a NaN replace a number, and nothing replace a NaN.
  const auto replaces = [largest](T candidate, T best) {
    if (best != best) return false;
    return largest ? !(candidate <= best) : !(candidate >= best);
  };
  if (inner == 1) {
    parallelFor(outer, ceilDivide(kPiece, reduce), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; ++o) {
        const T* const row = x + o * reduce;
        int64_t at = 0;
        if constexpr (std::is_floating_point_v<T>) {
          const T best = LUTRA_DISPATCH(extremeOfRow<T>)(row, reduce, largest);
          // Another thread may have changed the row since: then the search ends with it, at the last element.
          const int64_t last = reduce - 1;
          if (best != best) {
            while (at < last && row[at] == row[at]) ++at;
          } else {
            while (at < last && row[at] != best) ++at;
          }
        } else {
          for (int64_t r = 1; r < reduce; ++r) {
            if (replaces(row[r], row[at])) at = r;
          }
        }
        values[o] = row[at];
        indices[o] = static_cast<int32_t>(at);
      }
    });
    return;
  }
  // Row by row over strips of columns.
  const int64_t width = std::min(inner, kMostColumns / 4), strips = ceilDivide(inner, width);
  const auto overRows = LUTRA_DISPATCH(extremesOfColumns<T>);
  parallelFor(outer * strips, ceilDivide(kPiece, reduce * width), [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t o = task / strips, column = task % strips * width;
      const int64_t place = o * inner + column, columns = std::min(width, inner - column);
      overRows(values + place, indices + place, x + o * reduce * inner + column, reduce, inner, columns, largest);
    }
  });
}

}  // namespace plain

LUTRA_DEFINE_KERNEL(extremes, &plain::extremes<T>)
template struct extremesKernel<float>;
template struct extremesKernel<double>;
template struct extremesKernel<int32_t>;
template struct extremesKernel<uint8_t>;

namespace plain {

template <class T>
void allOrAny(uint8_t* out, const T* x, bool all, int64_t outer, int64_t reduce, int64_t inner) {
  parallelFor(outer * inner, ceilDivide(kPiece, std::max<int64_t>(reduce, 1)), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* const first = x + i / inner * reduce * inner + i % inner;
      bool found = false;  // a zero for all, a nonzero for any
      for (int64_t r = 0; r < reduce && !found; ++r) found = (first[r * inner] != T(0)) != all;
      out[i] = found != all;
    }
  });
}

}  // namespace plain

LUTRA_DEFINE_KERNEL(allOrAny, &plain::allOrAny<T>)
template struct allOrAnyKernel<float>;
template struct allOrAnyKernel<double>;
template struct allOrAnyKernel<int32_t>;
template struct allOrAnyKernel<uint8_t>;

namespace plain {

template <class T>
void cumulativeSum(T* out, const T* x, bool reverse, int64_t outer, int64_t reduce, int64_t inner) {
  if (reduce == 0) return;
  using Wide = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
  parallelFor(outer * inner, ceilDivide(kPiece, reduce), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i / inner * reduce * inner + i % inner;
      Wide total = 0;
      for (int64_t r = 0; r < reduce; ++r) {
        const int64_t place = first + (reverse ? reduce - 1 - r : r) * inner;
        total += static_cast<Wide>(x[place]);
        out[place] = static_cast<T>(total);
      }
    }
  });
}

}  // namespace plain

LUTRA_DEFINE_KERNEL(cumulativeSum, &plain::cumulativeSum<T>)
template struct cumulativeSumKernel<float>;
template struct cumulativeSumKernel<double>;
template struct cumulativeSumKernel<int32_t>;

}  // namespace lutra

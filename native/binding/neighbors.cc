// The nearest rows of rows.
#include "kernels/projections/neighbors.h"

#include "binding/family.h"
#include "binding/planned/neighbors.h"

namespace lutra::binding {

namespace {

template <class T, class Layout>
PointTable<T> pointTable(const Planned<Layout>& call) {
  const int64_t rows = call[call.rows], dim = call[call.dim];
  return {call.template array<T>(call.x, call.product(rows, dim)), call.template array<T>(call.halfSquares, rows), rows,
          dim};
}

void lengths(Args& args) {
  const Planned<HalfSquaredLengthsLayout> call(args);
  const int64_t rows = call[call.rows], dim = call[call.dim], begin = call[call.begin], end = call[call.end];
  call.checkRows(begin, end, rows);
  call.withFloat(call.x, [&](auto zero) {
    using T = decltype(zero);
    T* const halfSquares = call.array<T>(call.halfSquares, rows);
    halfSquaredLengths<T>(halfSquares, call.array<T>(call.x, call.product(rows, dim)), dim, begin, end);
  });
}

void scan(Args& args) {
  const Planned<ScanRowsLayout> call(args);
  const int64_t kept = call[call.kept], rows = call[call.rows], begin = call[call.begin], end = call[call.end];
  const int64_t column = call[call.column], count = call[call.count];
  call.checkRows(begin, end, rows);
  if (kept < 1) call.fail(ErrorKind::range, "kept must be at least 1");
  if (count > kScanned || column > rows || count > rows - column) {
    call.fail(ErrorKind::range, "column and count must be at most 960 rows that there are");
  }
  call.withFloat(call.x, [&](auto zero) {
    using T = decltype(zero);
    const int64_t total = call.product(rows, kept);
    int32_t* const found = call.array<int32_t>(call.found, total);
    T* const scores = call.array<T>(call.scores, total);
    const PointTable<T> points = pointTable<T>(call);
    if (begin == end || count == 0) return;
    scanRows<T>(found, scores, points, kept, begin, end, column, count);
  });
}

void scanCosines(Args& args) {
  const Planned<ScanQueriesLayout> call(args);
  const int64_t queries = call[call.queryCount], dim = call[call.dim], kept = call[call.kept];
  const int64_t first = call[call.first], count = call[call.count];
  if (kept < 1) call.fail(ErrorKind::range, "kept must be at least 1");
  if (count > kScanned) call.fail(ErrorKind::range, "count must be at most 960 rows");
  if (first > (int64_t{1} << 31) - 1 - kScanned) call.fail(ErrorKind::range, "first must be less than 2^31 - 960");
  call.withFloat(call.x, [&](auto zero) {
    using T = decltype(zero);
    const int64_t total = call.product(queries, kept);
    int32_t* const found = call.array<int32_t>(call.found, total);
    T* const scores = call.array<T>(call.scores, total);
    const T* const q = call.array<T>(call.queries, call.product(queries, dim));
    const T* const x = call.array<T>(call.x, call.product(count, dim));
    const T* const inverseNorms = call.array<T>(call.inverseNorms, count);
    if (queries == 0 || count == 0) return;
    scanQueries<T>(found, scores, q, queries, x, inverseNorms, dim, kept, first, count);
  });
}

void nearest(Args& args) {
  const Planned<NearestRowsLayout> call(args);
  const int64_t k = call[call.k], rows = call[call.rows], begin = call[call.begin], end = call[call.end];
  const int64_t kept = call[call.kept];
  call.checkRows(begin, end, rows);
  if (k > kept) call.fail(ErrorKind::range, "k must be at most kept");
  call.withFloat(call.x, [&](auto zero) {
    using T = decltype(zero);
    const int64_t total = call.product(rows, k);
    int32_t* const indices = call.array<int32_t>(call.indices, total);
    T* const squares = call.array<T>(call.squares, total);
    const int32_t* const found = call.array<int32_t>(call.found, call.product(rows, kept));
    const PointTable<T> points = pointTable<T>(call);
    if (begin == end || k == 0) return;
    nearestRows<T>(indices, squares, found, points, kept, k, begin, end);
  });
}

void ranks(Args& args) {
  const Planned<RanksOfRowsLayout> call(args);
  const int64_t k = call[call.k], rows = call[call.rows], begin = call[call.begin], end = call[call.end];
  call.checkRows(begin, end, rows);
  const int64_t count = end - begin;
  call.withFloat(call.x, [&](auto zero) {
    using T = decltype(zero);
    int32_t* const out = call.array<int32_t>(call.ranks, call.product(count, k));
    const int32_t* const near = call.array<int32_t>(call.near, call.product(rows, k));
    const PointTable<T> points = pointTable<T>(call);
    for (int64_t i = begin * k; i < end * k; i++) {
      if (near[i] < 0 || near[i] >= rows) call.fail(ErrorKind::range, "an index in near is out of range");
    }
    if (begin == end || k == 0) return;
    ranksOfRows<T>(out, near, points, k, begin, end);
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<lengths>(exports, "halfSquaredLengths");
  define<scan>(exports, "scanRows");
  define<scanCosines>(exports, "scanQueries");
  define<nearest>(exports, "nearestRows");
  define<ranks>(exports, "ranksOfRows");
});

}  // namespace lutra::binding

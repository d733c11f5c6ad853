// Lookup of rows by index and the sums that go back. Every function checks all indices before it writes anything, and
// returns the position of the first bad one, or -1.
#include "kernels/rows/gather.h"

#include <algorithm>
#include <vector>

#include "binding/families.h"
#include "binding/row_list.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

namespace {

// plan: count, rows, dim, then offsets and what a function documents.
struct Rows {
  Numbers plan;
  int64_t count, rows, dim, picked, table;
  Rows(Args& args, int64_t numbers)
      : plan(args, 0, numbers),
        count(plan.size(0)),
        rows(plan.size(1)),
        dim(plan.size(2)),
        picked(plan.product(count, dim)),
        table(plan.product(rows, dim)) {
    if (count > kMaxPositions) args.fail(ErrorKind::range, "more than 2^31 - 1 indices");
  }
};

// (plan: count, rows, dim, outOffset, tableOffset, indexOffset; out, table, indices)
template <class T>
int64_t gather(Args& args, const Rows& r) {
  T* const out = args.array<T>(1, "out", r.plan.size(3), r.picked);
  const T* const table = args.array<T>(2, "table", r.plan.size(4), r.table);
  const int32_t* const indices = args.array<int32_t>(3, "indices", r.plan.size(5), r.count);
  const int64_t bad = findBadIndex(indices, r.count, r.rows);
  if (bad < 0) gatherRows(out, table, indices, r.count, r.rows, r.dim);
  return bad;
}

int64_t gatherEntry(Args& args) {
  const Rows r(args, 6);
  return args.isDouble(1, "out") ? gather<double>(args, r) : gather<float>(args, r);
}

// (plan: count, rows, dim, tableOffset, valueOffset, indexOffset, skip, accumulate, scaleByFrequency, valueRows,
//  sourceOffset, scaleOffset; table, values, indices, source | null, scale | null)
template <class T>
int64_t scatter(Args& args, const Rows& r) {
  T* const table = args.array<T>(1, "table", r.plan.size(3), r.table);
  RowList<T> list = readRowList<T>(args, r.plan, {2, 4, 5}, {9, 4, 10, 11}, r.count, r.dim);
  const int32_t* const indices = args.array<int32_t>(3, "indices", r.plan.size(5), r.count);
  const int64_t bad = findBadIndex(indices, r.count, r.rows);
  if (bad >= 0) return bad;
  std::vector<T> scale;
  if (r.plan.flag(8)) {
    scale.assign(static_cast<size_t>(r.count), T(1));
    if (list.scale) std::copy(list.scale, list.scale + r.count, scale.begin());
    divideByFrequency(scale.data(), indices, r.count, r.rows);
    list.scale = scale.data();
  }
  const auto kernel = r.plan.flag(7) ? scatterAddRows<T> : scatterRows<T>;
  kernel(table, list, indices, r.count, r.rows, r.dim, r.plan.integer(6));
  return -1;
}

int64_t scatterEntry(Args& args) {
  const Rows r(args, 12);
  return args.isDouble(1, "table") ? scatter<double>(args, r) : scatter<float>(args, r);
}

// (plan: count, rows, dim, outIndexOffset, outValueOffset, indexOffset, valueOffset, room, valueRows, sourceOffset,
//  scaleOffset; outIndices, outValues, indices, values, source | null, scale | null) → how many distinct indices, in
// plan[0]. outIndices and outValues have room for that many rows.
template <class T>
int64_t coalesce(Args& args, Rows& r) {
  const int64_t room = r.plan.size(7);
  int32_t* const outIndices = args.array<int32_t>(1, "outIndices", r.plan.size(3), room);
  T* const outValues = args.array<T>(2, "outValues", r.plan.size(4), r.plan.product(room, r.dim));
  const int32_t* const indices = args.array<int32_t>(3, "indices", r.plan.size(5), r.count);
  const RowList<T> list = readRowList<T>(args, r.plan, {4, 5, 6}, {8, 6, 9, 10}, r.count, r.dim);
  const int64_t bad = findBadIndex(indices, r.count, r.rows);
  if (bad >= 0) return bad;
  if (room < r.count && groupIndices(indices, r.count, r.rows, -1).groups > room) {
    args.fail(ErrorKind::range, "there are more distinct indices than outIndices has room for");
  }
  const int64_t n = coalesceRows(outIndices, outValues, indices, list, r.count, r.rows, r.dim, -1);
  r.plan.set(0, static_cast<double>(n));
  return -1;
}

// (plan: count, rows, dim, indexOffset; indices) → how many distinct indices, or -1 - the position of the first bad
// one.
int64_t distinctEntry(Args& args) {
  const Numbers plan(args, 0, 4);
  const int64_t count = plan.size(0), rows = plan.size(1);
  if (count > kMaxPositions) args.fail(ErrorKind::range, "more than 2^31 - 1 indices");
  const int32_t* const indices = args.array<int32_t>(1, "indices", plan.size(3), count);
  const int64_t bad = findBadIndex(indices, count, rows);
  return bad >= 0 ? -1 - bad : groupIndices(indices, count, rows, -1).groups;
}

int64_t coalesceEntry(Args& args) {
  Rows r(args, 11);
  return args.isDouble(2, "outValues") ? coalesce<double>(args, r) : coalesce<float>(args, r);
}

// (plan: count, rows, dim, tableOffset, indexOffset, maxNorm, p; table, indices) → the first bad position, -1 where no
// row changed, else -2.
template <class T>
int64_t renorm(Args& args, const Rows& r) {
  T* const table = args.array<T>(1, "table", r.plan.size(3), r.table);
  const int32_t* const indices = args.array<int32_t>(2, "indices", r.plan.size(4), r.count);
  const int64_t bad = findBadIndex(indices, r.count, r.rows);
  if (bad >= 0) return bad;
  const bool changed = renormRows(table, indices, r.count, r.rows, r.dim, r.plan.real(5), r.plan.real(6));
  return changed ? -2 : -1;
}

int64_t renormEntry(Args& args) {
  const Rows r(args, 7);
  return args.isDouble(1, "table") ? renorm<double>(args, r) : renorm<float>(args, r);
}

}  // namespace

void registerGather(Napi::Object exports) {
  define<gatherEntry>(exports, "gatherRows");
  define<scatterEntry>(exports, "scatterRows");
  define<coalesceEntry>(exports, "coalesceRows");
  define<distinctEntry>(exports, "countDistinct");
  define<renormEntry>(exports, "renormRows");
}

}  // namespace lutra::binding

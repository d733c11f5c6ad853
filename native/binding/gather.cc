// Lookup of rows by index and the sums that go back. Every function checks all indices before it writes anything, and
// returns the position of the first bad one, or -1.
#include "kernels/rows/gather.h"

#include <algorithm>
#include <vector>

#include "binding/family.h"
#include "binding/planned/gather.h"
#include "binding/row_list.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

namespace {

// What calls on the rows of a table read alike.
template <class Layout>
struct Rows {
  int64_t count, rows, dim, picked, table;
  explicit Rows(const Planned<Layout>& call)
      : count(call[call.count]),
        rows(call[call.rows]),
        dim(call[call.dim]),
        picked(call.product(count, dim)),
        table(call.product(rows, dim)) {
    if (count > kMaxPositions) call.fail(ErrorKind::range, "more than 2^31 - 1 indices");
  }
};

int64_t gather(Args& args) {
  const Planned<GatherRowsLayout> call(args);
  const Rows<GatherRowsLayout> r(call);
  return call.withFloat(call.out, [&](auto zero) {
    using T = decltype(zero);
    T* const out = call.array<T>(call.out, r.picked);
    const T* const table = call.array<T>(call.table, r.table);
    const int32_t* const indices = call.array<int32_t>(call.indices, r.count);
    const int64_t bad = findBadIndex(indices, r.count, r.rows);
    if (bad < 0) gatherRows<T>(out, table, indices, r.count, r.rows, r.dim);
    return bad;
  });
}

int64_t scatter(Args& args) {
  const Planned<ScatterRowsLayout> call(args);
  const Rows<ScatterRowsLayout> r(call);
  return call.withFloat(call.table, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    T* const table = call.array<T>(call.table, r.table);
    RowList<T> list = readRowList<T>(call, r.count, r.dim);
    const int32_t* const indices = call.array<int32_t>(call.indices, r.count);
    const int64_t bad = findBadIndex(indices, r.count, r.rows);
    if (bad >= 0) return bad;
    std::vector<T> scale;
    if (call[call.scaleByFrequency]) {
      scale.assign(static_cast<size_t>(r.count), T(1));
      if (list.scale) std::copy(list.scale, list.scale + r.count, scale.begin());
      divideByFrequency<T>(scale.data(), indices, r.count, r.rows);
      list.scale = scale.data();
    }
    if (call[call.accumulate]) {
      scatterAddRows<T>(table, list, indices, r.count, r.rows, r.dim, call[call.skip]);
    } else {
      scatterRows<T>(table, list, indices, r.count, r.rows, r.dim, call[call.skip]);
    }
    return -1;
  });
}

int64_t coalesce(Args& args) {
  const Planned<CoalesceRowsLayout> call(args);
  const Rows<CoalesceRowsLayout> r(call);
  const int64_t room = call[call.room];
  return call.withFloat(call.outValues, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    int32_t* const outIndices = call.array<int32_t>(call.outIndices, room);
    T* const outValues = call.array<T>(call.outValues, call.product(room, r.dim));
    const int32_t* const indices = call.array<int32_t>(call.indices, r.count);
    const RowList<T> list = readRowList<T>(call, r.count, r.dim);
    const int64_t bad = findBadIndex(indices, r.count, r.rows);
    if (bad >= 0) return bad;
    if (room < r.count && groupIndices(indices, r.count, r.rows, -1).groups > room) {
      call.fail(ErrorKind::range, "there are more distinct indices than outIndices has room for");
    }
    const int64_t n = coalesceRows<T>(outIndices, outValues, indices, list, r.count, r.rows, r.dim, -1);
    call.set(call.distinct, static_cast<double>(n));
    return -1;
  });
}

int64_t distinct(Args& args) {
  const Planned<CountDistinctLayout> call(args);
  const int64_t count = call[call.count], rows = call[call.rows];
  if (count > kMaxPositions) call.fail(ErrorKind::range, "more than 2^31 - 1 indices");
  const int32_t* const indices = call.array<int32_t>(call.indices, count);
  const int64_t bad = findBadIndex(indices, count, rows);
  return bad >= 0 ? -1 - bad : groupIndices(indices, count, rows, -1).groups;
}

int64_t renorm(Args& args) {
  const Planned<RenormRowsLayout> call(args);
  const Rows<RenormRowsLayout> r(call);
  return call.withFloat(call.table, [&](auto zero) -> int64_t {
    using T = decltype(zero);
    T* const table = call.array<T>(call.table, r.table);
    const int32_t* const indices = call.array<int32_t>(call.indices, r.count);
    const int64_t bad = findBadIndex(indices, r.count, r.rows);
    if (bad >= 0) return bad;
    return renormRows<T>(table, indices, r.count, r.rows, r.dim, call[call.maxNorm], call[call.p]) ? -2 : -1;
  });
}

}  // namespace

static const Family family([](Napi::Object exports) {
  define<gather>(exports, "gatherRows");
  define<scatter>(exports, "scatterRows");
  define<coalesce>(exports, "coalesceRows");
  define<distinct>(exports, "countDistinct");
  define<renorm>(exports, "renormRows");
});

}  // namespace lutra::binding

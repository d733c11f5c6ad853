// A list of rows among the arguments of a call (kernels/rows/gather.h), checked.
#pragma once

#include "binding/planned_call.h"
#include "kernels/rows/gather.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

// values [valueRows, dim], source and scale [count] or null; without a source there are `count` rows of values.
template <class T, class Layout>
RowList<T> readRowList(const Planned<Layout>& call, int64_t count, int64_t dim) {
  const bool spread = call.has(call.source);
  const int64_t valueRows = spread ? call[call.valueRows] : count;
  RowList<T> list{call.template array<T>(call.values, call.product(valueRows, dim))};
  if (spread) {
    list.source = call.template array<int32_t>(call.source, count);
    if (findBadIndex(list.source, count, valueRows) >= 0) call.fail(ErrorKind::range, "source names no row of values");
  }
  if (call.has(call.scale)) list.scale = call.template array<T>(call.scale, count);
  return list;
}

}  // namespace lutra::binding

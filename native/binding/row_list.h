// A list of rows among the arguments of a call (kernels/rows/gather.h), checked.
#pragma once

#include "binding/numbers.h"
#include "kernels/rows/gather.h"
#include "kernels/rows/indices.h"

namespace lutra::binding {

// Which arguments hold a list: values [valueRows, dim], source and scale [count] or null.
struct RowListArguments {
  size_t values, source, scale;
};
// Where the plan holds its sizes; valueRows is read where there is a source.
struct RowListPlan {
  int64_t valueRows, valueOffset, sourceOffset, scaleOffset;
};

template <class T>
RowList<T> readRowList(const Args& args, const Numbers& plan, RowListArguments at, RowListPlan in, int64_t count,
                       int64_t dim) {
  const bool spread = !args.isNullish(at.source);
  const int64_t valueRows = spread ? plan.size(in.valueRows) : count;
  RowList<T> list{args.array<T>(at.values, "values", plan.size(in.valueOffset), plan.product(valueRows, dim))};
  if (spread) {
    list.source = args.array<int32_t>(at.source, "source", plan.size(in.sourceOffset), count);
    if (findBadIndex(list.source, count, valueRows) >= 0) args.fail(ErrorKind::range, "source names no row of values");
  }
  if (!args.isNullish(at.scale)) list.scale = args.array<T>(at.scale, "scale", plan.size(in.scaleOffset), count);
  return list;
}

}  // namespace lutra::binding

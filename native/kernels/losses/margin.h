// Margin losses over classes: x is [rows, classes], row-major. T is float or double.
#pragma once

#include <cstdint>

#include "simd/kernel.h"

namespace lutra {

struct MarginShape {
  int64_t rows;
  int64_t classes;
};

/**
 * loss[r] = weight[y] / classes * sum over c other than y of max(0, margin - x[y] + x[c])^p, where y = targets[r] and p
 * is 1, or 2 where squared. torch.nn.functional.multi_margin_loss.
 */
struct MultiMargin {
  double margin;
  bool squared;
};

/** Returns the sum of the losses, in the order of rows. Targets that are no classes count nothing. */
LUTRA_KERNEL(multiMarginLoss, double(T* loss, const T* x, const int32_t* targets, const T* weight,
                                     const MultiMargin& how, const MarginShape& shape));

/** dx, all of it: the losses' gradients times dloss[0] * scale, or dloss[row] * scale when perRow. */
LUTRA_KERNEL(multiMarginBackward, void(T* dx, const T* x, const int32_t* targets, const T* weight, const T* dloss,
                                       bool perRow, double scale, const MultiMargin& how, const MarginShape& shape));

/**
 * loss[r] = sum over targets y and classes c that are no targets of max(0, 1 - x[y] + x[c]) / classes. A row of
 * targets, [classes] long, ends at its first negative one. torch.nn.functional.multilabel_margin_loss.
 */
LUTRA_KERNEL(multilabelMarginLoss, double(T* loss, const T* x, const int32_t* targets, const MarginShape& shape));

/** dx, all of it, as above. */
LUTRA_KERNEL(multilabelMarginBackward, void(T* dx, const T* x, const int32_t* targets, const T* dloss, bool perRow,
                                            double scale, const MarginShape& shape));

/** The position of the first target that is not from `least` to classes - 1, or -1. */
int64_t findOutsideClasses(const int32_t* targets, int64_t count, int64_t least, int64_t classes);

}  // namespace lutra

// Made by scripts/make_calls.mjs from native/binding/planned/eigen.calls.
#pragma once

#include "binding/planned_call.h"

namespace lutra::binding {

// Eigenvalues, the largest first, and eigenvectors as rows; `matrix` is overwritten. `done` is 0 where the steps
// came to no end.
struct SymmetricEigenLayout {
  static constexpr uint32_t kId = 0x18a43f29;
  static constexpr int64_t kNumbers = 6;
  static constexpr int64_t kRepeated = 0;
  static constexpr Size n{1};
  static constexpr Array values{1, "values", 2};
  static constexpr Array vectors{2, "vectors", 3};
  static constexpr Array matrix{3, "matrix", 4};
  static constexpr Result done{5};
};

}  // namespace lutra::binding

// Strided copies, casts and fills.
#include "kernels/copy/copy.h"

#include "binding/family.h"
#include "binding/window.h"

namespace lutra::binding {

// copy(dst, dstDType, dstOffset, src, srcDType, srcOffset, plan: ndim, sizes…, dst strides…, src strides…)
static void copy(Args& args) {
  const ElementType to = elementTypeArgument(args, 1, "dstDType");
  const int64_t toOffset = args.integer(2, "dstOffset");
  const ElementType from = elementTypeArgument(args, 4, "srcDType");
  const int64_t fromOffset = args.integer(5, "srcOffset");
  const Window window(Plan(args, 6), 2);
  void* const dst = window.pointer(args, 0, "dst", to, toOffset, 0);
  const void* const src = window.pointer(args, 3, "src", from, fromOffset, 1);
  copyStrided(dst, to, window.strides(0), src, from, window.strides(1), window.ndim(), window.sizes());
}

// fill(dst, dtype, dstOffset, value, plan: ndim, sizes…, dst strides…)
static void fill(Args& args) {
  const ElementType type = elementTypeArgument(args, 1, "dtype");
  const int64_t offset = args.integer(2, "dstOffset");
  const double value = args.number(3, "value");
  const Window window(Plan(args, 4), 1);
  void* const dst = window.pointer(args, 0, "dst", type, offset, 0);
  fillStrided(dst, type, window.strides(0), window.ndim(), window.sizes(), value);
}

static const Family family([](Napi::Object exports) {
  define<copy>(exports, "copy");
  define<fill>(exports, "fill");
});

}  // namespace lutra::binding

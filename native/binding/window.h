// The sizes and strides of a strided call, and the pointers they may reach, checked.
#pragma once

#include "binding/arguments.h"
#include "kernels/copy/copy.h"

namespace lutra::binding {

inline ElementType elementTypeArgument(const Args& args, size_t i, const char* name) {
  return static_cast<ElementType>(args.integer(i, name, 0, kElementTypes - 1));
}

// plan: ndim, sizes…, then the strides of each operand.
class Window {
 public:
  Window(const Plan& plan, int operands, int64_t start = 0);
  int ndim() const { return ndim_; }
  const int64_t* sizes() const { return sizes_; }
  const int64_t* strides(int operand) const { return strides_[operand]; }
  int64_t numel() const { return numel_; }
  // The first element of an operand, after a check that its array is of the right kind and holds all that its sizes,
  // strides and offset reach. Null when there is nothing to reach.
  void* pointer(const Args& args, size_t i, const char* name, ElementType type, int64_t offset, int operand) const;

 private:
  int ndim_;
  int64_t numel_ = 1;
  int64_t sizes_[StridedLoop::kMaxDims];
  int64_t strides_[StridedLoop::kMaxOperands][StridedLoop::kMaxDims];
};

}  // namespace lutra::binding

#include "binding/window.h"

namespace lutra::binding {

namespace {

// No offset of a real array comes near this, and sums of products below it do not overflow.
constexpr int64_t kLimit = int64_t(1) << 53;

}  // namespace

Window::Window(const Plan& plan, int operands, int64_t start) {
  const int64_t ndim = plan[start];
  if (ndim < 0 || ndim > StridedLoop::kMaxDims) {
    throw Napi::RangeError::New(plan.env(), "a tensor may have at most " + std::to_string(StridedLoop::kMaxDims) +
                                                " dimensions here, got " + std::to_string(ndim));
  }
  ndim_ = static_cast<int>(ndim);
  for (int d = 0; d < ndim_; ++d) {
    sizes_[d] = plan[start + 1 + d];
    if (sizes_[d] < 0 || (sizes_[d] > 0 && numel_ > kLimit / sizes_[d])) {
      throw Napi::RangeError::New(plan.env(), "plan holds sizes whose product is no element count");
    }
    numel_ *= sizes_[d];
  }
  for (int k = 0; k < operands; ++k) {
    for (int d = 0; d < ndim_; ++d) strides_[k][d] = plan[start + 1 + (1 + k) * ndim_ + d];
  }
}

void* Window::pointer(const Args& args, size_t i, const char* name, ElementType type, int64_t offset,
                      int operand) const {
  if (numel_ == 0) return nullptr;
  int64_t low = offset, high = offset;
  for (int d = 0; d < ndim_; ++d) {
    const int64_t steps = sizes_[d] - 1;
    const int64_t stride = strides_[operand][d];
    const int64_t magnitude = stride < 0 ? -stride : stride;
    if (steps > 0 && magnitude > kLimit / steps) {
      throw Napi::RangeError::New(args.env(), std::string("the strides of '") + name + "' are out of range");
    }
    (stride < 0 ? low : high) += steps * stride;
    if (high > kLimit || low < 0) {
      throw Napi::RangeError::New(args.env(), std::string("the strides of '") + name + "' reach outside its array");
    }
  }
  const int64_t count = high - low + 1;
  char* base = nullptr;
  switch (type) {
    case ElementType::float32:
      base = reinterpret_cast<char*>(args.array<float>(i, name, low, count));
      break;
    case ElementType::float64:
      base = reinterpret_cast<char*>(args.array<double>(i, name, low, count));
      break;
    case ElementType::int32:
      base = reinterpret_cast<char*>(args.array<int32_t>(i, name, low, count));
      break;
    case ElementType::uint8:
    case ElementType::boolean:
      base = reinterpret_cast<char*>(args.array<uint8_t>(i, name, low, count));
      break;
    default:
      base = reinterpret_cast<char*>(args.array<uint16_t>(i, name, low, count));
  }
  // The first operand is written: elements that share memory would make the result depend on the order, and their
  // number would have no bound.
  if (operand == 0 && numel_ > args.span(i, name).length) {
    throw Napi::RangeError::New(args.env(), std::string("the elements of '") + name + "' overlap");
  }
  return base + (offset - low) * elementSize(type);
}

}  // namespace lutra::binding

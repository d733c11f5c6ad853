#include "kernels/elementwise/strided_loop.h"

#include <algorithm>
#include <cstring>

#include "memory/write_around.h"
#include "threads/thread_pool.h"

namespace lutra {

namespace {

// Rows shorter than this go through buffers that hold many rows, so that the kernel gets long blocks.
constexpr int64_t kShortRow = 48;

template <class U>
void copyStrided(U* dst, int64_t dstStride, const U* src, int64_t srcStride, int64_t n) {
  if (srcStride == 0) {
    const U value = *src;
    for (int64_t i = 0; i < n; ++i) dst[i * dstStride] = value;
  } else if (dstStride == 1) {
    for (int64_t i = 0; i < n; ++i) dst[i] = src[i * srcStride];
  } else {
    for (int64_t i = 0; i < n; ++i) dst[i * dstStride] = src[i * srcStride];
  }
}

// Copies n elements of 1, 2, 4 or 8 bytes between two strided rows.
void copyRow(char* dst, int64_t dstStride, const char* src, int64_t srcStride, int elementSize, int64_t n) {
  if (dstStride == 1 && srcStride == 1) {
    std::memcpy(dst, src, static_cast<size_t>(n * elementSize));
    return;
  }
  switch (elementSize) {
    case 1:
      return copyStrided(reinterpret_cast<uint8_t*>(dst), dstStride, reinterpret_cast<const uint8_t*>(src), srcStride,
                         n);
    case 2:
      return copyStrided(reinterpret_cast<uint16_t*>(dst), dstStride, reinterpret_cast<const uint16_t*>(src), srcStride,
                         n);
    case 4:
      return copyStrided(reinterpret_cast<uint32_t*>(dst), dstStride, reinterpret_cast<const uint32_t*>(src), srcStride,
                         n);
    default:
      return copyStrided(reinterpret_cast<uint64_t*>(dst), dstStride, reinterpret_cast<const uint64_t*>(src), srcStride,
                         n);
  }
}

}  // namespace

StridedLoop::StridedLoop(int ndim, const int64_t* sizes) : ndim_(ndim) {
  for (int d = 0; d < ndim; ++d) {
    sizes_[d] = sizes[d];
    numel_ *= sizes[d];
  }
}

void StridedLoop::add(const void* data, int elementSize, const int64_t* strides) {
  Operand& operand = operand_[operands_++];
  operand.data = static_cast<char*>(const_cast<void*>(data));
  operand.elementSize = elementSize;
  for (int d = 0; d < ndim_; ++d) operand.strides[d] = strides == nullptr ? 0 : strides[d];
}

// The order of the dimensions does not matter to an elementwise operation: the output's memory order is the fastest.
void StridedLoop::sortByOutputStride() {
  for (int i = 1; i < ndim_; ++i) {
    for (int d = i; d > 0 && operand_[0].strides[d - 1] < operand_[0].strides[d]; --d) {
      std::swap(sizes_[d - 1], sizes_[d]);
      for (int k = 0; k < operands_; ++k) std::swap(operand_[k].strides[d - 1], operand_[k].strides[d]);
    }
  }
}

// Drops dimensions of size 1 and merges neighbours that every operand walks as one.
void StridedLoop::coalesce() {
  int kept = 0;
  for (int d = 0; d < ndim_; ++d) {
    if (sizes_[d] == 1) continue;
    bool merges = kept > 0;
    for (int k = 0; k < operands_ && merges; ++k) {
      merges = operand_[k].strides[kept - 1] == operand_[k].strides[d] * sizes_[d];
    }
    if (merges) {
      sizes_[kept - 1] *= sizes_[d];
      for (int k = 0; k < operands_; ++k) operand_[k].strides[kept - 1] = operand_[k].strides[d];
    } else {
      sizes_[kept] = sizes_[d];
      for (int k = 0; k < operands_; ++k) operand_[k].strides[kept] = operand_[k].strides[d];
      ++kept;
    }
  }
  if (kept == 0) {
    sizes_[0] = 1;
    for (int k = 0; k < operands_; ++k) operand_[k].strides[0] = 1;
    kept = 1;
  }
  ndim_ = kept;
}

void StridedLoop::run(BlockKernel kernel, const double* params, int64_t grain) {
  if (numel_ == 0) return;
  sortByOutputStride();
  coalesce();
  if (grain >= kCheapGrain && canGoAround()) {
    parallelFor(numel_, grain, [&](int64_t begin, int64_t end) { runAround(kernel, params, begin, end); });
  } else {
    parallelFor(numel_, grain, [&](int64_t begin, int64_t end) { runRange(kernel, params, begin, end); });
  }
}

// Whether this is a large contiguous output, made of inputs whose rows are contiguous or one number each. What is
// changed in place has been read, and is in the cache.
bool StridedLoop::canGoAround() const {
  const Operand& out = operand_[0];
  if (!isLinear(out) || !goesAroundCache(out.data, numel_, out.elementSize, aroundReadersFrom())) return false;
  if (ndim_ > 1 && sizes_[ndim_ - 1] < kBlockAround) return false;
  for (int k = 1; k < operands_; ++k) {
    const int64_t stride = operand_[k].strides[ndim_ - 1];
    if (stride != 0 && (stride != 1 || operand_[k].data == out.data)) return false;
  }
  return true;
}

// The output is filled up to a cache line, and from there by way of a block of whole lines.
void StridedLoop::runAround(BlockKernel kernel, const double* params, int64_t begin, int64_t end) const {
  alignas(64) char block[kBlockAround * 8];
  alignas(64) char scalars[kMaxOperands][kBlockAround * 8];
  const int size = operand_[0].elementSize;
  const int64_t inner = sizes_[ndim_ - 1];
  char* out = operand_[0].data + begin * size;
  int64_t head = static_cast<int64_t>(-reinterpret_cast<uintptr_t>(out) % 64) / size, filled = 0;
  for (int64_t position = begin; position < end;) {
    const int64_t rowEnd = std::min(end, position - position % inner + inner);
    void* pointers[kMaxOperands];
    int64_t steps[kMaxOperands];  // bytes from one element to the next
    for (int k = 1; k < operands_; ++k) {
      const Operand& operand = operand_[k];
      char* const row = operand.data + place(operand, position) * operand.elementSize;
      steps[k] = operand.strides[ndim_ - 1] * operand.elementSize;
      pointers[k] = row;
      if (steps[k] != 0) continue;
      copyRow(scalars[k], 1, row, 0, operand.elementSize, kBlockAround);
      pointers[k] = scalars[k];
    }
    const auto run = [&](void* to, int64_t n) {
      pointers[0] = to;
      kernel(pointers, params, n);
      for (int k = 1; k < operands_; ++k) pointers[k] = static_cast<char*>(pointers[k]) + n * steps[k];
      position += n;
    };
    while (position < rowEnd) {
      if (head == 0 && filled == 0) {
        // Most of it: whole blocks.
        while (position + kBlockAround <= rowEnd) {
          run(block, kBlockAround);
          copyLinesAround(out, block, kBlockAround * size);
          out += kBlockAround * size;
        }
        if (position == rowEnd) break;
      }
      const int64_t n = std::min(head > 0 ? std::min(head, kBlockAround) : kBlockAround - filled, rowEnd - position);
      run(head > 0 ? out : block + filled * size, n);
      if (head > 0) {
        out += n * size;
        head -= n;
      } else if ((filled += n) == kBlockAround) {
        copyLinesAround(out, block, kBlockAround * size);
        out += kBlockAround * size;
        filled = 0;
      }
    }
  }
  std::memcpy(out, block, static_cast<size_t>(filled * size));
  finishWritingAround();
}

// The element offset of a position in row-major order.
int64_t StridedLoop::place(const Operand& operand, int64_t position) const {
  int64_t offset = 0;
  for (int d = ndim_ - 1; d >= 0; --d) {
    offset += position % sizes_[d] * operand.strides[d];
    position /= sizes_[d];
  }
  return offset;
}

// Whether positions in row-major order are contiguous in the operand's memory.
bool StridedLoop::isLinear(const Operand& operand) const {
  int64_t step = 1;
  for (int d = ndim_ - 1; d >= 0; --d) {
    if (operand.strides[d] != step) return false;
    step *= sizes_[d];
  }
  return true;
}

void StridedLoop::runRange(BlockKernel kernel, const double* params, int64_t begin, int64_t end) const {
  bool inPlace = ndim_ == 1;
  for (int k = 0; k < operands_ && inPlace; ++k) inPlace = operand_[k].strides[0] == 1;
  if (inPlace) {
    void* pointers[kMaxOperands];
    for (int k = 0; k < operands_; ++k) pointers[k] = operand_[k].data + begin * operand_[k].elementSize;
    kernel(pointers, params, end - begin);
  } else if (ndim_ > 1 && sizes_[ndim_ - 1] < kShortRow) {
    runPacked(kernel, params, begin, end);
  } else {
    runRows(kernel, params, begin, end);
  }
}

// Along the innermost dimension: a block never crosses a row.
void StridedLoop::runRows(BlockKernel kernel, const double* params, int64_t begin, int64_t end) const {
  alignas(64) char buffers[kMaxOperands][kBlock * 8];
  const char* filled[kMaxOperands] = {};  // the scalar that a buffer holds kBlock copies of
  const int64_t inner = sizes_[ndim_ - 1];
  bool buffered = false;
  for (int k = 0; k < operands_; ++k) buffered |= operand_[k].strides[ndim_ - 1] != 1;
  for (int64_t position = begin; position < end;) {
    const int64_t column = position % inner;
    const int64_t rowEnd = std::min(end, position - column + inner);
    char* row[kMaxOperands];
    for (int k = 0; k < operands_; ++k) {
      row[k] = operand_[k].data + place(operand_[k], position) * operand_[k].elementSize;
    }
    while (position < rowEnd) {
      const int64_t n = buffered ? std::min(kBlock, rowEnd - position) : rowEnd - position;
      void* pointers[kMaxOperands];
      for (int k = 0; k < operands_; ++k) {
        const int64_t stride = operand_[k].strides[ndim_ - 1];
        const int size = operand_[k].elementSize;
        pointers[k] = stride == 1 ? row[k] : buffers[k];
        if (k == 0 || stride == 1) continue;
        if (stride != 0) {
          copyRow(buffers[k], 1, row[k], stride, size, n);
        } else if (filled[k] != row[k]) {
          copyRow(buffers[k], 1, row[k], 0, size, std::min(kBlock, rowEnd - position));
          // A shorter fill must not stand in for a longer one later.
          filled[k] = rowEnd - position >= kBlock ? row[k] : nullptr;
        }
      }
      kernel(pointers, params, n);
      const Operand& out = operand_[0];
      if (out.strides[ndim_ - 1] != 1) copyRow(row[0], out.strides[ndim_ - 1], buffers[0], 1, out.elementSize, n);
      for (int k = 0; k < operands_; ++k) row[k] += n * operand_[k].strides[ndim_ - 1] * operand_[k].elementSize;
      position += n;
    }
  }
}

// Moves positions [begin, begin + n) between an operand and a contiguous buffer.
void StridedLoop::transfer(const Operand& operand, char* buffer, int64_t begin, int64_t n, bool toBuffer) const {
  const int64_t inner = sizes_[ndim_ - 1];
  const int64_t stride = operand.strides[ndim_ - 1];
  const int size = operand.elementSize;
  int64_t index[kMaxDims];
  int64_t rest = begin;
  for (int d = ndim_ - 1; d >= 0; --d) {
    index[d] = rest % sizes_[d];
    rest /= sizes_[d];
  }
  int64_t offset = place(operand, begin);
  while (n > 0) {
    const int64_t run = std::min(n, inner - index[ndim_ - 1]);
    char* const memory = operand.data + offset * size;
    if (toBuffer) {
      copyRow(buffer, 1, memory, stride, size, run);
    } else {
      copyRow(memory, stride, buffer, 1, size, run);
    }
    buffer += run * size;
    n -= run;
    index[ndim_ - 1] += run;
    offset += run * stride;
    for (int d = ndim_ - 1; d > 0 && index[d] == sizes_[d]; --d) {
      offset += operand.strides[d - 1] - sizes_[d] * operand.strides[d];
      index[d] = 0;
      ++index[d - 1];
    }
  }
}

void StridedLoop::runPacked(BlockKernel kernel, const double* params, int64_t begin, int64_t end) const {
  alignas(64) char buffers[kMaxOperands][kBlock * 8];
  bool linear[kMaxOperands];
  for (int k = 0; k < operands_; ++k) linear[k] = isLinear(operand_[k]);
  for (int64_t position = begin; position < end; position += kBlock) {
    const int64_t n = std::min(kBlock, end - position);
    void* pointers[kMaxOperands];
    for (int k = 0; k < operands_; ++k) {
      pointers[k] = linear[k] ? operand_[k].data + position * operand_[k].elementSize : buffers[k];
      if (k > 0 && !linear[k]) transfer(operand_[k], buffers[k], position, n, true);
    }
    kernel(pointers, params, n);
    if (!linear[0]) transfer(operand_[0], buffers[0], position, n, false);
  }
}

}  // namespace lutra

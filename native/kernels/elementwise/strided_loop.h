// Runs a kernel over contiguous blocks on behalf of operands with any strides: what elementwise operations,
// broadcasting, casts and copies share. Operands whose innermost stride is 1 are handed to the kernel in place; scalars
// and broadcast or strided ones pass through small buffers.
#pragma once

#include <cstdint>

namespace lutra {

/** pointers[0] is the output, the rest are inputs, each n contiguous elements; params are the operation's constants. */
using BlockKernel = void (*)(void* const* pointers, const double* params, int64_t n);

/**
 * The elements that are worth another thread, for operations that wait for memory. Of those, large results are written
 * around the cache, 64 elements at a time; costlier ones would gain nothing, and lose by blocks that short.
 */
constexpr int64_t kCheapGrain = 32768;

class StridedLoop {
 public:
  static constexpr int kMaxDims = 32;
  static constexpr int kMaxOperands = 5;
  /** The most elements that go through a buffer at once. */
  static constexpr int64_t kBlock = 512;
  /** As many go around the cache at once. With 256 the stores come in bursts, behind which the loads have to wait. */
  static constexpr int64_t kBlockAround = 64;

  StridedLoop(int ndim, const int64_t* sizes);

  /**
   * Adds the output (first) or an input: its first element, bytes per element (1, 2, 4 or 8) and its strides in
   * elements, outermost first; null strides make it a scalar. No two elements of the output may share memory; an input
   * may be the output's own memory with the same strides, and must not overlap it otherwise.
   */
  void add(const void* data, int elementSize, const int64_t* strides);

  /** Calls the kernel until every element of the output is written, spread over threads by `grain` elements or more. */
  void run(BlockKernel kernel, const double* params, int64_t grain);

 private:
  struct Operand {
    char* data;
    int elementSize;
    int64_t strides[kMaxDims];
  };

  void sortByOutputStride();
  void coalesce();
  bool canGoAround() const;
  void runAround(BlockKernel kernel, const double* params, int64_t begin, int64_t end) const;
  void runRange(BlockKernel kernel, const double* params, int64_t begin, int64_t end) const;
  void runRows(BlockKernel kernel, const double* params, int64_t begin, int64_t end) const;
  void runPacked(BlockKernel kernel, const double* params, int64_t begin, int64_t end) const;
  int64_t place(const Operand& operand, int64_t position) const;
  bool isLinear(const Operand& operand) const;
  void transfer(const Operand& operand, char* buffer, int64_t begin, int64_t n, bool toBuffer) const;

  int ndim_ = 0;
  int operands_ = 0;
  int64_t numel_ = 1;
  int64_t sizes_[kMaxDims];
  Operand operand_[kMaxOperands];
};

}  // namespace lutra

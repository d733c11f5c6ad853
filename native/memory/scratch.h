// Working memory that a thread keeps between kernel calls, so that packing a matrix costs no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace lutra {

/** Each purpose has a buffer of its own per thread; a kernel may hold several at once, but each only once. */
enum class Scratch { packedA, packedB, weights, gates, states, partials, keys, values, scores, turned, count };

namespace detail {

constexpr size_t kScratchAlignment = 64;

class ScratchBuffer {
 public:
  ScratchBuffer() = default;
  ScratchBuffer(const ScratchBuffer&) = delete;
  ScratchBuffer& operator=(const ScratchBuffer&) = delete;
  ~ScratchBuffer() { release(); }

  void* reserve(size_t bytes) {
    if (bytes > bytes_) {
      release();
      memory_ = ::operator new(bytes, std::align_val_t{kScratchAlignment});
      bytes_ = bytes;
    }
    return memory_;
  }

 private:
  void release() {
    if (memory_ != nullptr) ::operator delete(memory_, std::align_val_t{kScratchAlignment});
    memory_ = nullptr;
    bytes_ = 0;
  }

  void* memory_ = nullptr;
  size_t bytes_ = 0;
};

inline ScratchBuffer& scratchBuffer(Scratch purpose) {
  thread_local ScratchBuffer buffers[static_cast<size_t>(Scratch::count)];
  return buffers[static_cast<size_t>(purpose)];
}

}  // namespace detail

/**
 * At least `count` elements of this thread's buffer for `purpose`, aligned to 64 bytes, contents undefined. Valid until
 * the thread asks for the same purpose again. Throws std::bad_alloc.
 */
template <class T>
T* scratch(Scratch purpose, int64_t count) {
  // A little more than asked for, so that sizes that creep up don't reallocate each time.
  const size_t bytes = (static_cast<size_t>(count) * sizeof(T) + 4095) / 4096 * 4096;
  return static_cast<T*>(detail::scratchBuffer(purpose).reserve(bytes));
}

}  // namespace lutra

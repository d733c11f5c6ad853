// Target code of transpose.cc: elements of 4 and 8 bytes are moved as floats and doubles, bit for bit.
#include "kernels/recurrent/lane_panels.inl.h"
#include "memory/streamer.inl.h"

namespace lutra::LUTRA_NS {

// to[r * toStride + c] = from[r + c * fromStride] for as many rows as a cache line has elements, or fewer, by way of a
// compact block: rows a power of two apart share cache sets, so no line of either side may have to stay in the cache
// until its other elements' turn comes.
template <class T>
void transposeStrip(T* to, int64_t toStride, const T* from, int64_t fromStride, int64_t rows, int64_t columns,
                    bool around) {
  using V = Vec<T>;
  constexpr int64_t kSide = 64 / static_cast<int64_t>(sizeof(T));
  constexpr int64_t kAhead = 4 * kSide;
  // Runs of this length leave the block: shorter ones took a tenth to three quarters longer.
  constexpr int64_t kBlock = 16 * kSide;
  alignas(64) T block[kSide * kBlock];
  Streamer<T> streams[kSide];
  for (int64_t r = 0; r < rows; r++) streams[r] = Streamer<T>(to + r * toStride);
  for (int64_t c = 0; c < columns; c += kBlock) {
    const int64_t width = std::min(kBlock, columns - c);
    for (int64_t i = 0; i < width; i += V::W) {
      // Lines that lie far apart are no stream to the hardware.
      for (int64_t k = i + kAhead; k < std::min(i + kAhead + V::W, columns - c); k++) {
        LUTRA_PREFETCH_L2(from + (c + k) * fromStride);
      }
      panelFromRows<T>(block + i, kBlock, from + (c + i) * fromStride, fromStride, rows,
                       static_cast<int>(std::min<int64_t>(V::W, width - i)));
    }
    for (int64_t r = 0; r < rows; r++) {
      if (around) {
        streams[r].append(block + r * kBlock, width);
      } else {
        copyRow(to + r * toStride + c, block + r * kBlock, width);
      }
    }
  }
  if (!around) return;
  for (int64_t r = 0; r < rows; r++) streams[r].finish();
  finishWritingAround();
}

}  // namespace lutra::LUTRA_NS

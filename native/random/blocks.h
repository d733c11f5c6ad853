// From 32-bit draws to blocks of uniform, normal and 0/1 values: the arithmetic of native/random/generator.h, compiled
// once per instruction set. PyTorch's build rounds these formulas with fused multiply-adds; so do these, explicitly, on
// every instruction set: the values don't depend on the machine.

#pragma once

#include <cstdint>

namespace lutra {

/** out (n): uniform in [from, to) from 24 bits of draws (n); a value rounded up to `to` becomes `from`. */
void uniformFromDraws(float* out, const uint32_t* draws, int64_t n, float from, float to);

/** out (n): uniform in [from, to) from 53 bits of draws (n, 2), high word first. */
void uniformFromDraws(double* out, const uint32_t* draws, int64_t n, double from, double to);

/**
 * out (n): N(mean, std²) from draws (n) by Box-Muller. n is a multiple of 16: of each 16 uniforms the first eight make
 * radii, the last eight angles, and the values are eight cosines, then eight sines.
 */
void normalFromDraws(float* out, const uint32_t* draws, int64_t n, float mean, float std);

/** out (n): 1 where the 53-bit integer of draws (n, 2) is below `threshold`, else 0. threshold ≤ 2^53. */
template <class T>
void bernoulliFromDraws(T* out, const uint32_t* draws, int64_t n, uint64_t threshold);

}  // namespace lutra

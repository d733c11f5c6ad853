// Conversions between element types, one block kernel each, and copies of rows.
#include "memory/streamer.inl.h"

namespace lutra::LUTRA_NS {

// 16-bit floats are stored as their bits.
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};
// bool, as distinct from uint8.
struct Bool {
  uint8_t value;
};

template <class T>
LUTRA_INLINE uint32_t bitsOf(T x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return bits;
}
template <class T>
LUTRA_INLINE float floatOf(T bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}

template <class T>
LUTRA_INLINE float halfToFloat(T half) {
  const uint32_t sign = static_cast<uint32_t>(half.bits & 0x8000u) << 16;
  const uint32_t magnitude = half.bits & 0x7fffu;
  if (magnitude >= 0x7c00u) {
    const uint32_t quiet = magnitude > 0x7c00u ? 0x400000u : 0u;  // NaNs as the hardware's conversions make them
    return floatOf(sign | 0x7f800000u | quiet | (magnitude & 0x3ffu) << 13);
  }
  // Shifted into place, the exponent is 112 too small; the multiplication also normalises subnormal halves.
  return floatOf(sign | bitsOf(floatOf(magnitude << 13) * 5.192296858534828e33f));
}

// To nearest even. Subnormal results come from adding 0.5, whose last place is that of the smallest half.
template <class T>
LUTRA_INLINE uint16_t floatToHalf(T x) {
  const uint32_t bits = bitsOf(x);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  uint32_t half;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00u | (magnitude >> 13 & 0x3ffu);  // a quiet NaN, as the hardware's conversions make it
  } else if (magnitude >= 0x477ff000u) {          // rounds to 65536 or more
    half = 0x7c00u;
  } else if (magnitude < 0x38800000u) {  // below the smallest normal half
    half = bitsOf(floatOf(magnitude) + 0.5f) - 0x3f000000u;
  } else {
    half = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
  }
  return static_cast<uint16_t>(sign | half);
}

template <class T>
LUTRA_INLINE uint16_t floatToBFloat16(T x) {
  const uint32_t bits = bitsOf(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fc0u;
  return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

// double to a 16-bit float goes through float, as in PyTorch.
template <class To, class From>
LUTRA_INLINE To convertElement(From x) {
  if constexpr (std::is_same_v<From, Half>) {
    return convertElement<To>(halfToFloat(x));
  } else if constexpr (std::is_same_v<From, BFloat16>) {
    return convertElement<To>(floatOf(static_cast<uint32_t>(x.bits) << 16));
  } else if constexpr (std::is_same_v<From, Bool>) {
    return convertElement<To>(static_cast<int32_t>(x.value != 0));
  } else if constexpr (std::is_same_v<To, Half>) {
    return {floatToHalf(static_cast<float>(x))};
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return {floatToBFloat16(static_cast<float>(x))};
  } else if constexpr (std::is_same_v<To, Bool>) {
    return {static_cast<uint8_t>(x != 0)};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    const double wide = static_cast<double>(x);
    const int32_t whole =
        wide > -2147483649.0 && wide < 2147483648.0 ? static_cast<int32_t>(x) : std::numeric_limits<int32_t>::min();
    return static_cast<To>(whole);
  } else {
    return static_cast<To>(x);
  }
}

template <class To, class From>
void convertBlock(void* const* p, const double*, int64_t n) {
  To* const LUTRA_RESTRICT to = static_cast<To*>(p[0]);
  const From* const LUTRA_RESTRICT from = static_cast<const From*>(p[1]);
  if constexpr (std::is_same_v<To, From>) {
    if (p[0] != p[1]) std::memcpy(p[0], p[1], static_cast<size_t>(n) * sizeof(To));
  } else {
    for (int64_t i = 0; i < n; ++i) to[i] = convertElement<To>(from[i]);
  }
}

#if defined(LUTRA_X86)
// GCC does not find these by itself. NaN payloads aside they agree with the scalar code.
template <class To>
void halfBlock(void* const* p, const double* params, int64_t n) {
  int64_t i = 0;
  if constexpr (std::is_same_v<To, float> && Vec<float>::W > 1) {
    float* const to = static_cast<float*>(p[0]);
    const uint16_t* const from = static_cast<const uint16_t*>(p[1]);
    for (; i + 8 <= n; i += 8) {
      _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i))));
    }
    void* const rest[2] = {to + i, const_cast<uint16_t*>(from) + i};
    convertBlock<float, Half>(rest, params, n - i);
  } else if constexpr (std::is_same_v<To, Half> && Vec<float>::W > 1) {
    uint16_t* const to = static_cast<uint16_t*>(p[0]);
    const float* const from = static_cast<const float*>(p[1]);
    for (; i + 8 <= n; i += 8) {
      const __m256 x = _mm256_loadu_ps(from + i);
      const __m128i half = _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), half);
    }
    void* const rest[2] = {to + i, const_cast<float*>(from) + i};
    convertBlock<Half, float>(rest, params, n - i);
  } else if constexpr (std::is_same_v<To, Half>) {
    convertBlock<Half, float>(p, params, n);
  } else {
    convertBlock<float, Half>(p, params, n);
  }
}
#endif

template <class To>
BlockKernel convertKernelTo(int from) {
  switch (from) {
    case 0:
#if defined(LUTRA_X86)
      if constexpr (std::is_same_v<To, Half>) return &halfBlock<Half>;
#endif
      return &convertBlock<To, float>;
    case 1:
      return &convertBlock<To, double>;
    case 2:
      return &convertBlock<To, int32_t>;
    case 3:
      return &convertBlock<To, uint8_t>;
    case 4:
      return &convertBlock<To, Bool>;
    case 5:
#if defined(LUTRA_X86)
      if constexpr (std::is_same_v<To, float>) return &halfBlock<float>;
#endif
      return &convertBlock<To, Half>;
    default:
      return &convertBlock<To, BFloat16>;
  }
}

template <int unused>
BlockKernel convertKernel(int to, int from) {
  switch (to) {
    case 0:
      return convertKernelTo<float>(from);
    case 1:
      return convertKernelTo<double>(from);
    case 2:
      return convertKernelTo<int32_t>(from);
    case 3:
      return convertKernelTo<uint8_t>(from);
    case 4:
      return convertKernelTo<Bool>(from);
    case 5:
      return convertKernelTo<Half>(from);
    default:
      return convertKernelTo<BFloat16>(from);
  }
}

// Rows [begin, end) of two windows, in row-major order: of `from` contiguous or one number each. Those that follow each
// other in `to` are one stream.
template <class T>
void copyRows(T* to, const int64_t* toStrides, const T* from, const int64_t* fromStrides, int ndim,
              const int64_t* sizes, int64_t begin, int64_t end, bool around) {
  const int64_t n = sizes[ndim - 1];
  int64_t index[StridedLoop::kMaxDims], rest = begin, toPlace = 0, fromPlace = 0;
  for (int d = ndim - 2; d >= 0; d--) {
    index[d] = rest % sizes[d];
    rest /= sizes[d];
    toPlace += index[d] * toStrides[d];
    fromPlace += index[d] * fromStrides[d];
  }
  Streamer<T> stream(to + toPlace);
  int64_t streamed = toPlace;  // where the stream goes on
  const bool repeats = fromStrides[ndim - 1] == 0;
  constexpr int64_t kRepeated = 256;
  alignas(64) T repeated[kRepeated];
  const int64_t most = repeats ? kRepeated : n;
  for (int64_t row = begin; row < end; row++) {
    const T* source = from + fromPlace;
    if (repeats) {
      std::fill_n(repeated, std::min(kRepeated, n), *source);
      source = repeated;
    }
    if (around && streamed != toPlace) {
      stream.finish();
      stream = Streamer<T>(to + toPlace);
    }
    for (int64_t j = 0; j < n; j += most) {
      const int64_t part = std::min(most, n - j);
      if (around) {
        stream.append(source, part);
      } else {
        copyRow(to + toPlace + j, source, part);
      }
    }
    streamed = toPlace + n;
    for (int d = ndim - 2; d >= 0; d--) {
      toPlace += toStrides[d];
      fromPlace += fromStrides[d];
      if (++index[d] < sizes[d]) break;
      index[d] = 0;
      toPlace -= sizes[d] * toStrides[d];
      fromPlace -= sizes[d] * fromStrides[d];
    }
  }
  if (!around) return;
  stream.finish();
  finishWritingAround();
}

}  // namespace lutra::LUTRA_NS

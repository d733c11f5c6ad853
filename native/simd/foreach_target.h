// Includes LUTRA_KERNEL_SOURCE once per instruction set, each time in a namespace of its own (lutra::scalar, avx2, …)
// with that set's target attributes in force. Included once in each kernel .cc; deliberately without an include guard.
//
// Standard headers must come before the regions, so that their inline functions are compiled for the baseline.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "threads/thread_pool.h"
#include "simd/inline.h"
#include "simd/targets.h"
#include "simd/unroll.h"

#if defined(LUTRA_X86)
// GCC's own headers make "undefined" vectors by self-initialisation, which its warnings then report in our kernels.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#elif defined(LUTRA_ARM64)
#include <arm_neon.h>
#endif

#define LUTRA_NS scalar
#include "simd/vec_scalar.h"
#include "simd/math.inl.h"
#include "simd/several.inl.h"
#include "simd/lanes.inl.h"
#include LUTRA_KERNEL_SOURCE
#undef LUTRA_NS

#if defined(LUTRA_HAS_AVX2)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif
#define LUTRA_NS avx2
#include "simd/vec_avx2.h"
#include "simd/math.inl.h"
#include "simd/several.inl.h"
#include "simd/lanes.inl.h"
#include LUTRA_KERNEL_SOURCE
#undef LUTRA_NS
#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

#endif
#if defined(LUTRA_HAS_AVX512)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,f16c"))), \
                             apply_to = function)
#elif defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,f16c")
#endif
#define LUTRA_NS avx512
#include "simd/vec_avx512.h"
#include "simd/math.inl.h"
#include "simd/several.inl.h"
#include "simd/lanes.inl.h"
#include LUTRA_KERNEL_SOURCE
#undef LUTRA_NS
#if defined(__clang__)
#pragma clang attribute pop
#elif defined(__GNUC__)
#pragma GCC pop_options
#endif

#endif
#if defined(LUTRA_ARM64)

#define LUTRA_NS neon
#include "simd/vec_neon.h"
#include "simd/math.inl.h"
#include "simd/several.inl.h"
#include "simd/lanes.inl.h"
#include LUTRA_KERNEL_SOURCE
#undef LUTRA_NS

#endif

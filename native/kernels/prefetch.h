// Hints that a cache line will be read: soon, or (L2) too late for the first level to keep it. They never fault, whatever
// the address.
#pragma once

#if defined(__GNUC__) || defined(__clang__)
#define LUTRA_PREFETCH(p) __builtin_prefetch(p)
#define LUTRA_PREFETCH_L2(p) __builtin_prefetch(p, 0, 2)
#elif defined(_MSC_VER) && defined(_M_X64)
#include <immintrin.h>
#define LUTRA_PREFETCH(p) _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0)
#define LUTRA_PREFETCH_L2(p) _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T1)
#else
#define LUTRA_PREFETCH(p) static_cast<void>(p)
#define LUTRA_PREFETCH_L2(p) static_cast<void>(p)
#endif

// A hint that a cache line will be read soon. Never faults, whatever the address.
#pragma once

#if defined(__GNUC__) || defined(__clang__)
#define LUTRA_PREFETCH(p) __builtin_prefetch(p)
#elif defined(_MSC_VER) && defined(_M_X64)
#include <immintrin.h>
#define LUTRA_PREFETCH(p) _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0)
#else
#define LUTRA_PREFETCH(p) static_cast<void>(p)
#endif

// Asks for a function to be inlined wherever it is called, and says that a pointer's memory is reached by no other.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#define LUTRA_INLINE __forceinline
#define LUTRA_RESTRICT __restrict
#else
#define LUTRA_INLINE inline __attribute__((always_inline))
#define LUTRA_RESTRICT __restrict__
#endif

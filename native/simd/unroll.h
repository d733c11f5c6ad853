// Asks for a loop over registers to be unrolled whole.
#pragma once

#if defined(__clang__)
#define LUTRA_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define LUTRA_UNROLL _Pragma("GCC unroll 16")
#else
#define LUTRA_UNROLL
#endif

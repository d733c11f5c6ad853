// Has a value stay in a register. Compilers like to read a vector that lies in memory again in every instruction that
// uses it; then a loop waits for its loads instead of its arithmetic.
#pragma once

#if defined(__GNUC__) && defined(__x86_64__)
#define LUTRA_KEEP_IN_REGISTER(value) __asm__("" : "+v"(value))
#else
#define LUTRA_KEEP_IN_REGISTER(value) static_cast<void>(value)
#endif

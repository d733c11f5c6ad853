// The instruction sets a kernel is compiled for, and the choice among them at load time.
//
// Every kernel family is one NAME.inl.h, written over the vector type of its target, and one NAME.cc that includes it
// once per target through foreach_target.h and forwards to the chosen one with LUTRA_DISPATCH.
#pragma once

#if defined(__x86_64__) || defined(_M_X64)
#define LUTRA_X86 1
// A build for one machine's checks may leave out a set that this machine doesn't run (LUTRA_SETS in CMakeLists.txt).
#if !defined(LUTRA_WITHOUT_AVX2)
#define LUTRA_HAS_AVX2 1
#endif
#if !defined(LUTRA_WITHOUT_AVX512)
#define LUTRA_HAS_AVX512 1
#endif
#elif defined(__aarch64__) || defined(_M_ARM64)
#define LUTRA_ARM64 1
#endif

namespace lutra {

enum class Isa { scalar, avx2, avx512, neon };

// The instruction set that kernels run on: the best one the CPU has, or the one that LUTRA_ISA names.
Isa activeIsa();
// Forces an instruction set; false when the CPU lacks it. For tests; not while kernels run.
bool setIsa(Isa isa);
bool isaAvailable(Isa isa);
const char* isaName(Isa isa);

}  // namespace lutra

#if defined(LUTRA_HAS_AVX2) && defined(LUTRA_HAS_AVX512)
#define LUTRA_DISPATCH(...)                                            \
  (::lutra::activeIsa() == ::lutra::Isa::avx512 ? &avx512::__VA_ARGS__ \
   : ::lutra::activeIsa() == ::lutra::Isa::avx2 ? &avx2::__VA_ARGS__   \
                                                : &scalar::__VA_ARGS__)
#elif defined(LUTRA_HAS_AVX512)
#define LUTRA_DISPATCH(...) (::lutra::activeIsa() == ::lutra::Isa::avx512 ? &avx512::__VA_ARGS__ : &scalar::__VA_ARGS__)
#elif defined(LUTRA_HAS_AVX2)
#define LUTRA_DISPATCH(...) (::lutra::activeIsa() == ::lutra::Isa::avx2 ? &avx2::__VA_ARGS__ : &scalar::__VA_ARGS__)
#elif defined(LUTRA_ARM64)
#define LUTRA_DISPATCH(...) (::lutra::activeIsa() == ::lutra::Isa::neon ? &neon::__VA_ARGS__ : &scalar::__VA_ARGS__)
#else
#define LUTRA_DISPATCH(...) (&scalar::__VA_ARGS__)
#endif

/** The values of --isa, narrowest first. */
export const limitedSets = ['scalar', 'avx2', 'avx512'] as const;

export type LimitedSet = (typeof limitedSets)[number];

/**
 * What each library reads to stay within an instruction set; all are set for every process, and each reads its own.
 * MKL heeds MKL_ENABLE_INSTRUCTIONS on Intel's CPUs only; MKL_CBWR brings it down to SSE2 on others too.
 */
const environments: { readonly [set in LimitedSet]: Readonly<Record<string, string>> } = {
  scalar: {
    LUTRA_ISA: 'scalar',
    ATEN_CPU_CAPABILITY: 'default',
    ONEDNN_MAX_CPU_ISA: 'SSE41',
    MKL_ENABLE_INSTRUCTIONS: 'SSE4_2',
    MKL_CBWR: 'COMPATIBLE',
    OPENBLAS_CORETYPE: 'Prescott',
  },
  avx2: {
    LUTRA_ISA: 'avx2',
    ATEN_CPU_CAPABILITY: 'avx2',
    ONEDNN_MAX_CPU_ISA: 'AVX2',
    MKL_ENABLE_INSTRUCTIONS: 'AVX2',
    OPENBLAS_CORETYPE: 'Haswell',
  },
  // Peers choose their widest kernels by themselves.
  avx512: { LUTRA_ISA: 'avx512' },
};

/** Environment variables that keep Lutra and its peers at or below `set`. */
export function environmentOf(set: LimitedSet): Readonly<Record<string, string>> {
  return environments[set];
}

/** What `cpuInfo()` reports. */
export interface CpuInfo {
  /** The instruction set that kernels use: scalar, avx2, avx512 or neon. */
  isa: string;
  /** The instruction sets that this CPU could run. */
  available: string[];
  /** Threads that a large operation is spread over. */
  threads: number;
  /** Bytes of the first and second level of a core's cache and of the third, which cores share; 0 where it isn't known. */
  caches: { l1: number; l2: number; l3: number };
  /** What the addon was compiled with. */
  compiler: string;
}

/** What the addon says of the machine, and how much of it it uses: native/binding/runtime.cc. */
export interface NativeRuntime {
  cpuInfo(): CpuInfo;
  setNumThreads(n: number): void;
  getNumThreads(): number;
  forceIsa(code: number): void;
}

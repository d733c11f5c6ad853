/** What `cpuInfo()` reports. */
export interface CpuInfo {
  /** The instruction set that kernels use: scalar, avx2, avx512 or neon. */
  isa: string;
  /** The instruction sets that this CPU could run. */
  available: string[];
  /** Threads that a large operation is spread over. */
  threads: number;
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

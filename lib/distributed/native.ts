import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../addon/load.js';
import type { TypedArray } from '../addon/typed_array.js';
import { DistributedError } from '../errors.js';
import { type Launcher, type MpiKind, mpiNames } from './launcher.js';

/** Codes shared with native/mpi/call.h. */
export const kinds = {
  allReduce: 0,
  broadcast: 1,
  allGather: 2,
  reduceScatter: 3,
  allToAll: 4,
  barrier: 5,
  leave: 6,
} as const;
export const reductions = { sum: 0, max: 1, min: 2 } as const;
export const elements = { float32: 0, float64: 1, int32: 2, uint8: 3, bits16: 4 } as const;

/** What MPI says of this rank. */
export interface RankFacts {
  readonly rank: number;
  readonly size: number;
  /** Ranks on this machine. */
  readonly localSize: number;
}

/** The addon that speaks MPI: native/mpi/module.cc. */
export interface NativeMpi {
  start(timeoutSeconds: number, mostElements: number): RankFacts;
  version(): string;
  /** Makes a blocking call, or begins another; its number. */
  call(
    kind: number,
    reduction: number,
    mean: boolean,
    element: number,
    blocking: boolean,
    root: number,
    words: string,
    send: TypedArray | null,
    sendOffset: number,
    sendCounts: Float64Array | null,
    recv: TypedArray | null,
    recvOffset: number,
    recvCounts: Float64Array | null,
  ): number;
  /** Goes on with the calls under way; how many are left. */
  poke(): number;
  isDone(number: number): number;
  wait(number: number): void;
  /**
   * Memory that all ranks see: so many bytes of each rank, multiples of a page, behind each other. A rank may write to its own part
   * only. Null on all ranks where it can't be had on one of them. All ranks call it, all of one machine.
   */
  share(parts: Float64Array): ArrayBuffer | null;
  giveUp(words: string): never;
  finish(): void;
  noteExit(code: number): void;
}

const pathOf = (root: string, mpi: MpiKind) => join(root, 'build', 'mpi', mpi, 'lutra_mpi.node');

function wanted(launcher: Launcher, root: string): MpiKind {
  const { LUTRA_MPI: named } = process.env;
  if (named === 'openmpi' || named === 'mpich') return named;
  if (named !== undefined && named !== '') {
    throw new DistributedError(`initProcessGroup: LUTRA_MPI must be openmpi or mpich, got ${named}`);
  }
  return (
    launcher.mpi ?? (existsSync(pathOf(root, 'mpich')) && !existsSync(pathOf(root, 'openmpi')) ? 'mpich' : 'openmpi')
  );
}

/**
 * Loads the addon that was built for the launcher's MPI.
 * @throws DistributedError saying which build is missing, and how to make it
 */
export function loadMpi(launcher: Launcher): NativeMpi {
  const root = packageRoot();
  const mpi = wanted(launcher, root);
  const path = pathOf(root, mpi);
  const other: MpiKind = mpi === 'openmpi' ? 'mpich' : 'openmpi';
  const how = `cd ${JSON.stringify(root)} && MPICXX=mpicxx${mpi === 'openmpi' ? '.openmpi' : '.mpich'} npm run build:mpi (the name of ${mpiNames[mpi]}'s C++ compiler; elsewhere than on Debian plain mpicxx)`;
  if (!existsSync(path)) {
    const found = existsSync(pathOf(root, other))
      ? `lutra's MPI addon was built for ${mpiNames[other]}, but this process was started by ${launcher.name}; start it with ${mpiNames[other]}'s mpirun, or build the addon for ${mpiNames[mpi]}`
      : `this process was started by ${launcher.name} as one of ${launcher.size} ranks, but lutra's MPI addon is not built`;
    throw new DistributedError(`initProcessGroup: ${found}: ${how}`);
  }
  const module = { exports: {} as NativeMpi };
  // UCX, on which MPICH may stand, hears of memory that is given back by writing jumps over the code of munmap and its like while the
  // program runs; a thread of V8 that is in there meanwhile crashes. UCX reads the variable when it is loaded.
  process.env.UCX_MEM_EVENTS ??= 'no';
  try {
    // Open MPI loads its components as libraries that look for its own symbols among the global ones.
    process.dlopen(module, path, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL);
  } catch (error) {
    throw new DistributedError(
      `initProcessGroup: ${path} did not load: ${(error as Error).message}. Is ${mpiNames[mpi]} installed on this machine, in the version that it was built with? Build it anew: ${how}`,
      { cause: error },
    );
  }
  return module.exports;
}

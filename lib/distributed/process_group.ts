import { availableParallelism, cpus } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { setNumThreads } from '../calls/runtime.js';
import { ArgumentError, DistributedError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { findLauncher, isOfLauncher, type Launcher } from './launcher.js';
import { elements, kinds, loadMpi, type NativeMpi, type RankFacts, reductions } from './native.js';

export interface ProcessGroupOptions {
  /**
   * Seconds that a rank waits for the others before it says what it waits for and ends the job. Default 1800, half an hour, as
   * with PyTorch's Gloo: it must be longer than one rank may work alone while the others wait, at an evaluation, say.
   */
  timeout?: number;
}

/** The ranks of this job, as one of them sees them. */
export interface ProcessGroup {
  readonly rank: number;
  readonly size: number;
  /** Null where this process is alone. */
  readonly mpi: NativeMpi | null;
  /** Seconds that a rank waits for the others. */
  readonly timeout: number;
  /** Whether all ranks are on one machine. */
  readonly isOneMachine: boolean;
}

let group: ProcessGroup | null = null;
/** Whether MPI has run in this process: it can't a second time. */
let mpiHasRun = false;

/** What MPI counts by; tests make it small, so that large messages are tried with small memory. */
function mostElements(): number {
  const { LUTRA_MPI_MOST_ELEMENTS: given } = process.env;
  return given === undefined ? 2 ** 30 : Number(given);
}

function readTimeout(op: string, options: ProcessGroupOptions | undefined): number {
  const { timeout = 1800 } = checkOptions(op, options, ['timeout']);
  if (typeof timeout !== 'number') throw new ArgumentError(`${op}: timeout must be a number, got ${describe(timeout)}`);
  if (timeout > 0 && timeout <= 1e9) return timeout;
  throw new ValueError(`${op}: timeout must be a number of seconds above 0, got ${timeout}`);
}

/**
 * Joins the ranks that `mpirun`, Slurm or Kubeflow's MPI operator has started; the first thing that a distributed program does.
 * A process that was started alone is rank 0 of 1, and needs no MPI: the same program runs on.
 *
 * Ranks that share a machine, and are not bound to cores by the launcher, share its cores for their threads (unless
 * LUTRA_NUM_THREADS says otherwise). The launcher's own variables are taken out of `process.env`, so that child processes don't
 * take themselves for ranks. When a rank ends by an error the whole job ends; when its program is over it waits for the others.
 *
 * @throws DistributedError when the addon for the launcher's MPI is not built or is another MPI's; ValueError for a timeout
 */
export function initProcessGroup(options?: ProcessGroupOptions): void {
  const op = 'initProcessGroup';
  const timeout = readTimeout(op, options);
  if (group !== null) throw new DistributedError(`${op}: the process group is there already`);
  if (!isMainThread)
    throw new DistributedError(`${op}: ranks are processes; call it in the main thread, not in a worker`);
  const launcher = findLauncher(process.env);
  if (launcher === null || launcher.size === 1) {
    group = { rank: 0, size: 1, mpi: null, timeout, isOneMachine: true };
    return;
  }
  if (mpiHasRun) throw new DistributedError(`${op}: MPI can be started once in a process, and was ended before`);
  const mpi = loadMpi(launcher);
  const facts = startMpi(op, mpi, launcher, timeout);
  for (const name of Object.keys(process.env)) if (isOfLauncher(name)) delete process.env[name];
  shareCores(facts);
  const { rank, size, localSize } = facts;
  group = { rank, size, mpi, timeout, isOneMachine: localSize === size };
  process.on('exit', leaveAtExit);
}

function startMpi(op: string, mpi: NativeMpi, launcher: Launcher, timeout: number): RankFacts {
  mpiHasRun = true;
  let facts: RankFacts;
  try {
    facts = mpi.start(timeout, mostElements());
  } catch (error) {
    throw new DistributedError(`${op}: MPI did not start: ${(error as Error).message}`, { cause: error });
  }
  if (facts.size === launcher.size) return facts;
  mpi.finish();
  const [version] = mpi.version().split('\n');
  throw new DistributedError(
    `${op}: ${launcher.name} has started ${launcher.size} ranks, but the MPI of lutra's addon (${version.slice(0, 60).trim()}) knows of ${facts.size}: ` +
      'it is another MPI than the launcher’s. Use the mpirun of the MPI that the addon was built for, or build the addon with the launcher’s mpicxx (MPICXX=… npm run build:mpi)',
  );
}

/** Threads for a rank that may run on every core of the machine, as its neighbours may. */
function shareCores({ localSize }: RankFacts): void {
  const cores = availableParallelism();
  const isBound = cores < cpus().length;
  if (isBound || process.env.LUTRA_NUM_THREADS !== undefined) return;
  setNumThreads(Math.max(1, Math.floor(cores / localSize)));
}

/** Whether there is a process group. */
export function isInitialized(): boolean {
  return group !== null;
}

/** The group. @throws DistributedError where there is none */
export function groupFor(op: string): ProcessGroup {
  if (group !== null) return group;
  throw new DistributedError(`${op}: there is no process group; call initProcessGroup() first`);
}

/** This process's number among the ranks, from 0. */
export function getRank(): number {
  return groupFor('getRank').rank;
}

/** How many ranks there are. */
export function getWorldSize(): number {
  return groupFor('getWorldSize').size;
}

/** The same words from a program that is over and from one that says so. */
const end = 'the end (destroyProcessGroup, or of the program)';

function leave(mpi: NativeMpi): void {
  const { leave: kind } = kinds;
  mpi.wait(mpi.call(kind, reductions.sum, false, elements.uint8, false, 0, end, null, 0, null, null, 0, null));
  mpi.finish();
}

/**
 * Leaves the group, once every rank does; MPI ends and can't be started again in this process. A program that is over does it by
 * itself.
 * @throws DistributedError where another rank has called something else
 */
export function destroyProcessGroup(): void {
  const op = 'destroyProcessGroup';
  const { mpi } = groupFor(op);
  if (mpi !== null) {
    try {
      leave(mpi);
    } catch (error) {
      throw new DistributedError(`${op}: ${(error as Error).message}`, { cause: error });
    }
    process.off('exit', leaveAtExit);
  }
  group = null;
}

/** What a process ends with that was asked to, by SIGINT or SIGTERM, and ended in order, as `Trainer` does. */
const orderly = [0, 130, 143];

function leaveAtExit(code: number): void {
  const mpi = group?.mpi ?? null;
  if (mpi === null) return;
  if (!orderly.includes(code)) {
    // The others are ended too, once Node has said what went wrong.
    mpi.noteExit(code);
    return;
  }
  try {
    leave(mpi);
    group = null;
  } catch (error) {
    process.stderr.write(`lutra: at the end of rank ${group?.rank}: ${(error as Error).message}\n`);
    process.exitCode = 1;
    mpi.noteExit(1);
    // The others have the time to say the same of their calls.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
}

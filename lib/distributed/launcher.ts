/** The two kinds of MPI, whose programs can't stand in for each other. */
export type MpiKind = 'openmpi' | 'mpich';

export const mpiNames: { readonly [K in MpiKind]: string } = { openmpi: 'Open MPI', mpich: 'MPICH' };

/** What started this process as one of several ranks. */
export interface Launcher {
  /** What it is called in messages. */
  readonly name: string;
  /** The MPI whose programs it starts; null where it starts both. */
  readonly mpi: MpiKind | null;
  /** How many ranks it has started. */
  readonly size: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

/** The launcher that a process's environment tells of; null for a process that was started alone. */
export function findLauncher(env: Environment): Launcher | null {
  const openMpi = count(env.OMPI_COMM_WORLD_SIZE);
  if (openMpi !== null) return { name: "Open MPI's mpirun", mpi: 'openmpi', size: openMpi };
  const slurm = count(env.SLURM_STEP_NUM_TASKS);
  if (env.PMIX_RANK !== undefined && slurm !== null) return { name: 'Slurm (PMIx)', mpi: null, size: slurm };
  const pmi = count(env.PMI_SIZE);
  if (pmi === null) return null;
  if (slurm !== null) return { name: 'Slurm (PMI)', mpi: null, size: pmi };
  return { name: "MPICH's mpirun", mpi: 'mpich', size: pmi };
}

/** What a launcher writes into the environment for its own processes. A child would take itself for a rank by it. */
export function isOfLauncher(name: string): boolean {
  return /^(OMPI_|PMIX_|PMI_|PMI2_|HYDI_|MPI_LOCAL)/.test(name);
}

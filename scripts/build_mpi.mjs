// Builds the addon that speaks MPI, into build/mpi/openmpi and build/mpi/mpich: the two can't stand in for each other, and lie side
// by side. MPICXX names the compiler (several, separated by commas); without it those that Debian calls by their MPI's name, else mpicxx.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** Where node_api.h is: beside this Node, else in the package that holds it alone. */
function nodeHeaders() {
  const beside = join(dirname(dirname(process.execPath)), 'include', 'node');
  if (existsSync(join(beside, 'node_api.h'))) return beside;
  try {
    return require('node-api-headers').include_dir;
  } catch {
    throw new Error(`Node's headers are neither in ${beside} nor installed: npm install node-api-headers`);
  }
}

/** The MPI of a compiler: what its mpi.h defines. */
function mpiOf(compiler) {
  const asked = spawnSync(compiler, ['-E', '-dM', '-x', 'c++', '-'], { input: '#include <mpi.h>\n', encoding: 'utf8' });
  if (asked.error?.code === 'ENOENT') return null;
  if (asked.status !== 0) throw new Error(`${compiler} does not compile mpi.h:\n${asked.stderr}`);
  if (/^#define OPEN_MPI /m.test(asked.stdout)) return 'openmpi';
  // MVAPICH and Intel MPI are MPICH to a program.
  if (/^#define (MPICH_VERSION|MPICH_NAME|I_MPI_VERSION|MVAPICH_VERSION) /m.test(asked.stdout)) return 'mpich';
  throw new Error(`${compiler} belongs to an MPI that is neither Open MPI nor MPICH`);
}

function compilers() {
  if (process.env.MPICXX) {
    return process.env.MPICXX.split(',').map((compiler) => {
      const mpi = mpiOf(compiler.trim());
      if (mpi === null) throw new Error(`MPICXX names ${compiler}, which was not found`);
      return { compiler: compiler.trim(), mpi };
    });
  }
  const named = ['mpicxx.openmpi', 'mpicxx.mpich'].map((compiler) => ({ compiler, mpi: mpiOf(compiler) }));
  const found = named.filter(({ mpi }) => mpi !== null);
  if (found.length > 0) return found;
  const mpi = mpiOf('mpicxx');
  if (mpi === null) {
    throw new Error(
      'no mpicxx was found: install an MPI with its headers (Debian: apt-get install libopenmpi-dev openmpi-bin, or libmpich-dev mpich), or name its compiler by MPICXX',
    );
  }
  return [{ compiler: 'mpicxx', mpi }];
}

function build({ compiler, mpi }) {
  const sources = readFileSync(join(root, 'native', 'mpi', 'sources.txt'), 'utf8')
    .trim()
    .split(/\s+/);
  const folder = join(root, 'build', 'mpi', mpi);
  mkdirSync(folder, { recursive: true });
  // Each process makes a file of its own: whoever loads the addon meanwhile never sees half of it.
  const made = join(folder, `lutra_mpi.${process.pid}.node`);
  const flags = ['-std=c++17', '-O3', '-fPIC', '-shared', '-fvisibility=hidden', '-ffp-contract=off', '-pthread'];
  // MPI's own C++ interface, which MPI-3 has dropped, is left out.
  const defines = ['-DOMPI_SKIP_MPICXX', '-DMPICH_SKIP_MPICXX'];
  const warnings = ['-Wall', '-Wextra', '-Wno-cast-function-type'];
  const link =
    process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-Wl,-z,nodelete', '-Wl,--as-needed'];
  const includes = [join(root, 'native'), require('node-addon-api').include_dir, nodeHeaders()];
  const args = [
    ...flags,
    ...defines,
    ...warnings,
    ...includes.map((path) => `-I${path}`),
    '-o',
    made,
    ...sources.map((source) => join(root, source)),
    ...link,
  ];
  const { status } = spawnSync(compiler, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: root });
  if (status !== 0) throw new Error(`${compiler} failed`);
  renameSync(made, join(folder, 'lutra_mpi.node'));
  process.stdout.write(`build:mpi: ${mpi} by ${compiler}: build/mpi/${mpi}/lutra_mpi.node\n`);
}

try {
  for (const each of compilers()) build(each);
} catch (error) {
  process.stderr.write(`build:mpi: ${error.message}\n`);
  process.exitCode = 1;
}

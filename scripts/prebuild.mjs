// npm run prebuild -- --all: the addon for every platform, on Linux, by one compiler. docs/releasing.md tells the whole.
// npm runs this before `npm run build` as well, for its name; without an argument there is nothing to do.
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { binaries, binaryOf, compileTarget, linkTarget, sha256 } from './release/compile.mjs';
import { targetOf, targets } from './release/targets.mjs';

const usage = `Makes the addon for other platforms than this one, in build-release/binaries/TARGET/lutra.node.

  --all            every target
  --target NAME    one target; may be given several times (${targets.map(({ name }) => name).join(', ')})
  --jobs N         compilers at a time (default: as many as there are cores)
  --verify         checks the binaries that are there, and runs those that this machine can run
  --no-run         with --verify: checks only what the files say of themselves
  ZIG=PATH         another compiler than the one that scripts/release/package.json pins
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean' },
      target: { type: 'string', multiple: true, default: [] },
      jobs: { type: 'string', default: String(availableParallelism()) },
      verify: { type: 'boolean' },
      'no-run': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new Error(`--jobs: must be a whole number from 1 on, got ${values.jobs}`);
  return { ...values, jobs, run: !values['no-run'] };
}

const log = (line) => process.stderr.write(`${line}\n`);

/** The named targets in the order of the table, with those before them whose kernels they take. */
function chosenTargets({ all, target }) {
  const named = target.map(targetOf);
  return targets.filter((each) => all || named.some((one) => one === each || one.kernelsOf === each.name));
}

async function build(options) {
  for (const target of chosenTargets(options)) {
    const started = performance.now();
    await compileTarget(target, { jobs: options.jobs, log });
    const binary = await linkTarget(target, { log });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    log(`${target.name}: ${(statSync(binary).size / 1e6).toFixed(2)} MB in ${seconds} s`);
  }
  // In the format of sha256sum, which `sha256sum -c` checks.
  const lines = targets
    .filter((each) => existsSync(binaryOf(each)))
    .map((each) => `${sha256(binaryOf(each))}  ${each.name}/lutra.node\n`);
  writeFileSync(join(binaries, 'SHA256SUMS'), lines.join(''));
}

try {
  const options = readOptions();
  if (options.help) process.stdout.write(usage);
  if (options.all || options.target.length > 0) await build(options);
  if (options.verify) {
    const { verify } = await import('./release/verify.mjs');
    process.exitCode = (await verify({ run: options.run, log })) ? 0 : 1;
  }
} catch (error) {
  log(`prebuild: ${error.message}`);
  process.exitCode = 1;
}

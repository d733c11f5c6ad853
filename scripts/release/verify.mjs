// Checks the binaries that are there: what each file says of itself, the checksums, and a training run where one is possible.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from './binary/inspect.mjs';
import { binaries, binaryOf, sha256 } from './compile.mjs';
import { needsOf, problemsOf } from './rules.mjs';
import { runElsewhere } from './run_elsewhere.mjs';
import { targets } from './targets.mjs';

function recordedChecksums() {
  const path = join(binaries, 'SHA256SUMS');
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  return new Map(lines.map((line) => line.split('  ').reverse()));
}

/**
 * @param {{ run: boolean, log: (line: string) => void }} options
 * @returns {Promise<boolean>} whether all that is there is right, and something is there
 */
export async function verify({ run, log }) {
  const checksums = recordedChecksums();
  const there = targets.filter((target) => existsSync(binaryOf(target)));
  let right = there.length > 0;
  if (!right) log('there is no binary: npm run prebuild -- --all makes them');
  for (const target of there) {
    const path = binaryOf(target);
    const found = inspect(path);
    const problems = problemsOf(found, target);
    if (checksums.get(`${target.name}/lutra.node`) !== sha256(path)) problems.push('is not the file of SHA256SUMS');
    log(
      `${target.name}: ${(found.bytes / 1e6).toFixed(2)} MB (packed ${(found.packedBytes / 1e6).toFixed(2)}); ${needsOf(found, target)}`,
    );
    if (run) {
      const { passed, text } = await runElsewhere(target);
      if (passed === false) problems.push(`did not run: ${text}`);
      else log(`  ${passed ? text : `not run: ${text}`}`);
    }
    for (const problem of problems) log(`  WRONG: ${problem}`);
    right &&= problems.length === 0;
  }
  return right;
}

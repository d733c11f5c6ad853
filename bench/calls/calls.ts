// What a call costs besides its work: ns from JavaScript into the addon and back.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Options } from '../options.js';
import { checkWritable, save } from '../results.js';
import { pairedRatio, summarise } from '../statistics.js';

const folder = dirname(fileURLToPath(import.meta.url));
const built = join(folder, '..', '..', 'Release', 'lutra.node');

type Times = { readonly [name: string]: readonly number[] };

function measure(addon: string): Times {
  return JSON.parse(execFileSync(process.execPath, [join(folder, 'process.js'), addon], { encoding: 'utf8' })) as Times;
}

/**
 * Measures the addon that was built, or the ones that --addon names by turns, a process each and round; `ratio` is the
 * cost against the first one's. @throws Error before anything is measured when an addon isn't there.
 */
export function runCalls(options: Options): void {
  const addons = (options.addon ?? [built]).map((path) => resolve(path));
  for (const addon of addons) if (!existsSync(addon)) throw new Error(`there is no addon ${addon}`);
  checkWritable('--json', options.json);
  const rounds = addons.map((): Times[] => []);
  for (let round = 0; round < options.rounds; round++) {
    for (const [i, addon] of addons.entries()) rounds[i].push(measure(addon));
  }
  const rows = Object.keys(rounds[0][0]).flatMap((call) =>
    addons.map((addon, i) => {
      const samples = rounds[i].map((times) => times[call]);
      const first = rounds[0].map((times) => times[call]);
      return { call, addon, ...summarise(samples), ratio: pairedRatio(first, samples) };
    }),
  );
  for (const { call, addon, median, min, ratio } of rows) {
    const beside = addons.length > 1 ? `   ratio ${ratio.toFixed(2)}   ${basename(addon)}` : '';
    console.log(
      `${call.padEnd(28)}${median.toFixed(0).padStart(8)} ns   least ${min.toFixed(0).padStart(6)} ns${beside}`,
    );
  }
  save(options.json, () => `${JSON.stringify(rows, null, 1)}\n`);
}

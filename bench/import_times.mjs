// What importing the package and its parts takes: `node bench/import_times.mjs [rounds]`, after `npm run build`. Each import is a process of
// its own, by turns; medians of the processor's time (which others on the machine disturb little) and of the clock, less an empty program's.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const rounds = Number(process.argv[2] ?? 15);
const doors = [
  'lutra',
  'lutra/text',
  'lutra/vectors',
  'lutra/train',
  'lutra/projections',
  'lutra/plots',
  'lutra/tasks',
];

function measure(door) {
  const program = `
    const start = performance.now();
    ${door === null ? '' : `await import('${door}');`}
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ cpu: (user + system) / 1000, wall }));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' }),
  );
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const samples = new Map([null, ...doors].map((door) => [door, []]));
for (let round = 0; round < rounds; round++) for (const [door, list] of samples) list.push(measure(door));
const empty = median(samples.get(null).map(({ cpu }) => cpu));
console.log(`${cpus()[0].model}, Node ${process.version}, ${rounds} rounds`);
console.log('| import | processor | clock |\n|---|---|---|');
for (const door of doors) {
  const list = samples.get(door);
  const cpu = median(list.map((sample) => sample.cpu)) - empty;
  console.log(`| \`${door}\` | ${cpu.toFixed(0)} ms | ${median(list.map(({ wall }) => wall)).toFixed(0)} ms |`);
}

// Compiles the examples against the built package and runs one: npm run example -- char_lm
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const names = readdirSync(join(root, 'examples'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'));
const [argument = '', ...rest] = process.argv.slice(2);
const name = basename(argument, '.ts');

if (names.includes(name)) {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const run = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
  process.exitCode = run(tsc, '-p', 'tsconfig.examples.json') || run(join('build', 'examples', `${name}.js`), ...rest);
} else {
  console.error(`npm run example -- NAME, where NAME is one of ${names.join(', ')}`);
  process.exitCode = 1;
}

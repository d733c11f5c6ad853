// npm run release -- VERSION: everything between a finished state of main and the packages of a version. docs/releasing.md tells it.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './compile.mjs';
import { checkVersion, closeChangelog, notesOf } from './version.mjs';

const usage = `npm run release -- VERSION

  --dry-run      makes and checks the packages under the present version; no file, commit or tag is written
  --pack         packs the version that is there, without commit and tag: what CI does with a tag
  --notes        prints what the changelog tells of the present version
  --skip-tests   leaves out lint and tests, which CI runs for every commit
`;

const log = (line) => process.stdout.write(`${line}\n`);
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const path = (file) => join(root, file);
const read = (file) => readFileSync(path(file), 'utf8');

function run(command, ...args) {
  log(`\n> ${[command, ...args].join(' ')}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/** The files of a new version, with their content. */
function filesOf(version, date) {
  const inJson = (file, change) => [file, `${JSON.stringify(change(JSON.parse(read(file))), null, 2)}\n`];
  return [
    inJson('package.json', (content) => ({ ...content, version })),
    inJson('package-lock.json', (content) => {
      content.packages[''].version = version;
      return { ...content, version };
    }),
    [
      'lib/addon/load.ts',
      read('lib/addon/load.ts').replace(/^const version = '.*';$/m, `const version = '${version}';`),
    ],
    ['CHANGELOG.md', closeChangelog(read('CHANGELOG.md'), version, date)],
  ];
}

async function makeAndCheck({ tests }) {
  run('npm', 'run', 'build');
  run('npm', 'run', 'prebuild', '--', '--all', '--verify');
  if (tests) {
    run('npm', 'run', 'lint');
    run('npm', 'test');
  }
  const { makePackages } = await import('./packages.mjs');
  const made = makePackages();
  log('');
  for (const { path: tarball, bytes } of made) log(`${(bytes / 1e6).toFixed(2).padStart(6)} MB  ${tarball}`);
  return made;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean' },
      pack: { type: 'boolean' },
      notes: { type: 'boolean' },
      'skip-tests': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return log(usage);
  const tests = !values['skip-tests'];
  const present = JSON.parse(read('package.json')).version;
  if (values.notes) return log(notesOf(read('CHANGELOG.md'), present));
  if (values['dry-run'] || values.pack) {
    if (values['dry-run'] && positionals.length > 0) {
      checkVersion(positionals[0], present, read('CHANGELOG.md'));
      for (const [file] of filesOf(positionals[0], 'today')) log(`would change ${file}`);
    }
    await makeAndCheck({ tests });
    return;
  }
  const [version] = positionals;
  checkVersion(version, present, read('CHANGELOG.md'));
  if (git('status', '--porcelain') !== '') throw new Error('the checkout has changes that are not committed');
  const files = filesOf(version, new Date().toISOString().slice(0, 10));
  const before = files.map(([file]) => [file, read(file)]);
  try {
    for (const [file, text] of files) writeFileSync(path(file), text);
    await makeAndCheck({ tests });
  } catch (error) {
    for (const [file, text] of before) writeFileSync(path(file), text);
    throw error;
  }
  git('commit', '-q', '-a', '-m', `Version ${version}`);
  git('tag', '-a', `v${version}`, '-m', `Version ${version}`);
  log(`\nCommitted and tagged v${version}. Pushing the tag has CI publish it: git push --follow-tags`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`release: ${error.message}\n`);
  process.exitCode = 1;
}

// Programs that use the package as it is installed: dist/, which `npm test` builds, and this machine's binary.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
/** Whether tools may be installed from the registry. */
export const slow = Boolean(process.env.LUTRA_SLOW_TESTS);
/** This Node, and those that LUTRA_NODES names. */
export const nodes = [
  process.execPath,
  ...(process.env.LUTRA_NODES ?? '').split(delimiter).filter((path) => path !== ''),
];
/** The package's doors: `vectors` of `lutra/vectors`. */
export const subpaths = Object.keys(packageJson().exports as object)
  .map((door) => door.slice(2))
  .filter((door) => /^\w+$/.test(door));

export function packageJson(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
}

export interface Outcome {
  status: number;
  text: string;
}

export async function run(
  command: string,
  args: string[],
  cwd: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_ENV$|VITEST|JEST)/.test(name),
  );
  const env = { ...Object.fromEntries(kept), ...variables };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env, timeout: 120_000 });
    return { status: 0, text: `${stdout}${stderr}` };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { status: typeof code === 'number' ? code : 1, text: `${stdout}${stderr}` };
  }
}

/** Puts the package into `project`/node_modules as an installation would, and says where. */
export function install(project: string): string {
  const target = join(project, 'node_modules', 'lutra');
  mkdirSync(join(target, 'build', 'Release'), { recursive: true });
  cpSync(join(root, 'dist'), join(target, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(target, 'package.json'));
  cpSync(join(root, 'build', 'Release', 'lutra.node'), join(target, 'build', 'Release', 'lutra.node'));
  for (const name of Object.keys(packageJson().dependencies as object)) {
    const link = join(target, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  return target;
}

export function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Installs packages from the registry into a project. */
export async function installTools(project: string, ...packages: string[]): Promise<void> {
  const options = ['--no-audit', '--no-fund', '--silent', '--prefer-offline', '--no-package-lock'];
  const outcome = await run('npm', ['install', ...options, ...packages], project);
  if (outcome.status !== 0) throw new Error(`npm install ${packages.join(' ')}: ${outcome.text}`);
}

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { libraryPackage, platformPackage } from '../../scripts/release/packages.mjs';
import { targetOf, targets } from '../../scripts/release/targets.mjs';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const content = JSON.parse(read('package.json')) as { version: string; dependencies: object; exports: object };

it('the published library names every platform, of its own version, and runs nothing on installation', () => {
  const made = libraryPackage(content) as { optionalDependencies: Record<string, string>; [key: string]: unknown };
  expect(Object.keys(made.optionalDependencies)).toEqual(targets.map(({ name }) => `@lutra/${name}`));
  expect(new Set(Object.values(made.optionalDependencies))).toEqual(new Set([content.version]));
  expect(made).not.toHaveProperty('scripts');
  expect(made).not.toHaveProperty('devDependencies');
  expect(made.dependencies).toEqual(content.dependencies);
  expect(made.exports).toEqual(content.exports);
  expect(made.gypfile).toBe(false);
});

it('a platform says where it may be installed', () => {
  const musl = platformPackage(targetOf('linux-arm64-musl'), content);
  expect(musl).toMatchObject({ name: '@lutra/linux-arm64-musl', os: ['linux'], cpu: ['arm64'], libc: ['musl'] });
  expect(musl).toMatchObject({ version: content.version, files: ['lutra.node'], engines: { node: '>=20.19' } });
  const windows = platformPackage(targetOf('win32-x64'), content);
  expect(windows).toMatchObject({ os: ['win32'], cpu: ['x64'] });
  expect(windows).not.toHaveProperty('libc');
});

it('the loader and the release know the same platforms', () => {
  const list = /const platforms = \[(.*?)\];/s.exec(read('lib/addon/load.ts'))![1];
  expect([...list.matchAll(/'([\w-]+)'/g)].map(([, name]) => name)).toEqual(targets.map(({ name }) => name));
});

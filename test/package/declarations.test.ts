// What a user meets has a type: no `any` in the package's declarations, but where anything may come by design.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vite';
import { expect, it } from 'vitest';
import { root } from './installed.js';

const dist = join(root, 'dist');

/** How many there may be, and why. */
const meant: Readonly<Record<string, number>> = {
  // A module's forward takes and gives what its class says; PyTorch's `Module.__call__` is no more certain.
  'nn/module.d.ts': 2,
  'nn/module_hooks.d.ts': 2,
  // A loss as a function of what its model gives and its batches hold.
  'training/step.d.ts': 2,
};

interface Node {
  type?: string;
}

function countAny(node: unknown): number {
  if (Array.isArray(node)) return node.reduce((sum: number, item) => sum + countAny(item), 0);
  if (typeof node !== 'object' || node === null) return 0;
  const own = (node as Node).type === 'TSAnyKeyword' ? 1 : 0;
  return Object.values(node).reduce((sum: number, value) => sum + countAny(value), own);
}

it('have no any', () => {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));
  expect(files.length).toBeGreaterThan(100);
  const found: Record<string, number> = {};
  for (const file of files) {
    const count = countAny(parseAst(readFileSync(join(dist, file), 'utf8'), { lang: 'dts' } as never));
    if (count > 0) found[file.replaceAll('\\', '/')] = count;
  }
  expect(found).toEqual(meant);
});

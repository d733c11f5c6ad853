// Next.js bundles what its server runs. It takes 340 MB and half a minute to install, so that LUTRA_NEXT=1 asks for it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, installTools, run, write } from './installed.js';

describe.runIf(process.env.LUTRA_NEXT)('Next.js', () => {
  const project = mkdtempSync(join(tmpdir(), 'lutra-next-'));
  const next = join(project, 'node_modules', 'next', 'dist', 'bin', 'next');
  afterAll(() => rmSync(project, { recursive: true, force: true }), 60_000);

  beforeAll(async () => {
    write(join(project, 'package.json'), '{ "name": "next-user", "private": true }');
    write(
      join(project, 'app', 'layout.jsx'),
      `export default ({ children }) => <html lang="en"><body>{children}</body></html>;`,
    );
    write(join(project, 'app', 'page.jsx'), 'export default () => <p>hello</p>;');
    write(
      join(project, 'app', 'api', 'lutra', 'route.js'),
      `import { nn, tensor } from 'lutra';
       export const dynamic = 'force-dynamic';
       export const GET = () =>
         Response.json({ shape: new nn.Linear(2, 3).weight.shape, sum: tensor([1, 2]).sum().item() });`,
    );
    await installTools(project, 'next@16', 'react@19', 'react-dom@19');
    install(project);
  }, 600_000);

  async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  it.each([
    ['with the package bundled', 'export default {};'],
    ['with serverExternalPackages', "export default { serverExternalPackages: ['lutra'] };"],
  ])(
    'answers from a route, %s',
    async (_, config) => {
      write(join(project, 'next.config.mjs'), config);
      const built = await run(process.execPath, [next, 'build'], project, { NEXT_TELEMETRY_DISABLED: '1' });
      expect(built.status, built.text).toBe(0);
      const port = await freePort();
      const server = spawn(process.execPath, [next, 'start', '-p', String(port), '-H', '127.0.0.1'], {
        cwd: project,
        env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
        stdio: 'ignore',
      });
      try {
        let answer: unknown;
        for (let tries = 0; tries < 100 && answer === undefined; tries++) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          answer = await fetch(`http://127.0.0.1:${port}/api/lutra`).then(
            (response) => response.json(),
            () => undefined,
          );
        }
        expect(answer).toEqual({ shape: [3, 2], sum: 3 });
      } finally {
        server.kill();
      }
    },
    300_000,
  );
});

// How the addon and its threads live and die: workers, termination, process exit, frozen intrinsics.
// Each case runs the compiled library in a process of its own, whose end is what is tested.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const library = pathToFileURL(join(root, 'dist', 'index.js')).href;

/** Large enough that the pool's threads take part: 400 x 400 products. */
const work = `
  const { cpuInfo, manualSeed, randn, setNumThreads } = await import(${JSON.stringify(library)});
  setNumThreads(4);
  manualSeed(0);
  const a = randn([400, 400]);
  const product = () => a.matmul(a);
`;

async function run(
  script: string,
  ...flags: string[]
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const args = [...flags, '--input-type=module', '-e', script];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 120_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, signal, stdout, stderr } = error as { code: number; signal?: string; stdout: string; stderr: string };
    return { code: signal ?? code, stdout, stderr };
  }
}

/** A program whose workers run `body`, a module's text that ends by posting a message. */
function withWorkers(body: string, main: string): string {
  return `
    import { Worker } from 'node:worker_threads';
    const body = ${JSON.stringify(`import { parentPort } from 'node:worker_threads';${body}`)};
    const start = () => new Worker(new URL('data:text/javascript,' + encodeURIComponent(body)));
    const message = (worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    const end = (worker) => new Promise((resolve) => worker.once('exit', resolve));
    ${main}
  `;
}

describe('worker threads', () => {
  it('give the same bits in several workers and in the main thread', { timeout: 120_000 }, async () => {
    const body = `${work} parentPort.postMessage(product().sum().item());`;
    const main = `${work}
      const sums = await Promise.all([start(), start(), start()].map(message));
      console.log(new Set([...sums, product().sum().item()]).size);`;
    expect(await run(withWorkers(body, main))).toEqual({ code: 0, stdout: '1\n', stderr: '' });
  });

  it('may load the addon where the main thread never does, again and again', { timeout: 120_000 }, async () => {
    const body = `${work} parentPort.postMessage(product().shape.join());`;
    const main = `
      for (let round = 0; round < 4; round++) {
        const worker = start();
        const ended = end(worker);
        console.log(await message(worker), await ended);
      }`;
    expect(await run(withWorkers(body, main))).toEqual({ code: 0, stdout: '400,400 0\n'.repeat(4), stderr: '' });
  });

  it('can be terminated in the middle of kernels', { timeout: 120_000 }, async () => {
    const body = `${work} parentPort.postMessage('running'); for (;;) product();`;
    const main = `
      for (let round = 0; round < 4; round++) {
        const worker = start();
        await message(worker);
        await new Promise((resolve) => setTimeout(resolve, 20 + 15 * round));
        await worker.terminate();
      }
      ${work}
      console.log(product().shape.join());`;
    expect(await run(withWorkers(body, main))).toEqual({ code: 0, stdout: '400,400\n', stderr: '' });
  });

  it('do not disturb each other while both compute', { timeout: 120_000 }, async () => {
    const body = `${work}
      const first = product().data;
      let same = true;
      for (let i = 0; i < 30; i++) same &&= product().data.every((x, k) => x === first[k]);
      parentPort.postMessage(same);`;
    const main = `console.log((await Promise.all([start(), start()].map(message))).join());`;
    expect(await run(withWorkers(body, main))).toEqual({ code: 0, stdout: 'true,true\n', stderr: '' });
  });
});

describe('the end of a process', () => {
  it('is clean after threads were used', async () => {
    expect(await run(`${work} product();`)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('is clean by process.exit right after a kernel, with the status asked for', async () => {
    expect(await run(`${work} product(); process.exit(7);`)).toMatchObject({ code: 7, stderr: '' });
  });

  it('is clean by process.exit while a worker is inside kernels', { timeout: 120_000 }, async () => {
    const body = `${work} parentPort.postMessage('running'); for (;;) product();`;
    const main = `${work} product(); await message(start()); setTimeout(() => process.exit(3), 60);`;
    expect(await run(withWorkers(body, main))).toMatchObject({ code: 3, stderr: '' });
  });

  it('is clean after an uncaught error', async () => {
    const { code, stderr } = await run(`${work} product(); throw new Error('of the user');`);
    expect(code).toBe(1);
    expect(stderr).toContain('of the user');
  });
});

describe('unusual processes', () => {
  it('may have frozen intrinsics', async () => {
    const script = `${work} console.log(product().relu().sum().backward === undefined, cpuInfo().threads);`;
    const { code, stdout } = await run(script, '--frozen-intrinsics');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'false 4\n' });
  });

  it('may ask for one thread by LUTRA_NUM_THREADS', async () => {
    const script = `import { env } from 'node:process';
      env.LUTRA_NUM_THREADS = '1';
      const { getNumThreads } = await import(${JSON.stringify(library)});
      console.log(getNumThreads());`;
    expect(await run(script)).toEqual({ code: 0, stdout: '1\n', stderr: '' });
  });

  it('may force an instruction set, and learn which there are when it has no such one', async () => {
    const force = (isa: string) =>
      run(`process.env.LUTRA_ISA = '${isa}';
        const { cpuInfo } = await import(${JSON.stringify(library)});
        console.log(cpuInfo().isa);`);
    expect(await force('scalar')).toEqual({ code: 0, stdout: 'scalar\n', stderr: '' });
    const { code, stderr } = await force('quantum');
    expect(code).toBe(1);
    expect(stderr).toMatch(/LUTRA_ISA: 'quantum' is not available here; this CPU offers scalar/);
  });
});

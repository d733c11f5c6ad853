import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const modules = new URL('../../build/lib/tensor/', import.meta.url).href;

/**
 * Full collections among 100, where something old and dead shows one more result than lives, which only a full collection
 * finds: a full collection makes old what will be dead at the next. In a process of its own, since a pool's budget
 * remembers what came before.
 */
function fullCollections(liveMegabytes: number, resultMegabytes: number): number {
  const code = `
    const { memoryInfo } = await import('${modules}pool.js');
    const { Tensor } = await import('${modules}tensor.js');
    const result = () => Tensor.allocate([${resultMegabytes} * 2 ** 18 - 32], 'float32', false);
    const live = Array.from({ length: Math.ceil(${liveMegabytes / resultMegabytes}) }, result);
    let holder = { latest: result() };
    gc();
    for (let seen = 0; seen < 100; ) {
      holder.latest = result();
      if (memoryInfo().collections === seen) continue;
      seen = memoryInfo().collections;
      holder = { latest: holder.latest };
    }
    console.log(memoryInfo().fullCollections, live.length);`;
  const options = ['--expose-gc', '--input-type=module', '-e', code];
  return Number.parseInt(execFileSync(process.execPath, options, { encoding: 'utf8' }), 10);
}

it.each([0, 4.5, 12, 40].flatMap((live) => [0.7, 2.25, 5, 12].map((result) => [live, result])))(
  'few collections are full ones where %d MB live and one result of %d MB is still held',
  (live, result) => {
    expect(fullCollections(live, result)).toBeLessThan(12);
  },
);

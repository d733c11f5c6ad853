import { setImmediate } from 'node:timers/promises';
import { getNumThreads, setNumThreads } from '../../lib/index.js';

/**
 * The longest time that the event loop had to wait while some work went on, in ms of the processor: unlike those of a clock, they don't
 * count what other processes of a busy machine take. Meanwhile one thread computes, since the time is that of all threads together.
 */
export async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  const threads = getNumThreads();
  setNumThreads(1);
  let isDone = false;
  const working = work().finally(() => {
    isDone = true;
  });
  try {
    let longest = 0;
    let before = process.cpuUsage();
    while (!isDone) {
      await setImmediate();
      const now = process.cpuUsage();
      longest = Math.max(longest, now.user - before.user + now.system - before.system);
      before = now;
    }
    await working;
    return longest / 1000;
  } finally {
    setNumThreads(threads);
  }
}

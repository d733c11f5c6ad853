import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:process';
import { describe, expect, it } from 'vitest';
import { cpuInfo } from '../../lib/index.js';

/** Bytes of a level as Linux tells them, 0 where it doesn't. */
function bytesOf(level: number): number {
  for (let i = 0; i < 8; i++) {
    const read = (name: string) => readFileSync(`/sys/devices/system/cpu/cpu0/cache/index${i}/${name}`, 'utf8').trim();
    try {
      if (Number(read('level')) !== level || read('type') === 'Instruction') continue;
      const [, number, unit] = /^(\d+)([KMG]?)$/.exec(read('size'))!;
      return Number(number) * { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[unit!]!;
    } catch {
      return 0;
    }
  }
  return 0;
}

describe('cpuInfo', () => {
  it.runIf(platform === 'linux')('tells the sizes of the caches as the system does, or else the processor', () => {
    const { l1, l2, l3 } = cpuInfo().caches;
    if (bytesOf(2) > 0) {
      expect({ l1, l2, l3 }).toEqual({ l1: bytesOf(1), l2: bytesOf(2), l3: bytesOf(3) });
    } else if (arch === 'x64') {
      expect(l1).toBeGreaterThanOrEqual(16 << 10);
      expect(l2).toBeGreaterThanOrEqual(l1);
      expect(l3 === 0 || l3 >= l2).toBe(true);
    }
  });
});

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What one step costs besides arithmetic. */
export interface Overhead {
  /** Calls from JavaScript into the addon. */
  readonly nativeCalls: number;
  /** ArrayBuffers made: results and gradients that were not recycled. */
  readonly allocations: number;
}

/** The addon's exports: the very object that the library calls, since Node caches it by path. */
function addon(): { [name: string]: unknown } | null {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
  const path = join(root, 'build', 'Release', 'lutra.node');
  return existsSync(path) ? (createRequire(import.meta.url)(path) as { [name: string]: unknown }) : null;
}

/** Counts addon calls and ArrayBuffers during one `run`, by wrapping both for its duration. */
export function countOverhead(run: () => void): Overhead | null {
  const exports = addon();
  if (exports === null) return null;
  let nativeCalls = 0;
  let allocations = 0;
  const originals = Object.entries(exports).filter(([, value]) => typeof value === 'function');
  for (const [name, value] of originals) {
    const original = value as (...args: unknown[]) => unknown;
    exports[name] = (...args: unknown[]) => {
      nativeCalls++;
      return original(...args);
    };
  }
  const PlainArrayBuffer = globalThis.ArrayBuffer;
  globalThis.ArrayBuffer = new Proxy(PlainArrayBuffer, {
    construct(target, args) {
      allocations++;
      return Reflect.construct(target, args) as ArrayBuffer;
    },
  });
  try {
    run();
  } finally {
    globalThis.ArrayBuffer = PlainArrayBuffer;
    for (const [name, value] of originals) exports[name] = value;
  }
  return { nativeCalls, allocations };
}

// Loads one file in a process of its own and says what that took: node bomb_child.mjs DIST READER PATH [NAMES]
import { readFileSync } from 'node:fs';

/** The most memory so far, in bytes. What resourceUsage() says may be the parent's, from before this process began. */
function mostMemory() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
}

const [, , built, reader, path, names] = process.argv;
const library = await import(new URL('index.js', built).href);
const options =
  names === undefined ? undefined : { names: names === '(name) => false' ? () => false : names.split(',') };
const before = mostMemory();
const started = performance.now();
let outcome = 'read';
let length = 0;
try {
  const read = reader === 'KeyedVectors.load' ? library.KeyedVectors.load : library[reader];
  await read.call(library.KeyedVectors, path, ...(options === undefined ? [] : [options]));
} catch (error) {
  length = error.message.length;
  outcome = error instanceof library.FileFormatError ? 'refused' : String(error.stack);
}
const seconds = (performance.now() - started) / 1000;
const bytes = mostMemory() - before;
process.stdout.write(JSON.stringify({ outcome, seconds, bytes, length }));

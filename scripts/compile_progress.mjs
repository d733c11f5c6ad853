// Says how far a compilation of the addon is: what is compiled, how much of the work is done and how long the rest will
// take. The shares are guesses from the code that each source pulls in; the time comes from the speed so far.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const secondsBetweenLines = 10;
// What a core of about 3 GHz took for a unit of cost; only the first guess rests on it.
const secondsPerCost = 0.00045;

// Code over vectors is compiled once for each instruction set and type, so that its length decides.
function costOf(root, source) {
  const seen = new Set();
  const lengthOf = (path) => {
    const file = join(root, 'native', path);
    if (seen.has(path) || !existsSync(file)) return 0;
    seen.add(path);
    const text = readFileSync(file, 'utf8');
    const included = [...text.matchAll(/"(kernels\/[\w/]+\.inl\.h)"/g)].map((match) => lengthOf(match[1]));
    return included.reduce((sum, length) => sum + length, path.endsWith('.inl.h') ? text.length : text.length / 10);
  };
  return 2000 + lengthOf(source.replace(/^native\//, ''));
}

/**
 * @param {string} root the checkout
 * @param {string[]} sources what will be compiled, as native/sources.txt names it
 * @param {NodeJS.WriteStream} stream where the progress goes: one line that changes in a terminal, else a line now and then
 */
export function compileProgress(root, sources, stream = process.stderr) {
  const costs = new Map(sources.map((source) => [source.replace(/\.cc$/, ''), costOf(root, source)]));
  const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  const started = performance.now();
  let [count, begun, lastLine, running] = [0, 0, 0, null];

  function line(done) {
    const seconds = (performance.now() - started) / 1000;
    const left = done > total / 10 ? `, about ${Math.ceil((seconds * (total - done)) / done)} s left` : '';
    return `compiling the addon (once): ${count} of ${sources.length} files, ${Math.round((100 * done) / total)} %${left}`;
  }
  function show(text) {
    if (stream.isTTY) {
      stream.write(`\r\x1b[K${text.slice(0, Math.max(1, (stream.columns ?? 80) - 1))}`);
    } else {
      stream.write(`${text}\n`);
    }
  }

  return {
    start(threads) {
      const threadsText = threads === 1 ? 'one thread' : `${threads} threads`;
      const seconds = Math.ceil((total * secondsPerCost) / threads / 10) * 10;
      const which = `${sources.length} C++ file${sources.length === 1 ? '' : 's'}`;
      show(`compiling the addon: ${which} on ${threadsText}, some ${seconds} s on an idle machine`);
      if (stream.isTTY) stream.write('\n');
      lastLine = performance.now();
    },
    /** One line of the output. A file is named when its compiler starts; those named before it are taken to be done. */
    read(text) {
      const name = /CXX\(target\) .*?obj\.target\/lutra\/(.*)\.o$/.exec(text)?.[1];
      if (name === undefined || !costs.has(name)) return;
      if (running !== null) begun += costs.get(running);
      running = name;
      count++;
      const now = performance.now();
      if (!stream.isTTY && now - lastLine < 1000 * secondsBetweenLines) return;
      lastLine = now;
      show(line(begun));
    },
    finish() {
      const seconds = Math.round((performance.now() - started) / 1000);
      show(`compiled the addon in ${seconds} s`);
      if (stream.isTTY) stream.write('\n');
    },
  };
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = new URL('worker_main.mjs', import.meta.url).pathname;

test('a training in a worker gives what it gives elsewhere, reports, stops, and fails in words', {
  timeout: 120_000,
}, async () => {
  const { stdout, stderr } = await promisify(execFile)('node', [program]);
  expect(stderr).toBe('');
  const found = JSON.parse(stdout);
  expect(found.weights[0]).toEqual(found.weights[1]);
  expect(found.tensors).toEqual([[3, 4], 'float16', 15]);
  expect(found.records).toEqual([1, 2, 3]);
  expect(found.stopped).toBe('signal');
  // A step holds its own thread for 200 ms; a busy machine may be late with everything.
  expect(found.late).toBeLessThan(190);
  expect(found.errors).toEqual({
    failing: expect.stringMatching(/^ShapeError: /),
    ending: 'Error: trainInWorker: the worker ended without a result, with exit code 3',
    notReturnable: expect.stringMatching(
      /^ArgumentError: trainInWorker: the result: model.forward is function forward/,
    ),
    missing: expect.stringMatching(
      /^ArgumentError: trainInWorker: .*must export a function 'missing', but exports nothing/,
    ),
    relative: expect.stringMatching(/^ArgumentError: trainInWorker: module must be a URL or an absolute path/),
    data: expect.stringMatching(/^ArgumentError: trainInWorker: data: f is function f/),
    nowhere: 'Cannot find module',
  });
});

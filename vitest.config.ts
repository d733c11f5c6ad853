import { defineConfig } from 'vitest/config';
import { argumentChecks } from './scripts/argument_checks.mjs';

export default defineConfig({
  plugins: [argumentChecks(new URL('./lib', import.meta.url).pathname)],
  resolve: {
    alias: [
      { find: /^lutra$/, replacement: new URL('./lib/index.ts', import.meta.url).pathname },
      { find: /^lutra\/(\w+)$/, replacement: new URL('./lib/entries/$1.ts', import.meta.url).pathname },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});

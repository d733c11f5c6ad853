import { defineConfig } from 'vitest/config';
import { argumentChecks } from './scripts/argument_checks.mjs';

export default defineConfig({
  plugins: [argumentChecks(new URL('./lib', import.meta.url).pathname)],
  resolve: { alias: { lutra: new URL('./lib/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { lutra: new URL('./lib/index.ts', import.meta.url).pathname } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});

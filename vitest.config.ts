import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/private-engine.ts'],
    reporters: ['default', './test/support/closing-reporter.ts'],
    // Real engines, terminals and built programs take their time on a loaded machine; no test waits this long to pass.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // One engine serves all files: those that use it must not press each other.
    fileParallelism: true,
    maxWorkers: 2,
    env: {NO_COLOR: '', FORCE_COLOR: '1', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC'},
  },
});

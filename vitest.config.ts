import {defineConfig} from 'vitest/config';

/** Tests against real engines, servers, terminals and built programs, which share two loaded cores. */
const real = ['test/{program,orchestrators,sources,control}/**/*.test.{ts,tsx}'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/private-engine.ts'],
    reporters: ['default', './test/support/closing-reporter.ts'],
    // Real engines, terminals and built programs take their time on a loaded machine; no test waits this long to pass.
    testTimeout: 60_000,
    hookTimeout: 90_000,
    // One engine serves all files: those that use it must not press each other.
    fileParallelism: true,
    maxWorkers: 2,
    env: {NO_COLOR: '', FORCE_COLOR: '1', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC'},
    projects: [
      // What is pure gives the same result each time: it is run once, and no seed that fails is tried away.
      {extends: true, test: {name: 'pure', include: ['test/**/*.test.{ts,tsx}'], exclude: real}},
      // A real server on a busy machine may miss a moment once. Where CI runs, such a test has a second try, and the
      // closing lines name it; what fails twice has failed.
      {extends: true, test: {name: 'real', include: real, retry: process.env['CI'] ? 1 : 0}},
    ],
  },
});

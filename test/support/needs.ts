/**
 * The real servers that tests need: which of them this machine has. Tests of one that is missing are left out with the
 * reason, or fail where MICROSCALE_TEST_ENGINE=required.
 */
import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {test} from 'vitest';

export interface Need {
  readonly here: boolean;
  /** Why not: `redis-server is not installed (Debian: apt-get install redis-server)`; empty where it is here. */
  readonly reason: string;
}

export const needs = {
  redis: programNeed('redis-server', 'Debian: apt-get install redis-server'),
  rabbitmq: programNeed('rabbitmq-server', 'Debian: apt-get install rabbitmq-server'),
  chromium: programNeed('chromium', 'Debian: apt-get install chromium'),
} as const satisfies Readonly<Record<string, Need>>;

/** Declares what `suites` declares; in its place, where the need isn't met, one test that says so. */
export function needing(what: string, need: Need, suites: () => void): void {
  if (need.here) return suites();
  test(`${what}, against a real server`, ({skip}) => {
    const words = `needs ${what}, and ${need.reason}`;
    if (process.env['MICROSCALE_TEST_ENGINE'] === 'required') throw new Error(`MICROSCALE_TEST_ENGINE is required: it ${words}`);
    skip(words);
  });
}

/** Where a program is: on the path, or where servers are installed that a user's path leaves out. */
export function programPath(program: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];
  return folders.map(folder => join(folder, program)).find(existsSync) ?? null;
}

export function programNeed(program: string, install: string): Need {
  return programPath(program) === null ? {here: false, reason: `${program} is not installed (${install})`} : {here: true, reason: ''};
}

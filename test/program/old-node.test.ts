/** What the program does under a Node that is too old for it. Which Node it is, is what a preloaded script says. */
import {chmodSync, copyFileSync, mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {emptyFolder, program, run} from '../support/program.ts';

const old = `
Object.defineProperty(process, 'version', {value: 'v20.20.2'});
Object.defineProperty(process, 'versions', {value: {...process.versions, node: '20.20.2'}});
`;

/** The program's first file alone, in a folder like the checkout's: nothing else of it may be needed to say what is wrong. */
function place(): {readonly folder: string; readonly file: string; readonly more: Readonly<Record<string, string>>} {
  const folder = emptyFolder({'old.cjs': old});
  mkdirSync(join(folder, 'dist'));
  const file = join(folder, 'dist', 'cli.js');
  copyFileSync(program, file);
  return {folder, file, more: {NODE_OPTIONS: `--require ${join(folder, 'old.cjs')}`}};
}

describe('an older Node', () => {
  test('is told which one is needed, in a line and with status 2', async () => {
    const {folder, file, more} = place();
    const started = run(['--version'], folder, more, undefined, file);
    expect(await started.ended).toBe(2);
    expect(started.errors()).toBe('microscale needs Node 22.8 or newer, and this is v20.20.2: start it with a newer one\n');
    expect(started.output()).toBe('');
  });

  test('hands over to the one that is installed beside the program, with its words and its status', async () => {
    const {folder, file, more} = place();
    const bin = join(folder, 'node_modules', 'node', 'bin');
    mkdirSync(bin, {recursive: true});
    copyFileSync(join(emptyFolder({node: '#!/bin/sh\necho "$@"\nexit 3\n'}), 'node'), join(bin, 'node'));
    chmodSync(join(bin, 'node'), 0o755);
    // As a program that is installed is called.
    symlinkSync(file, join(folder, 'microscale'));
    const started = run(['status', '--json'], folder, more, undefined, join(folder, 'microscale'));
    expect(await started.ended).toBe(3);
    expect(started.output()).toBe(`${file} status --json\n`);
  });
});

/** The linter keeps the layers apart, and these plant one illegal import in each to see that it does. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, symlinkSync, cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'microscale-layers-'));
  for (const name of ['source', 'cli.tsx', '.oxlintrc.json', 'tsconfig.json', 'package.json'])
    cpSync(name, join(folder, name), {recursive: true});
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

function lint(path: string): string {
  try {
    return execFileSync(process.execPath, [resolve('node_modules/oxlint/bin/oxlint'), path], {cwd: folder, encoding: 'utf8'});
  } catch (error) {
    return (error as {stdout: string}).stdout;
  }
}

function plant(path: string, code: string): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), {recursive: true});
  writeFileSync(full, code);
  const said = lint(path);
  rmSync(full);
  return said;
}

test.each([
  ['the scaler', 'source/scaler/planted.ts', '../ports.ts'],
  ['the scaler', 'source/scaler/planted.ts', 'node:fs'],
  ['the scaler', 'source/scaler/planted.ts', 'zod'],
  ['the configuration', 'source/config/planted.ts', '../engine.ts'],
  ['a source', 'source/sources/planted.ts', '../orchestrators/call-queue.ts'],
  ['an orchestrator', 'source/orchestrators/planted.ts', '../console/store.ts'],
  ['an orchestrator’s part', 'source/orchestrators/docker/planted.ts', '../../engine.ts'],
  ['control', 'source/control/planted.ts', '../sources/fixed.ts'],
  ['control’s part', 'source/control/metrics/planted.ts', '../../sources/fixed.ts'],
  ['the console', 'source/console/planted.ts', '../engine.ts'],
  ['the console', 'source/console/planted.ts', 'dockerode'],
  ['the simulator', 'source/simulator/planted.ts', '../console/store.ts'],
  ['a report', 'source/report/planted.ts', '../recording.ts'],
  ['a source', 'source/sources/planted.ts', 'ink'],
  ['history', 'source/history/planted.ts', '../control/feed.ts'],
  ['history', 'source/history/planted.ts', 'node:fs'],
  ['the doctor', 'source/doctor/planted.ts', '../engine.ts'],
  ['a command', 'source/commands/planted.ts', 'meow'],
  ['a command', 'source/commands/planted.ts', 'dockerode'],
  ['a command', 'source/commands/planted.ts', 'prom-client'],
])('%s that imports what it must not know is seen (%s imports %s)', (_layer, path, module) => {
  expect(plant(path, `import * as planted from '${module}';\n\nexport const found = planted;\n`)).toContain('no-restricted-imports');
});

test('what is there now imports nothing that it must not', () => {
  expect(lint('source')).not.toContain('no-restricted-imports');
});

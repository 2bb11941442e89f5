import {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {calmHost} from '../source/orchestrators/simulated.ts';
import {openRecording, recordingHeader, replay} from '../source/recording.ts';
import {simulate} from '../source/simulator/simulate.ts';
import {filler, spec} from './support/fleets.ts';

const folder = mkdtempSync(join(tmpdir(), 'microscale-recording-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

async function record(path: string) {
  const recorder = await openRecording(path, 'auto', reason => {
    throw new Error(reason);
  });
  const {fleet} = await simulate({
    seed: 3,
    forMs: 120_000,
    settings: {project: 'box', capacity: 10, nodeSlots: [], overrideMs: null, modes: []},
    services: [spec('web', {max: 10}), filler('batch', {priority: 2})],
    demands: new Map([['web', [{source: 'random', min: 0, max: 10, everyMs: 1000, step: 3, spikes: 0}]]]),
    host: calmHost,
    recorder,
  });
  return fleet;
}

test('a recording gives the live fleet again, byte for byte', async () => {
  const path = join(folder, 'one.jsonl');
  const fleet = await record(path);
  expect(JSON.stringify(await replay(path))).toBe(JSON.stringify(fleet));
});

test('a last line that a crash cut short is left out', async () => {
  const path = join(folder, 'torn.jsonl');
  await record(path);
  const whole = await replay(path);
  appendFileSync(path, '[{"at":99,"kind":"tic');
  expect(await replay(path)).toEqual(whole);
});

test('an existing file is not written over', async () => {
  const path = join(folder, 'there.jsonl');
  writeFileSync(path, 'precious');
  await expect(openRecording(path, 'auto', () => {})).rejects.toMatchObject({code: 'EEXIST'});
  expect(readFileSync(path, 'utf8')).toBe('precious');
});

test.each([
  ['nothing', '', /is empty: it is no recording/],
  ['something else', '{"name": "package"}\n', /is no recording: its first line isn't a header/],
  ['a newer format', '{"microscale":"recording","version":9}\n', /was recorded in format 9; this microscale reads format 2/],
  ['damage in the middle', `${recordingHeader('auto')}\n{{{\n[]\n`, /:2 is damaged/],
])('a file that holds %s is refused in words', async (_title, text, message) => {
  const path = join(folder, 'bad.jsonl');
  writeFileSync(path, text);
  await expect(replay(path)).rejects.toThrow(message);
});

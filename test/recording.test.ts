import {appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {recordBox} from '../bench/recording.ts';
import {calmHost} from '../source/orchestrators/simulated.ts';
import {recordingLines} from '../source/recording-line.ts';
import {openRecording, openSimulatedRecording, recordingHeader, replay} from '../source/recording.ts';
import type {Entry} from '../source/scaler/entry.ts';
import {simulate} from '../source/simulator/simulate.ts';
import {emptyObservation} from '../source/scaler/observation.ts';
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
  ['a newer format', '{"microscale":"recording","version":9}\n', /was recorded in format 9; this microscale reads format 3/],
  ['damage in the middle', `${recordingHeader('auto')}\n{{{\n[]\n`, /:2 is damaged/],
])('a file that holds %s is refused in words', async (_title, text, message) => {
  const path = join(folder, 'bad.jsonl');
  writeFileSync(path, text);
  await expect(replay(path)).rejects.toThrow(message);
});

test('every kind of entry comes back from its line as it was', () => {
  const at = 1_700_000_000_000;
  const {trouble: _calm, ...nothing} = emptyObservation;
  const still = {...nothing, running: 2};
  const failing = {kind: 'failing', reason: 'no such image', failures: 2, retryAt: at + 1000} as const;
  const groups: readonly (readonly Entry[])[] = [
    [{at, kind: 'connected'}],
    [
      {at: at + 5, kind: 'observed', service: 'web', observation: {...still, trouble: {kind: 'none'}}},
      {
        at: at + 5,
        kind: 'observed',
        service: 'web',
        observation: {
          ...still,
          running: 0,
          pending: 1,
          paused: 1,
          frozen: 2,
          frozenSince: at,
          lostMs: 900,
          chosen: 'youngest',
          trouble: {kind: 'none'},
        },
      },
      {at: at + 5, kind: 'observed', service: 'pay', observation: {...still, standby: 3, order: 7, trouble: failing}},
    ],
    [
      {at: at + 5, kind: 'reading', service: 'web', reading: {kind: 'value', value: 0}},
      {at: at + 5, kind: 'reading', service: 'pay', demand: 2, reading: {kind: 'value', value: 1.5}},
      {at: at + 5, kind: 'reading', service: 'pay', reading: {kind: 'queue', waiting: 4, inFlight: 1, arrived: null}},
      {at: at + 5, kind: 'reading', service: 'pay', demand: 1, reading: {kind: 'queue', waiting: 4, inFlight: 1, arrived: 9}},
      {at: at + 5, kind: 'reading', service: 'web', reading: {kind: 'usage', total: 1.25, replicas: 2}},
      {at: at + 5, kind: 'reading', service: 'web', reading: {kind: 'error', reason: 'gone'}},
    ],
    [{at: at + 9, kind: 'tick'}],
    [{at: at + 9, kind: 'command', command: {kind: 'clear', service: 'web'}, owner: 'ops'}],
  ];
  const [writer, reader] = [recordingLines(), recordingLines()];
  const read = groups.map(entries => reader.decode(writer.encode(entries)));
  expect(read).toEqual(groups);
});

test.each(['', '7', '{}', '[', '["x"]', '[1,["o"]]', '[1,["r","web"]]', '[1,["r",9,2]]', '[1,["z","web",2]]', '[1,{"no":"kind"}]'])(
  'a line that holds %j is damage',
  line => {
    expect(recordingLines().decode(line)).toBeNull();
  },
);

test('an hour of the box is so small that a day of it stays under 50 MB', async () => {
  const path = join(folder, 'hour.jsonl');
  await recordBox(path, 3_600_000);
  expect(statSync(path).size * 24).toBeLessThan(50e6);
});

test('what a simulation writes is whole, however fast it comes', async () => {
  const path = join(folder, 'simulated.jsonl');
  const recorder = openSimulatedRecording(path, 'auto', reason => {
    throw new Error(reason);
  });
  const ticks = 200_000;
  for (let at = 1; at <= ticks; at++) recorder.write([{at, kind: 'reading', service: 'web', reading: {kind: 'value', value: at % 7}}]);
  await recorder.close();
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(ticks + 2);
  expect((await replay(path)).at).toBe(ticks);
});

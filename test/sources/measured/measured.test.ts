import {appendFileSync, closeSync, mkdirSync, openSync, truncateSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openRecording} from '../../../source/recording.ts';
import type {Entry, Reading} from '../../../source/scaler/entry.ts';
import {openMeasured} from '../../../source/sources/measured/measured.ts';
import type {Moment} from '../../../source/sources/measured/moment.ts';
import {emptyFolder} from '../../support/program.ts';

/** The file as it is read: where it begins, and the numbers of each moment. */
async function read(text: string | Buffer) {
  const path = join(emptyFolder(), 'friday.csv');
  writeFileSync(path, text);
  return readPath(path);
}

async function readPath(path: string) {
  const {columns, startAt, moments} = await openMeasured(path);
  const all: Moment[] = [];
  for await (const moment of moments) all.push(moment);
  const number = (reading: Reading) => (reading.kind === 'value' ? reading.value : reading);
  return {
    columns,
    startAt,
    rows: all.map(({atMs, readings}) => [atMs, Object.fromEntries(readings.map(({column, reading}) => [column, number(reading)]))]),
  };
}

/** What is said of a file that can't be meant, without the folder that it is in. */
async function complaint(text: string | Buffer): Promise<string> {
  try {
    await read(text);
  } catch (error) {
    expect((error as Error).name).toBe('MeasuredError');
    return (error as Error).message.replace(/^.*friday\.csv/, 'friday.csv');
  }
  return 'nothing';
}

describe('measured demand as CSV', () => {
  test.each([
    ['dates with a zone', '2026-11-27T18:00:00Z', '2026-11-27T19:00:01+01:00', Date.UTC(2026, 10, 27, 18)],
    ['dates without a zone, taken as UTC', '2026-11-27 18:00:00', '2026-11-27 18:00:01', Date.UTC(2026, 10, 27, 18)],
    ['seconds since 1970', '1795802400', '1795802401', 1_795_802_400_000],
    ['milliseconds since 1970', '1795802400000', '1795802401000', 1_795_802_400_000],
    ['seconds from the beginning', '0', '1.0', 0],
    ['hours, minutes and seconds', '00:00:00', '00:00:01', 0],
    ['hours and minutes of a day', '18:00', '18:00', 64_800_000],
  ])('understands %s', async (title, first, second, startAt) => {
    const {columns, startAt: begun, rows} = await read(`time,web,mail\n${first},4,0.5\n${second},5,1e3\n`);
    expect(columns).toEqual(['web', 'mail']);
    expect(begun).toBe(startAt);
    expect(rows).toEqual([
      [0, {web: 4, mail: 0.5}],
      [title.startsWith('hours and minutes of') ? 0 : 1000, {web: 5, mail: 1000}],
    ]);
  });

  test('takes what spreadsheets write: semicolons, quotes, carriage returns, a byte order mark, empty lines', async () => {
    const {columns, rows} = await read('\ufeff"time";"web"\r\n"0";"5"\r\n\r\n"1"; 6 \r\n');
    expect(columns).toEqual(['web']);
    expect(rows).toEqual([
      [0, {web: 5}],
      [1000, {web: 6}],
    ]);
  });

  test('an empty cell is no reading, and never zero', async () => {
    const {rows} = await read('time,web,mail\n0,4,1\n1,,2\n2,5,\n');
    expect(rows).toEqual([
      [0, {web: 4, mail: 1}],
      [1000, {mail: 2}],
      [2000, {web: 5}],
    ]);
  });

  test.each([
    ['an empty file', '', /^friday.csv is empty: its first line must name the columns/],
    ['a header alone', 'time,web\n', /^friday.csv has a header and no line of numbers/],
    ['no header', '0,1,2\n1,2,3\n', /^friday.csv:1 {2}it has no header/],
    ['a header without a service', 'time\n0\n', /^friday.csv:1 {2}its header names no service/],
    ['a column without a name', 'time,web,\n0,1,2\n', /^friday.csv:1 {2}its header has a column without a name/],
    ['a column twice', 'time,web,web\n0,1,1\n', /^friday.csv:1 {2}its header names “web” twice/],
    ['a name with escape codes', 'time,\u001b[2Jweb\n0,5\n', /^friday.csv:1 {2}its header has a name that is none: “web”, with control/],
    ['times out of order', 'time,web\n0,1\n2,1\n1,4\n', /^friday.csv:4 {2}its time “1” is before that of the line above/],
    ['a time that is none', 'time,web\nsoon,1\n', /^friday.csv:2 {2}“soon” is no time/],
    ['a day that isn’t there', 'time,web\n2026-02-31T00:00:00Z,1\n2026-13-01,1\n', /^friday.csv:3 {2}“2026-13-01” is not a date/],
    ['times of two kinds', 'time,web\n0,1\n00:00:01,2\n', /^friday.csv:3 {2}“00:00:01” is not a number of seconds/],
    ['too few cells', 'time,web,mail\n0,1,1\n1,1\n', /^friday.csv:3 {2}it has 2 cells, and the header has 3/],
    ['NaN', 'time,web\n0,1\n1,NaN\n', /^friday.csv:3 {2}web is “NaN”: expected a number from 0 up/],
    ['a negative number', 'time,web\n0,-1\n', /^friday.csv:2 {2}web is “-1”/],
    ['a number without end', 'time,web\n0,1e999\n', /^friday.csv:2 {2}web is “1e999”, which is without end/],
    ['escape codes', 'time,web\n0,\u001b[2J5\n', /^friday.csv:2 {2}web is “5”, with control characters in it/],
    ['a comma for the decimals', 'time;web\n0;1,5\n', /^friday.csv:2 {2}it has 3 cells, and the header has 2/],
    ['a quote that never ends', 'time,web\n0,"5\n1,2\n', /^friday.csv:\d {2}a quote is opened and never closed/],
    ['a page of HTML', '<!doctype html>\n<p>not found</p>\n', /^friday.csv:1 {2}its header names no service/],
    ['bytes', Buffer.from([0, 1, 2, 255, 254, 10, 0]), /^friday.csv:\d/],
  ])('says the file, the line and the reason for %s', async (_title, text, words) => {
    const said = await complaint(text);
    expect(said).toMatch(words);
    expect(said).not.toContain('\n');
    expect(said).not.toContain('\u001b');
  });

  test('a line of a hundred megabytes is refused where it begins, without being read to its end', async () => {
    const path = join(emptyFolder(), 'friday.csv');
    writeFileSync(path, 'time,web\n0,1\n1,');
    const file = openSync(path, 'a');
    for (let piece = 0; piece < 100; piece++) writeSync(file, '9'.repeat(1_000_000));
    closeSync(file);
    const before = process.memoryUsage.rss();
    await expect(readPath(path)).rejects.toThrow(/friday\.csv:3 {2}the line has over 1 million characters/);
    expect((process.memoryUsage.rss() - before) / 1024 ** 2).toBeLessThan(100);
  });

  test('as many columns as there are services are read, and no more than make sense', async () => {
    const names = (count: number) => Array.from({length: count}, (_, index) => `s${index}`).join(',');
    const {columns, rows} = await read(`time,${names(2000)}\n0,${'7,'.repeat(1999)}7\n`);
    expect(columns).toHaveLength(2000);
    expect(Object.keys(rows[0]?.[1] ?? {})).toHaveLength(2000);
    expect(await complaint(`time,${names(10_001)}\n`)).toMatch(/names 10002 columns, and 10000 are the most/);
  });

  test('what is no file is told apart', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'there'));
    await expect(openMeasured(join(folder, 'there'))).rejects.toThrow(/is a folder: name a CSV file/);
    await expect(openMeasured(join(folder, 'missing.csv'))).rejects.toThrow(/missing.csv is not there: check the path/);
    await expect(openMeasured('/dev/zero')).rejects.toThrow(/is no file/);
  });

  test('whoever reads only the beginning lets go of the rest', async () => {
    const path = join(emptyFolder(), 'friday.csv');
    writeFileSync(path, 'time,web\n');
    for (let second = 0; second < 200; second++) appendFileSync(path, `${second},1\n`);
    const {moments} = await openMeasured(path);
    for await (const {atMs} of moments) if (atMs >= 3000) break;
    expect(await moments[Symbol.asyncIterator]().next()).toEqual({done: true, value: undefined});
  });
});

describe('a recording as measured demand', () => {
  async function recorded(steps: readonly (readonly Entry[])[]): Promise<string> {
    const path = join(emptyFolder(), 'friday.jsonl');
    const recorder = await openRecording(path, 'auto', reason => expect(reason).toBe('nothing'));
    for (const entries of steps) recorder.write(entries);
    await recorder.close();
    return path;
  }
  const at = 1_795_802_400_000;
  const reading = (afterMs: number, service: string, given: Reading, demand = 0): Entry => ({
    kind: 'reading',
    at: at + afterMs,
    service,
    ...(demand > 0 && {demand}),
    reading: given,
  });

  test('gives the readings in it, of whatever kind, at their times', async () => {
    const path = await recorded([
      [{kind: 'tick', at}],
      [reading(1000, 'web', {kind: 'value', value: 3}), reading(1000, 'jobs', {kind: 'queue', waiting: 5, inFlight: 2, arrived: null}, 1)],
      [{kind: 'connected', at: at + 1500}],
      [reading(2500, 'web', {kind: 'stale', reason: 'the server is silent'})],
    ]);
    const {columns, startAt, moments} = await openMeasured(path);
    const all: Moment[] = [];
    for await (const moment of moments) all.push(moment);
    expect(columns).toBeNull();
    expect(startAt).toBe(at);
    expect(all).toEqual([
      {atMs: 0, readings: []},
      {
        atMs: 1000,
        readings: [
          {column: 'web', demand: 0, reading: {kind: 'value', value: 3}},
          {column: 'jobs', demand: 1, reading: {kind: 'queue', waiting: 5, inFlight: 2, arrived: null}},
        ],
      },
      {atMs: 1500, readings: []},
      {atMs: 2500, readings: [{column: 'web', demand: 0, reading: {kind: 'stale', reason: 'the server is silent'}}]},
    ]);
  });

  test('a last line that a crash cut short is left out, and damage before it is named', async () => {
    const path = await recorded([[reading(0, 'web', {kind: 'value', value: 3})], [reading(10, 'web', {kind: 'value', value: 4})]]);
    appendFileSync(path, '[5,["r",0');
    expect((await readPath(path)).rows).toEqual([
      [0, {web: 3}],
      [10, {web: 4}],
    ]);
    appendFileSync(path, '\n[5,["r",0,6]]\n');
    await expect(readPath(path)).rejects.toThrow(/friday.jsonl:4 {2}it is damaged/);
  });

  test('an empty one, and one of another format, are told in words', async () => {
    const path = await recorded([]);
    await expect(readPath(path)).rejects.toThrow(/is a recording in which nothing happened/);
    truncateSync(path);
    writeFileSync(path, '{"microscale":"recording","version":1,"acting":"auto"}\n[]\n');
    await expect(readPath(path)).rejects.toThrow(/was recorded in format 1/);
  });
});

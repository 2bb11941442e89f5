import {closeUpOf, lookFor} from '../../source/console/close-up.ts';
import {describe, expect, test} from 'vitest';
import {frame} from '../../source/console/frame.ts';
import {keyTable} from '../../source/console/keys/table.ts';
import {spokenLines} from '../../source/console/spoken.ts';
import {reduce, type ConsoleState} from '../../source/console/state.ts';
import {goldenScreens} from '../support/goldens.ts';
import {lookingConsole, updateOf} from '../support/past.ts';
import {noon} from '../support/recordings.ts';
import {plainUnicode} from '../support/screens.ts';

const second = 1000;
const minute = 60 * second;
const sizes = [
  {columns: 60, rows: 15},
  {columns: 80, rows: 24},
  {columns: 100, rows: 30},
  {columns: 140, rows: 40},
  {columns: 200, rows: 60},
];
const textOf = (state: ConsoleState, columns = 140, rows = 40, look = plainUnicode) =>
  frame(state, {columns, rows}, look)
    .join('\n')
    .replaceAll(/\u001b\[\d+m/g, '');
const firstRow = (state: ConsoleState, columns = 140) => textOf(state, columns, 24).split('\n')[0];

describe('the arrows', () => {
  test('go back a second, and each press of a held key counts', async () => {
    const console = await lookingConsole();
    const {end} = console;
    expect((await console.press('left')).past).toMatchObject({at: end - second, shownAt: end - second});
    const far = await console.press(...Array.from({length: 90}, () => 'left'));
    expect(far.past).toMatchObject({shownAt: end - 91 * second});
    expect(far.update?.fleet.at).toBe(end - 91 * second);
    expect((await console.press('right')).past?.shownAt).toBe(end - 90 * second);
  });

  test('held together they come to one look', async () => {
    const console = await lookingConsole();
    await console.press('[', '[', '[', '[', '[', '[');
    // Its own stretch, and those of the ten minutes before.
    expect(console.asked()).toBeLessThanOrEqual(12);
    expect(console.state().samples.length).toBeGreaterThan(420);
  });

  test('ask for no more than one stretch where the minutes before are still known from when they were new', async () => {
    const console = await lookingConsole();
    const samples = Array.from({length: 600}, (_, index) => ({at: console.end - (599 - index) * second, services: {}}));
    console.dispatch({kind: 'updated', update: {...updateOf(console.fleet, console.end), samples}});
    const state = await console.press('left', 'left', 'left');
    expect(console.asked()).toBe(1);
    expect(state.samples.map(({at}) => at)).toEqual(Array.from({length: 597}, (_, index) => console.end - (599 - index) * second));
  });

  test('a minute with [ and ], and on past the present is the present', async () => {
    const console = await lookingConsole();
    expect((await console.press('[', '[')).past?.shownAt).toBe(console.end - 2 * minute);
    expect((await console.press(']')).past?.shownAt).toBe(console.end - minute);
    const now = await console.press(']');
    expect(now.past).toBeNull();
    expect(now.update?.fleet).toBe(console.fleet);
    await console.press('right');
    expect(console.refusals()).toEqual(['this is now: the left arrow looks at what was']);
  });

  test('stop at the oldest moment that is kept, and say so', async () => {
    const console = await lookingConsole();
    await console.press('left', 'home');
    const oldest = console.state().past?.from ?? 0;
    expect(console.end - oldest).toBeGreaterThan(19 * minute);
    expect(console.state().past?.shownAt).toBe(oldest);
    await console.press('left');
    expect(console.refusals()).toEqual(['nothing before 12:00:00 is kept']);
    await console.press(...Array.from({length: 30}, () => '['));
    expect(console.state().past?.shownAt).toBe(oldest);
  });

  test('that lead beyond it stop there', async () => {
    const console = await lookingConsole();
    const {past} = await console.press(...Array.from({length: 40}, () => '['));
    expect(past?.shownAt).toBe(past?.from);
  });
});

describe('End and Home', () => {
  test('End goes back to now, and in the present selects the last', async () => {
    const console = await lookingConsole();
    expect((await console.press('end')).selected).toBe('batch');
    await console.press('left', 'left');
    const now = await console.press('end');
    expect(now).toMatchObject({past: null, selected: 'batch'});
    expect(now.update?.fleet).toBe(console.fleet);
  });
});

describe('while the past is looked at', () => {
  test('what the engine tells waits behind it, and is there when it is left', async () => {
    const console = await lookingConsole();
    const before = await console.press('[');
    const later = updateOf({...console.fleet, at: console.end + 5 * second}, console.end + 5 * second);
    const sample = {at: console.end + 5 * second, services: {}};
    console.dispatch({kind: 'updated', update: {...later, samples: [sample]}});
    expect(console.state().update).toBe(before.update);
    expect(console.state().samples).toBe(before.samples);
    expect(firstRow(console.state())).toContain('[PAST 12:19:00, 1m05s ago]');
    const now = await console.press('end');
    expect(now.update?.vitals.at).toBe(console.end + 5 * second);
    expect(now.samples.at(-1)).toBe(sample);
  });

  test.each(keyTable.filter(({acts}) => acts).map(key => [key.shown, key] as const))('%s says why it can’t act', async (_shown, key) => {
    const console = await lookingConsole();
    await console.press('[');
    for (const name of key.keys) await console.press(name);
    expect(console.commands()).toEqual([]);
    expect(console.refusals()).toEqual(key.keys.map(() => 'this is the past, 12:19:00: End goes back to now'));
    expect(console.state().prompt.kind).toBe('none');
  });

  test('the palette acts no more than the keys do', async () => {
    const console = await lookingConsole();
    await console.press('[', ':', ...'takeov', 'enter');
    await console.press(':', ...'boost', 'enter');
    expect(console.commands()).toEqual([]);
    expect(console.refusals()).toHaveLength(2);
  });

  test('selecting, the detail, finding, sorting and what if go on, on what was', async () => {
    const console = await lookingConsole();
    await console.press('[', '[', '[', 'j', 'enter');
    expect(console.state()).toMatchObject({selected: 'mail', view: {kind: 'detail'}});
    await console.press('left');
    expect(console.state().view.kind).toBe('detail');
    await console.press('escape', '/', 'b', 'a', 'enter');
    expect(console.state().selected).toBe('batch');
    await console.press('escape', 'o', 'w', 'c', '9', 'enter');
    const {view} = console.state();
    expect(view.kind).toBe('what-if');
    expect(textOf(console.state())).toContain('PAST');
  });

  test('an engine that goes tears nobody out of it: the header says so, and the question waits', async () => {
    const console = await lookingConsole();
    console.dispatch({kind: 'attached', attached: true, onExit: 'leave'});
    await console.press('[');
    // One that watches only is never asked.
    console.dispatch({kind: 'gone', reason: 'it crashed'});
    expect(console.state().prompt.kind).toBe('none');
    expect(textOf(console.state(), 60, 15)).toContain('now: ENGINE GONE');
    expect(textOf(console.state())).not.toContain('NOBODY ACTS');
    await console.press('end');
    expect(console.state().prompt).toMatchObject({kind: 'confirm', answer: 'take-over'});
  });

  test('one quiet sign says that priority 1 is short now', async () => {
    const console = await lookingConsole();
    await console.press('[');
    expect(textOf(console.state())).not.toContain('now: ');
    const {standing} = console.fleet;
    console.dispatch({kind: 'updated', update: updateOf({...console.fleet, standing: {...standing, met: false}}, console.end + second)});
    for (const {columns, rows} of sizes) expect(textOf(console.state(), columns, rows)).toMatch(/now: DEMAND NOT MET {2}then: slots \d/);
  });
});

describe('what can’t be shown', () => {
  test('is said, and nobody stands where nothing is', async () => {
    const console = await lookingConsole({fail: 'this engine keeps no past: it is of an older microscale'});
    const state = await console.press('left', 'left');
    expect(state.past).toBeNull();
    expect(state.message?.text).toBe('the past can’t be shown: this engine keeps no past: it is of an older microscale');
  });
});

describe('playing', () => {
  test('Space plays on from there and stops again; > and < change how fast', async () => {
    const console = await lookingConsole();
    await console.press('[', '[', '[', ' ');
    const from = console.end - 3 * minute;
    expect((await console.pass(3 * second)).past?.shownAt).toBe(from + 3 * second);
    await console.press('>', '>');
    expect(firstRow(console.state())).toContain('> 4x]');
    expect((await console.pass(3 * second)).past?.shownAt).toBe(from + 15 * second);
    await console.press('<');
    expect(console.state().pace).toEqual({kind: 'playing', speed: 2});
    await console.press(' ');
    const stopped = console.state().past?.shownAt;
    expect((await console.pass(3 * second)).past?.shownAt).toBe(stopped);
  });

  test('a step stops it, and it ends at the present', async () => {
    const console = await lookingConsole();
    await console.press('[', '>', '>', '>', '>', 'left');
    expect(console.state().pace.kind).toBe('still');
    await console.press(' ');
    const state = await console.pass(10 * second);
    expect(state.past).toBeNull();
    expect(state.pace.kind).toBe('still');
    await console.press(' ');
    expect(console.refusals()).toEqual(['this is now: the left arrow looks at what was, and Space plays it from there']);
  });

  test('of a recording ends at its end, where End leads', async () => {
    const console = await lookingConsole({recording: true});
    await console.press('left');
    expect(firstRow(console.state())).toContain('[REPLAY 12:19:59, 1s to its end]');
    await console.press('+');
    await console.press('end');
    expect(firstRow(console.state())).toContain('[REPLAY 12:20:00, its end]');
    const {past} = console.state();
    const days = {...console.state(), past: past && {...past, from: past.shownAt - 3 * 24 * 60 * minute}};
    expect(firstRow(days)).toMatch(/\[REPLAY \d+ \w+ 12:20:00, its end\]/);
    await console.press('right', ' ', 'home', 'left', 'ctrl-r');
    expect(console.refusals()).toEqual([
      'this is a recording: nothing can be changed in it',
      'the recording ends here',
      'the recording ends here',
      'the recording begins here',
      'a recording has no host to read',
    ]);
    await console.press('>', '>', '>', '>', '>', '>');
    const state = await console.pass(25 * second);
    expect(state.past?.shownAt).toBe(console.end);
    expect(state.pace.kind).toBe('still');
  });
});

test('a simulated recording, whose time begins at zero, is looked at like any other', async () => {
  const console = await lookingConsole({recording: true, earlierMs: noon});
  const state = await console.press('left', '[', '[', '[', '[', '[');
  expect(state.samples.length).toBeGreaterThan(420);
  await console.press('home', 'left');
  expect(console.state().past).toMatchObject({at: 0, shownAt: 0, from: 0});
  expect(console.refusals()).toEqual(['the recording begins here']);
});

describe('golden screens', () => {
  const backward = async () => (await lookingConsole()).press('[', '[', '[', '[', 'left', 'left');
  goldenScreens({past: backward}, sizes);

  test('every size says that it is the past', async () => {
    const state = await backward();
    for (const {columns, rows} of sizes) expect(textOf(state, columns, rows).split('\n')[0]).toContain('[PAST 12:15:58, 4m02s ago]');
  });

  test('the sign of a replay is there at every size, however long it is', async () => {
    const console = await lookingConsole({recording: true});
    await console.press('left', 'home');
    const state = reduce(console.state(), {kind: 'paced', pace: {kind: 'playing', speed: 1024}});
    for (const {columns, rows} of sizes) expect(textOf(state, columns, rows)).toMatch(/\[REPLAY \d\d:\d\d:\d\d, .*1024x\]/);
  });

  test('for a screen reader the past is said before all else', async () => {
    const console = await lookingConsole();
    const state = await console.press('[');
    expect(spokenLines(state, plainUnicode)[1]).toBe('This is the past, 12:19:00, 1m ago: End goes back to now.');
  });
});

describe('the detail, in the past', () => {
  test('asks for no replicas or log, which are of now, shows none, and says why', async () => {
    const console = await lookingConsole();
    await console.press('l');
    expect(lookFor(console.state())).toEqual({service: 'web', kind: 'logs'});
    const past = await console.press('left');
    expect(lookFor(past)).toBeNull();
    expect(closeUpOf(past)).toMatchObject({logs: null, replicas: null, failure: 'not kept of the past: End goes back to now'});
    expect(lookFor(await console.press('end'))).toEqual({service: 'web', kind: 'logs'});
  });
});

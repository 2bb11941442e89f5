/** Every key of the table, pressed in a real terminal on the built console, and what comes of it. A new key needs a row here. */
import {existsSync, readlinkSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {keyTable} from '../../source/console/keys/table.ts';
import type {Update} from '../../source/ports.ts';
import type {Screen} from '../support/program.ts';
import {at, crowdState, saleState, updateOf} from '../support/screens.ts';
import {openOn, showStates, type ShownStates} from '../support/shown-states.ts';
import {until} from '../support/until.ts';

const wide = {columns: 140, rows: 40};

/** Twenty services, the first of them overruled, and a mode to choose. */
function crowd(): Update {
  const update = updateOf(crowdState(20));
  const {settings} = updateOf(saleState()).fleet;
  const override = {rule: {kind: 'pin', replicas: 2}, owner: 'ops@mgr-1', placedAt: at, until: null, note: ''} as const;
  const services = update.fleet.services.map(service =>
    service.spec.name === 'service-000' ? {...service, overrides: [override]} : service,
  );
  return {...update, fleet: {...update.fleet, services, settings: {...update.fleet.settings, modes: settings.modes}}};
}

type Look = (screen: Screen, states: ShownStates) => unknown;

const selects =
  (service: string): Look =>
  screen =>
    screen.rows().some(row => row.includes('▸') && row.includes(` ${service} `) && !row.includes('demand and replicas'));
const shows =
  (text: string): Look =>
  screen =>
    screen.text().includes(text);
const hides =
  (text: string): Look =>
  screen =>
    !screen.text().includes(text);
/** The engine was asked for it, and its answer is on the screen. */
const asks =
  (kind: string, by?: number): Look =>
  (screen, {commands}) => {
    const last = commands.at(-1);
    return (
      last?.kind === kind &&
      (by === undefined || ('by' in last && last.by === by)) &&
      shows(`did ${commands.length}: ${kind}`)(screen, {} as ShownStates)
    );
  };

/** By the key's name in the table: what a terminal sends for it, and what is then to be seen. Questions are closed again by Esc. */
const rows: readonly (readonly [key: string, sent: string, look: Look, after?: readonly (readonly [sent: string, look: Look])[]])[] = [
  ['down', '\u001b[B', selects('service-005')],
  ['j', 'j', selects('service-010')],
  ['up', '\u001b[A', selects('service-005')],
  ['k', 'k', selects('service-000')],
  ['pagedown', '\u001b[6~', selects('service-012')],
  ['pageup', '\u001b[5~', selects('service-000')],
  ['end', '\u001b[F', selects('service-019')],
  ['home', '\u001b[H', selects('service-000')],
  ['G', 'G', selects('service-019')],
  ['g', 'g', selects('service-000')],
  ['enter', '\r', shows('l log, Esc back')],
  ['l', 'l', shows('l replicas, Esc back')],
  ['escape', '\u001b', shows('l log, Esc back'), [['\u001b', hides('Esc back')]]],
  ['+', '+', asks('adjust', 1)],
  ['-', '-', asks('adjust', -1)],
  ['=', '=', shows('Pin service-000 for 1m at: _'), [['\u001b', hides('Pin service-000')]]],
  ['z', 'z', asks('hold')],
  ['b', 'b', asks('boost')],
  ['.', '.', asks('rank', -1)],
  [',', ',', asks('rank', 1)],
  ['t', 't', shows('1 5m  2 30m  3 2h'), [['\u001b', hides('override last?')]]],
  ['N', 'N', shows('Why is service-000 overruled? _'), [['evening rush, x: 2\r', asks('note')]]],
  ['x', 'x', asks('clear')],
  ['X', 'X', shows('Clear the one override?'), [['\u001b', hides('Clear the one')]]],
  ['u', 'u', asks('undo')],
  ['P', 'P', asks('pause')],
  ['m', 'm', shows('1 normal  2 sale'), [['\u001b', hides('Which mode?')]]],
  [
    'w',
    'w',
    shows('What if: _'),
    [
      ['c90\r', shows('If there were 90 slots')],
      ['\u001b', hides('If there were')],
    ],
  ],
  [
    '/',
    '/',
    shows('/_  (a part of a name'),
    [
      ['007\r', shows('services 1, /007')],
      ['\u001b', shows('of 20 ─')],
      ['g', selects('service-000')],
    ],
  ],
  ['o', 'o', shows('by what is missing')],
  ['O', 'O', shows('by what is missing, the other way round'), [['oooo', hides('the other way round')]]],
  ['y', 'y', screen => screen.sent().includes(`\u001b]52;c;${Buffer.from('service-000: ').toString('base64').slice(0, 16)}`)],
  [
    'S',
    'S',
    (screen, {folder}) => {
      const name = /the screen is saved as (microscale-[\d-]+\.txt)/.exec(screen.text())?.[1];
      return name !== undefined && existsSync(`${folder}/${name}`);
    },
  ],
  ['?', '?', shows('Esc closes'), [['\u001b', hides('Esc closes')]]],
  [':', ':', shows('a part of an action’s name'.replace('’', "'")), [['\u001b', hides('Actions ')]]],
  ['left', '\u001b[D', shows('[PAST')],
  ['right', '\u001b[C', hides('[PAST')],
  ['[', '[[', shows('2m ago')],
  [']', ']', shows('1m ago')],
  [' ', ' ', shows('> 1x')],
  ['>', '>', shows('> 2x')],
  ['<', '<', shows('> 1x'), [['\u001b[F', hides('[PAST')]]],
  ['ctrl-r', '\u0012', (_screen, {refreshed}) => refreshed() === 1],
  ['ctrl-l', '\u000c', screen => hides('DEBRIS')(screen, {} as ShownStates) && /^ microscale .*q quit$/s.test(screen.text().trimEnd())],
  ['q', 'q', shows('Leave? The engine goes on without this console.'), [['n', hides('Leave?')]]],
  ['ctrl-c', '\u0003', screen => !screen.state().alternate],
];

test('every key of the table shows its effect', async () => {
  expect(rows.map(([key]) => key).toSorted()).toEqual(keyTable.flatMap(({keys}) => keys).toSorted());
  const states = await showStates(crowd());
  const screen = openOn(states, wide);
  await until('the first frame', () => selects('service-000')(screen, states));
  for (const [key, sent, look, after = []] of rows) {
    // What another program writes over the screen is what it is drawn again for.
    if (key === 'ctrl-l') await litter(screen);
    for (const [text, seen] of [[sent, look] as const, ...after]) {
      screen.press(text);
      await until(`“${key}” (${JSON.stringify(text)}) to show its effect`, () => seen(screen, states)).catch((error: Error) => {
        throw new Error(`${error.message}\n${screen.text().trimEnd()}`, {cause: error});
      });
    }
  }
  expect(await screen.ended).toBe(0);
});

async function litter(screen: Screen): Promise<void> {
  writeFileSync(readlinkSync(`/proc/${screen.pty.pid}/fd/0`), '\u001b7\u001b[8;30HDEBRIS\u001b8');
  await until('the debris', () => screen.text().includes('DEBRIS'));
}

test('three presses in one write count three, and a paste of 10 kB fires nothing', async () => {
  const states = await showStates(crowd());
  const screen = openOn(states, wide);
  await until('the first frame', () => selects('service-000')(screen, states));
  screen.press('+++');
  await until('three commands', () => states.commands.length === 3);
  const keys = keyTable.flatMap(({keys}) => keys).filter(key => key.length === 1);
  const pasted = `${keys.join('')}y\r\nq\u0003`.repeat(1000).slice(0, 10_000);
  screen.press(`\u001b[200~${pasted}\u001b[201~`);
  // What comes after it is a key again, so that all of it has been read by then.
  screen.press('z');
  await until('the key after it', () => states.commands.length > 3);
  expect(states.commands.map(({kind}) => kind)).toEqual(['adjust', 'adjust', 'adjust', 'hold']);
  await until('its answer', () => screen.text().includes('did 4: hold'));
  expect(selects('service-000')(screen, states)).toBe(true);
  for (const sign of ['Leave?', 'PAUSED', 'saved as', 'Esc closes', 'Esc back']) expect(screen.text()).not.toContain(sign);
});

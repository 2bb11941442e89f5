import {describe, expect, test} from 'vitest';
import stringWidth from 'string-width';
import {frame} from '../../source/console/frame.ts';
import {reduce, type ConsoleState} from '../../source/console/state.ts';
import {goldenStates, shownState} from '../support/golden-states.ts';
import {goldenScreens} from '../support/goldens.ts';
import {at, colored, goldenSizes, plainUnicode, saleState, shopState} from '../support/screens.ts';

describe('golden screens', () => {
  const states = Object.entries(goldenStates).map(([name, golden]) => [name, () => shownState(golden)] as const);
  goldenScreens(Object.fromEntries(states), goldenSizes);
});

const text = (state: ConsoleState, columns = 140, rows = 40, look = plainUnicode) =>
  frame(state, {columns, rows}, look)
    .join('\n')
    .replaceAll(/\u001b\[\d+m/g, '');

describe('every frame', () => {
  test('fills exactly the screen, whatever its size', () => {
    const state = shopState();
    for (let columns = 1; columns <= 220; columns += 7) {
      for (let rows = 1; rows <= 70; rows += 3) {
        const lines = frame(state, {columns, rows}, colored);
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(stringWidth(line)).toBe(columns);
      }
    }
  });

  test('says how much room it needs where there is too little', () => {
    expect(text(shopState(), 59, 20)).toContain('microscale needs 60x15');
  });
});

describe('a danger in the table', () => {
  const failing = (reason: string) => {
    const state = shopState();
    const fleet = state.update!.fleet;
    const trouble = {kind: 'failing', failures: 3, reason, retryAt: at + 60_000} as const;
    const services = fleet.services.map(service =>
      service.observed && service.spec.name === 'batch' ? {...service, observed: {...service.observed, trouble}} : service,
    );
    return {...state, update: {...state.update!, fleet: {...fleet, services}}};
  };

  test('is read whole where columns that can be spared stood in its way', () => {
    const usual = text(shopState(), 96, 24);
    expect(usual).toContain('TREND');
    expect(usual).toContain('MIN-MAX');
    const shown = text(failing('no image'), 96, 24);
    expect(shown).toContain('failing (3): no image; next try');
    expect(shown).not.toContain('TREND');
  });

  test('takes no more than those, however long it is', () => {
    const shown = text(failing('no image '.repeat(30)), 80, 24);
    expect(shown).toContain('OVERRIDE');
    expect(shown).toContain('RUN/DES');
    expect(shown).toContain('failing (3): no image');
  });
});

describe('truth before beauty', () => {
  const change = (make: (state: ConsoleState) => ConsoleState, columns = 80, rows = 24) => text(make(shopState()), columns, rows);
  const withUpdate = (state: ConsoleState, update: Partial<NonNullable<ConsoleState['update']>>): ConsoleState => ({
    ...state,
    update: state.update && {...state.update, ...update},
  });

  test('a simulated host says so in the header, at every size', () => {
    for (const {columns, rows} of goldenSizes) {
      const shown = change(
        state =>
          withUpdate(state, {
            vitals: {
              facts: {
                title: 'x',
                kind: 'simulated',
                remark: 'no Docker engine at unix:///var/run/docker.sock',
                nodes: [],
                made: [],
                found: [],
              },
              heardAt: at,
              you: 'ops@mgr-1',
              session: 1,
              operators: [],
              at,
              alarms: [],
            },
          }),
        columns,
        rows,
      );
      expect(shown.split('\n')[0]).toContain('SIMULATED');
    }
  });

  test('a paused scaler, a dry run and a read-only console are named', () => {
    const acting = (mode: 'paused' | 'dry-run') => change(state => withUpdate(state, {fleet: {...state.update!.fleet, acting: mode}}));
    expect(acting('paused')).toContain('[PAUSED]');
    expect(acting('dry-run')).toContain('[DRY RUN]');
    expect(text(shopState(true), 80, 24)).toContain('read-only');
  });

  test('a lost host and stale data look it', () => {
    expect(
      change(state => withUpdate(state, {fleet: {...state.update!.fleet, host: {kind: 'lost', reason: 'gone', since: at - 7000}}})),
    ).toContain('HOST LOST for 7s');
    expect(change(state => withUpdate(state, {vitals: {...state.update!.vitals, heardAt: at - 12_000}}))).toContain('STALE 12s');
    const gone = change(state => reduce(state, {kind: 'gone', reason: 'it crashed'}));
    expect(gone).toContain('ENGINE GONE');
    expect(gone).toContain('NOBODY ACTS');
    expect(gone).toContain('it crashed');
  });

  test('the mode that holds is named with its reason, a normal one that somebody has chosen too', () => {
    const header = (state: ConsoleState, columns: number) => text(state, columns).split('\n')[0];
    expect(header(saleState(), 140)).toContain('mode sale  web above 40 for 10 s');
    for (const {columns} of goldenSizes) expect(header(saleState(), columns)).toContain('mode sale');
    expect(text(saleState(), 200)).toContain('normal → sale, web above 40 for 10 s');
    const chosen = change(
      state =>
        withUpdate(state, {
          fleet: {...state.update!.fleet, mode: {name: 'normal', since: at, why: {kind: 'chosen', by: 'ann@one', until: at + 600_000}}},
        }),
      140,
      40,
    );
    expect(chosen.split('\n')[0]).toContain('mode normal  by ann@one until 12:12');
  });

  test('names from outside can’t move the cursor, colour the rest or break a column', () => {
    const evil = '\u001b[2J\u001b]0;owned\u0007we\u202eb\n\t漢字' + 'x'.repeat(10_000);
    const lines = frame(
      {...shopState(), happenings: [{kind: 'noted', at, note: {level: 'warning', service: evil, text: evil}}]},
      {columns: 100, rows: 30},
      plainUnicode,
    );
    for (const line of lines) {
      expect(stringWidth(line)).toBe(100);
      expect(line.replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u001f\u202e]/);
    }
  });
});

test('without colours bold and inverse stay, and nothing else', () => {
  const codes = new Set(
    frame(
      reduce(shopState(), {kind: 'prompted', prompt: {kind: 'number', service: 'web', typed: '4'}}),
      {columns: 140, rows: 40},
      plainUnicode,
    )
      .join('')
      .match(/\u001b\[\d+m/g),
  );
  expect([...codes].toSorted()).toEqual(['\u001b[1m', '\u001b[22m', '\u001b[27m', '\u001b[7m']);
});

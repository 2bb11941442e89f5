/** A line that carries little: what it was too slow for is left out, and not played back. */
import {expect, test} from 'vitest';
import type {Update} from '../../source/ports.ts';
import {at, crowdState, updateOf} from '../support/screens.ts';
import {openOn, showStates} from '../support/shown-states.ts';
import {until} from '../support/until.ts';

function pinned(replicas: number): Update {
  const update = updateOf(crowdState(20));
  const override = {rule: {kind: 'pin', replicas}, owner: 'ops@mgr-1', placedAt: at, until: null, note: ''} as const;
  return {...update, fleet: {...update.fleet, services: update.fleet.services.map(service => ({...service, overrides: [override]}))}};
}

test('of many states that a terminal could not take, it is shown the latest, and hardly any of those between', async () => {
  const states = await showStates(pinned(1000));
  const screen = openOn(states, {columns: 140, rows: 40});
  await until('the first frame', () => screen.text().includes('pin 1000'));
  const before = screen.sent().length;
  screen.pty.pause();
  for (let replicas = 1001; replicas <= 1300; replicas++) {
    states.show(pinned(replicas));
    await new Promise(resolve => setTimeout(resolve, 2));
  }
  screen.pty.resume();
  // On a slow line row by row.
  const isLatest = () => screen.text().includes('pin 1300') && !/pin 1(?!300)\d\d\d/.test(screen.text());
  await until('the latest, and nothing else', isLatest);
  const shown = new Set(
    screen
      .sent()
      .slice(before)
      .match(/1[0-3]\d\d/g),
  );
  // What was on its way when it stopped, and what a patient console sent in case that an answer had been lost.
  expect(shown.size).toBeLessThan(20);
});

test('an answer of the terminal is no key, and none is left for the shell', async () => {
  const states = await showStates(pinned(1));
  const screen = openOn(states, {columns: 140, rows: 40});
  await until('the first frame', () => screen.text().includes('WHY'));
  for (let press = 1; press <= 5; press++) {
    screen.press('z');
    await until('its effect', () => screen.text().includes(`did ${press}: hold`));
  }
  screen.press('\u0003');
  expect(await screen.ended).toBe(0);
  expect(states.commands).toHaveLength(5);
  // An echo of an answer would stand below the last words.
  expect(screen.text()).not.toMatch(/\^\[|\[1;\d/);
});

/** Why a service is overruled: asked, sent, believed and kept. */
import {expect, test} from 'vitest';
import {readRequest} from '../../source/control/protocol.ts';
import type {ConsoleState} from '../../source/console/state.ts';
import {createCollector} from '../../source/report/collect.ts';
import type {Entry} from '../../source/scaler/entry.ts';
import type {Override} from '../../source/scaler/fleet.ts';
import {spec} from '../support/fleets.ts';
import {session} from '../support/pressed.ts';
import {shopState} from '../support/screens.ts';

test('N asks why, where there is an override of one’s own, and begins with what was said before', () => {
  expect(session().press('N').refusals()).toEqual(['web has no override: pin, hold or boost it first']);
  const asked = session().press('j', 'N');
  expect(asked.question()).toBe('Why is pay overruled? _  Enter says it to all  Esc leaves it');
  expect(asked.press(...'no:ise ü', 'enter').commands()).toEqual([{kind: 'note', service: 'pay', note: 'no:ise ü'}]);
  const state = shopState();
  const withOverride = (change: Partial<Override>): ConsoleState => {
    const services = state.update!.fleet.services.map(service => ({
      ...service,
      overrides: service.overrides.map(override => ({...override, ...change})),
    }));
    return {...state, update: {...state.update!, fleet: {...state.update!.fleet, services}}};
  };
  const again = session(withOverride({note: 'rush 👍'})).press('j', 'N', 'backspace', 'backspace', 'enter');
  expect(again.commands()).toEqual([{kind: 'note', service: 'pay', note: 'rush'}]);
  expect(
    session(withOverride({note: 'rush'}))
      .press('j', 'N', 'enter')
      .commands(),
  ).toEqual([]);
  expect(
    session(withOverride({owner: 'ann@one'}))
      .press('j', 'N')
      .refusals(),
  ).toEqual(['pay is pinned at 2 by ann@one, whose it is to say why: t makes it yours']);
});

test('a note has at most 80 characters, and of a long one the end is in sight', () => {
  const typed = session().press('j', 'N', ...'abcdefghij'.repeat(10));
  expect(typed.question()).toMatch(/\? \.\.[a-j]{30}_ {2}Enter/);
  expect(typed.press('enter').commands()).toEqual([{kind: 'note', service: 'pay', note: 'abcdefghij'.repeat(8)}]);
  expect(session().press('j', 'N', 'escape').commands()).toEqual([]);
});

test('over a socket it is cleaned, and one without an end is no request', () => {
  const sent = (note: string) => readRequest({id: 1, kind: 'command', command: {kind: 'note', service: 'web', note}});
  expect(sent('\u001b[2Jrush')).toMatchObject({command: {kind: 'note', service: 'web', note: 'rush'}});
  expect(sent('x'.repeat(201))).toBeNull();
});

test('a report has one override with what was said of it last', () => {
  const collector = createCollector('auto', 'UTC');
  const owner = 'ann@ops';
  const settings = {project: 'shop', capacity: 4, nodeSlots: [], overrideMs: null, modes: []};
  const entries: readonly Entry[] = [
    {at: 1000, kind: 'configured', settings, services: [spec('web')]},
    {at: 2000, kind: 'command', owner, command: {kind: 'hold', service: 'web', lasting: 'default', toggle: false}},
    {at: 3000, kind: 'command', owner, command: {kind: 'note', service: 'web', note: 'evening rush'}},
  ];
  for (const entry of entries) collector.fold([entry]);
  expect(collector.facts('shop.rec', null).overrides.items).toMatchObject([
    {rule: 'held at 0', note: 'evening rush', from: 2000, to: null},
  ]);
});

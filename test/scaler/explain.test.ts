import {expect, test} from 'vitest';
import {explain, gist, reasonWords, tell} from '../../source/scaler/explain.ts';
import type {Reason} from '../../source/scaler/decision.ts';
import {after, filler, fleetOf, observed, reading, spec} from '../support/fleets.ts';

const clock = (at: number) => `t${at}`;

test.each([
  [{kind: 'demand', value: 7, ahead: null, target: {kind: 'direct'}, label: ''}, 'demand 7'],
  [{kind: 'demand', value: 74.25, ahead: null, target: {kind: 'perReplica', value: 8}, label: ''}, 'demand 74.3 ÷ 8'],
  [
    {kind: 'demand', value: 30, ahead: 34.25, target: {kind: 'direct'}, label: 'redis list jobs'},
    'redis list jobs: demand 30 and 34.3 ahead',
  ],
  [
    {kind: 'queue', backlog: 42, arrivals: 4.1, rate: 1.5, drainWithinMs: 30_000, label: ''},
    '42 in the queue, 4.10/s come, 1.50/s each, 30 s to drain',
  ],
  [
    {kind: 'queue', backlog: 42, arrivals: 0, rate: null, drainWithinMs: 30_000, label: ''},
    '42 in the queue, learning how fast a replica is',
  ],
  [{kind: 'utilization', used: 0.95, replicas: 2, ratio: 0.7, label: ''}, '95% used of 2, 70% wanted'],
  [{kind: 'steady', replicas: 10, tolerance: 0.2}, 'stays at 10, within 20%'],
  [{kind: 'fixed', replicas: 3}, 'always 3'],
  [{kind: 'waiting', replicas: 3, label: 'push'}, 'push: no reading yet, holds 3'],
  [{kind: 'lost', cause: 'no such file', since: 1, onLost: {kind: 'hold'}, label: ''}, 'source lost (no such file), holds'],
  [{kind: 'settling', replicas: 9, until: 5}, 'settling at 9 until t5'],
  [{kind: 'bound', bound: 'max', replicas: 4}, 'max 4'],
  [{kind: 'preempted', by: 'web', priority: 1}, 'preempted by web (priority 1)'],
  [{kind: 'preempted', by: 'web', priority: 0}, 'preempted by web (boosted)'],
  [{kind: 'trouble', trouble: {kind: 'failing', reason: 'no image', failures: 2, retryAt: 9}}, 'failing (2): no image; next try t9'],
  [
    {kind: 'override', override: {rule: {kind: 'pin', replicas: 2}, owner: 'ops@a', placedAt: 1, until: 7, note: ''}, beyondBounds: true},
    'pinned at 2 by ops@a until t7, beyond its bounds',
  ],
  [
    {kind: 'trouble', trouble: {kind: 'unplaceable', reason: 'no suitable node', placed: 3, retryAt: 9}},
    'unplaceable beyond 3: no suitable node; next try t9',
  ],
  [{kind: 'short', replicas: 3}, 'short of 3'],
] satisfies [Reason, string][])('%o reads as words', (reason, words) => {
  expect(reasonWords(reason, clock)).toBe(words);
});

test('the chain of why goes from the demand to the number', () => {
  const fleet = fleetOf([spec('web', {max: 4}), filler('batch')], 3, [reading('web', 9)]);
  const decision = fleet.services[0]?.decision;
  expect(decision && explain(decision, clock)).toBe('demand 9; max 4; short of 1');
});

test('the gist is what matters most at this moment', () => {
  const fleet = fleetOf([spec('web'), filler('batch')], 10, [reading('web', 2)]);
  const gistOf = (observation: Parameters<typeof observed>[1]) => {
    const web = after(fleet, 2000, observed('web', {order: 1, ...observation})).fleet.services[0];
    return web && gist(web, clock);
  };
  expect(gistOf({running: 1, pending: 1})).toBe('starting 1');
  expect(gistOf({running: 1})).toBe('waiting for 1');
  expect(gistOf({running: 1, pending: 1, paused: 1})).toBe('1 paused by somebody else');
  expect(gistOf({running: 0, pending: 2, paused: 1})).toBe('starting 1, 1 paused by somebody else');
  expect(gistOf({running: 2})).toBe('met');
  expect(gistOf({running: 2, trouble: {kind: 'preparing', reason: 'pulling nginx'}})).toBe('pulling nginx');
});

test('a decision that its window holds up says so: its demand alone asks for less', () => {
  const target = {kind: 'perReplica', value: 12} as const;
  let fleet = fleetOf([spec('web', {settleMs: 5000, target}), filler('batch')], 10, [reading('web', 48)]);
  ({fleet} = after(fleet, 2000, reading('web', 30)));
  ({fleet} = after(fleet, 3000, reading('web', 15.5)));
  const wordsAt = (at: number) => after(fleet, at, {kind: 'tick'}).happenings.map(happening => tell(happening, clock))[0];
  expect(wordsAt(7000)).toMatchObject({about: 'web', from: 4, to: 3, words: 'settling: demand 15.5 ÷ 12'});
  expect(wordsAt(8000)).toMatchObject({about: 'web', from: 4, to: 2, words: 'demand 15.5 ÷ 12'});
});

test('a decision tells the change and its reason', () => {
  const {happenings} = after(fleetOf([spec('web'), filler('batch')], 10, [reading('web', 2)]), 2000, reading('web', 6));
  expect(happenings.map(happening => tell(happening, clock))).toEqual([
    {about: 'web', from: 2, to: 6, words: 'demand 6', grave: false},
    {about: 'batch', from: 8, to: 4, words: 'preempted by web (priority 1)', grave: false},
  ]);
});

import {describe, expect, test} from 'vitest';
import {readSupposition} from '../../source/console/supposition.ts';
import {whatIfLines, whatIfWords} from '../../source/console/what-if.ts';
import type {Update} from '../../source/ports.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import {planOnCopy, type Supposition} from '../../source/scaler/what-if.ts';
import {fleetOf, observed, reading, spec} from '../support/fleets.ts';
import {crowdState, plainAscii, plainUnicode, shopState, updateOf} from '../support/screens.ts';

const update = updateOf(shopState());
const {fleet} = update;
const demand = (service: string, value: number): Supposition => ({kind: 'demand', service, which: {kind: 'only'}, value});
const answer = (supposition: Supposition, of: Fleet = fleet) => whatIfLines(planOnCopy(of, supposition), 100, 20, plainUnicode).join('\n');

test('a demand beyond what a service may have says how much it asks for', () => {
  const words = answer(demand('web', 90));
  expect(words).toContain("If web's demand became 90");
  expect(words).toMatch(/web {2}7→8, short of \d+/);
  expect(answer(demand('pay', 4))).toContain('pay would stay at 2; its demand asks for 4, and it may have no more');
});

test('where somebody goes short it never says that nobody waits', () => {
  expect(answer({kind: 'capacity', slots: 5})).not.toContain('nobody would have to wait');
  expect(answer({kind: 'capacity', slots: 5})).toContain('nobody would get more');
});

test('a paused scaler would do nothing of it, and says so', () => {
  expect(answer(demand('web', 90), {...fleet, acting: 'paused'})).toContain('the scaler is paused');
});

test('how long it should take says what that was learned from', () => {
  const pairs = [{giver: 'batch', heir: 'web', tookMs: Array.from({length: 12}, (_, index) => 300 + index)}];
  const knowing = {...fleet, score: {...fleet.score, pairs, handoverMs: [200]}};
  expect(answer(demand('web', 8), knowing)).toContain(
    'web should take about 305ms, 311ms at the slow end (learned from 12 handovers batch→web)',
  );
  const services = fleet.services.map(service => ({...service, serveMs: 310}));
  expect(answer(demand('web', 8), {...fleet, services})).toContain('web should take about 310ms (so long after a decision');
  expect(answer(demand('web', 8), {...fleet, score: {...fleet.score, pairs: [], handoverMs: [200]}})).toContain(
    'web should take about 200ms (learned from 1 handover of other services)',
  );
  expect(answer(demand('web', 8), {...fleet, score: {...fleet.score, pairs: [], handoverMs: []}})).toContain(
    'no handover has been seen yet',
  );
});

describe('what is typed', () => {
  const nodes = ['mgr-1', 'mgr-2', 'w-1', 'w-10', '7'].map(name => ({name, cpus: 1, memoryBytes: null, reserved: []}));
  const swarm: Update = {
    ...update,
    fleet: {...fleet, settings: {...fleet.settings, nodeSlots: [2, 2, 3, 2, 1]}},
    vitals: {...update.vitals, facts: {...update.vitals.facts!, nodes}},
  };
  const read = (typed: string, service = 'web', of = swarm) => readSupposition(typed, service, of);

  test.each([
    ['12', demand('web', 12)],
    [' 1.5 ', demand('web', 1.5)],
    ['1:12', demand('web', 12)],
    ['c8', {kind: 'capacity', slots: 8}],
    ['c 8', {kind: 'capacity', slots: 8}],
    ['capacity 10', {kind: 'capacity', slots: 10}],
    ['n2', {kind: 'slots-gone', slots: 2}],
    ['n mgr-2', {kind: 'node-gone', node: 'mgr-2', place: 1, slots: 2}],
    ['node mgr-2', {kind: 'node-gone', node: 'mgr-2', place: 1, slots: 2}],
    ['node 7', {kind: 'node-gone', node: '7', place: 4, slots: 1}],
    ['nmgr-2', {kind: 'node-gone', node: 'mgr-2', place: 1, slots: 2}],
    // A whole name goes before longer ones that begin with it, and before a number of slots.
    ['n w-1', {kind: 'node-gone', node: 'w-1', place: 2, slots: 3}],
    ['n w-10', {kind: 'node-gone', node: 'w-10', place: 3, slots: 2}],
    ['n7', {kind: 'node-gone', node: '7', place: 4, slots: 1}],
  ] as const)('%j is understood', (typed, expected) => {
    expect(read(typed)).toEqual(expected);
  });

  test.each([
    ['n mgr', 'could be mgr-1, mgr-2'],
    ['node 2', 'no node is called “2”'],
    ['node', 'no node is called'],
    ['n db', 'no node is called “db”: there is mgr-1, mgr-2, w-1, w-10, 7'],
    ['abc', '“abc” is no question: 12 a demand'],
    ['c', 'no question'],
    ['c0', 'no question'],
    ['n', 'no question'],
    ['0:4', 'web has one demand'],
    ['2:4', 'web has one demand'],
  ])('%j is refused in words', (typed, words) => {
    expect(read(typed)).toEqual(expect.stringContaining(words));
  });

  test('a service that follows no demand says so', () => {
    expect(read('4', 'batch')).toBe('batch follows no demand: it takes what is left');
  });

  test('a node of a host that wasn’t counted node by node, or the only one, is refused', () => {
    expect(read('n mgr-2', 'web', {...swarm, fleet})).toEqual(expect.stringContaining('capacity is not auto: n2 has 2 slots gone'));
    expect(read('n x', 'web', update)).toEqual(expect.stringContaining('the host names none'));
    const alone = {...swarm, vitals: {...swarm.vitals, facts: {...swarm.vitals.facts!, nodes: nodes.slice(0, 1)}}};
    expect(read('n mgr', 'web', alone)).toEqual(expect.stringContaining('only node'));
  });

  test('of very many nodes some are named', () => {
    const many = Array.from({length: 50}, (_, index) => ({name: `node-${index}`, cpus: 1, memoryBytes: null, reserved: []}));
    expect(read('n x', 'web', {...swarm, vitals: {...swarm.vitals, facts: {...swarm.vitals.facts!, nodes: many}}})).toMatch(/and 42 more$/);
  });

  test('of several demands one can be said; a number alone is the one that counts now, and the answer says so', () => {
    const specs = [
      spec('web', {
        max: 9,
        demands: [
          {label: 'visitors', target: null},
          {label: 'redis list jobs', target: null},
        ],
      }),
    ];
    const both = fleetOf(specs, 9, [
      reading('web', 1),
      {kind: 'reading', service: 'web', demand: 1, reading: {kind: 'value', value: 3}},
      observed('web', {running: 3}),
    ]);
    const ask = (typed: string) => {
      const supposition = read(typed, 'web', {...update, fleet: both});
      return typeof supposition === 'string' ? supposition : answer(supposition, both);
    };
    expect(ask('5')).toContain("If web's demand 2 of 2 (redis list jobs) became 5");
    expect(ask('5')).toContain("Of web's 2 demands that is the one that counts now; 1:5 supposes another");
    expect(ask('1:5')).toContain("If web's demand 1 of 2 (visitors) became 5");
    expect(ask('1:5')).not.toContain('counts now');
    expect(ask('3:5')).toBe('web has 2 demands: 1: to 2: says which');
  });
});

test('where little has room the lists are cut short, and how long it takes and that nothing was done stay', () => {
  const {fleet: crowd} = updateOf(crowdState(40));
  const shrunk = planOnCopy(crowd, {kind: 'capacity', slots: 12});
  for (const look of [plainUnicode, plainAscii]) {
    for (const height of [11, 14, 30]) {
      const lines = whatIfLines(shrunk, 60, height, look);
      expect(lines.length).toBeLessThanOrEqual(height);
      expect(lines.join('\n')).toMatch(/and \d+ more/);
      expect(lines.join('\n')).toContain('Esc goes back');
    }
  }
  expect(whatIfWords(shrunk, ' to ').length).toBeLessThan(40);
});

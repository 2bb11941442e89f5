import {expect, test} from 'vitest';
import {suppose, whatIfLines} from '../../source/console/what-if.ts';
import type {Fleet} from '../../source/scaler/fleet.ts';
import type {Supposition} from '../../source/scaler/what-if.ts';
import {plainUnicode, shopState} from '../support/screens.ts';

const {fleet} = shopState().update!;
const answer = (supposition: Supposition, of: Fleet = fleet) => whatIfLines(suppose(of, supposition), 100, 20, plainUnicode).join('\n');

test('a demand beyond what a service may have says how much it asks for', () => {
  const words = answer({kind: 'demand', service: 'web', value: 90});
  expect(words).toContain("If web's demand became 90");
  expect(words).toMatch(/web {2}7→8, short of \d+/);
  const pinned = answer({kind: 'demand', service: 'pay', value: 4});
  expect(pinned).toContain('pay would stay at 2; its demand asks for 4, and it may have no more');
});

test('where somebody goes short it never says that nobody waits', () => {
  expect(answer({kind: 'capacity', slots: 5})).not.toContain('nobody would have to wait');
  expect(answer({kind: 'capacity', slots: 5})).toContain('nobody would get more');
});

test('a paused scaler would do nothing of it, and says so', () => {
  expect(answer({kind: 'demand', service: 'web', value: 90}, {...fleet, acting: 'paused'})).toContain('the scaler is paused');
});

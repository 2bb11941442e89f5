import {describe, expect, test} from 'vitest';
import {fateWords, type Ended} from '../../source/commands/fate.ts';

const ended: Ended = {
  simulated: false,
  acted: true,
  onExit: 'leave',
  handedOn: 0,
  before: [
    ['web', 5],
    ['batch', 3],
  ],
  after: [
    ['web', 5],
    ['batch', 3],
  ],
};
const none: Ended['after'] = [
  ['web', 0],
  ['batch', 0],
];
const nobody = 'nobody scales them from here now';

describe('what is said of the replicas in the end', () => {
  test('a drain says what was stopped, and not what is left of it', () => {
    expect(fateWords({...ended, onExit: 'drain', after: none})).toBe(`web 5, batch 3 were stopped; ${nobody}`);
  });

  test('a drain that did not come to its end says what still runs', () => {
    const after: Ended['after'] = [
      ['web', 1],
      ['batch', 0],
    ];
    expect(fateWords({...ended, onExit: 'drain', after})).toBe(`not all were stopped in time, web 1 still run; ${nobody}`);
  });

  test('whoever leaves replicas behind hears how to stop them', () => {
    expect(fateWords(ended)).toBe(
      `web 5, batch 3 stay as they are; ${nobody}. To stop them, run the same command with --on-exit drain, and leave it`,
    );
  });

  test('whoever leaves overrides behind hears that they go on', () => {
    expect(fateWords({...ended, handedOn: 2})).toContain(`${nobody}; 2 overrides go on with the next engine. To stop them`);
    expect(fateWords({...ended, acted: false, handedOn: 1})).toMatch(/; 1 override goes on with the next engine$/);
  });

  test.each([
    ['nothing runs', {after: none}],
    ['it only watched', {acted: false}],
    ['they were put back', {onExit: 'restore'}],
    ['the host was simulated', {simulated: true}],
  ] satisfies readonly (readonly [string, Partial<Ended>])[])('but not where %s', (_why, part) => {
    expect(fateWords({...ended, ...part})).not.toContain('--on-exit drain');
  });
});

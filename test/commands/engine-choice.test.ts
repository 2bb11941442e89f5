import {describe, expect, test} from 'vitest';
import {chooseEngine, type RunningEngine} from '../../source/commands/engine-choice.ts';

const engine = (path: string, project: string): RunningEngine => ({path, about: {project, host: `docker @ ${path}`}});
const shop = engine('/run/a.sock', 'shop');
const mail = engine('/run/b.sock', 'mail');

describe('which engine is meant', () => {
  test('the only one, whatever the project here', () => {
    expect(chooseEngine([shop], 'mail')).toEqual({kind: 'chosen', path: shop.path});
  });

  test('of several, the one of the project in this folder', () => {
    expect(chooseEngine([shop, mail], 'mail')).toEqual({kind: 'chosen', path: mail.path});
  });

  test.each([
    ['there is no configuration here', [shop, mail], null],
    ['none of them is its', [shop, mail], 'other'],
    ['two of them are its', [shop, mail, engine('/run/c.sock', 'mail')], 'mail'],
  ])('none where %s: each is named with its project and host', (_why, engines, project) => {
    const choice = chooseEngine(engines, project);
    expect(choice.kind === 'unclear' && choice.words).toContain(
      '  --socket /run/a.sock  shop on docker @ /run/a.sock\n  --socket /run/b.sock  mail on docker @ /run/b.sock',
    );
  });

  test('one that says nothing is named too', () => {
    const choice = chooseEngine([shop, {path: '/run/d.sock', about: null}], null);
    expect(choice.kind === 'unclear' && choice.words).toContain('--socket /run/d.sock  it doesn’t say');
  });
});

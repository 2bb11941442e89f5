import {render} from 'ink-testing-library';
import {expect, test} from 'vitest';
import {App, Frame} from '../../source/console/app.tsx';
import type {Effect} from '../../source/console/keys/effect.ts';
import {createStore} from '../../source/console/store.ts';
import {plainAscii, shopState} from '../support/screens.ts';
import {until} from '../support/until.ts';

test('the screen shows its lines', () => {
  expect(render(<Frame lines={['one', 'two']} columns={100} />).lastFrame()).toBe('one\ntwo');
});

test('rows that were made for another width are not shown', () => {
  const app = render(<Frame lines={['one', 'two']} columns={80} />);
  expect(app.lastFrame()?.trim()).toBe('');
});

test('keys become effects, one for each character, and a paste becomes nothing', async () => {
  const effects: Effect[] = [];
  const store = createStore(shopState(), async () => {});
  const app = render(<App store={store} spoken={false} look={plainAscii} perform={effect => effects.push(effect)} />);
  await until('the first frame', () => app.lastFrame()?.includes('microscale'));
  app.stdin.write('+++');
  await until('three presses', () => effects.length === 3);
  app.stdin.write(`\u001b[200~${'qy'.repeat(5000)}\u001b[201~`);
  app.stdin.write('z');
  await until('one press more', () => effects.length === 4);
  expect(effects.map(effect => (effect.kind === 'command' ? effect.command.kind : effect.kind))).toEqual([
    'adjust',
    'adjust',
    'adjust',
    'hold',
  ]);
  app.unmount();
});

test('what changes is drawn when the terminal is free, and not before', async () => {
  let free: () => void = () => {};
  const store = createStore(shopState(), () => new Promise<void>(resolve => (free = resolve)));
  const app = render(<App store={store} spoken={false} look={plainAscii} perform={() => {}} />);
  store.dispatch({kind: 'said', text: 'stale words', refused: false, at: store.latest().update?.vitals.at ?? 0});
  store.dispatch({kind: 'said', text: 'fresh words', refused: false, at: store.latest().update?.vitals.at ?? 0});
  expect(store.shown().message).toBeNull();
  free();
  await until('the latest to be shown', () => app.lastFrame()?.includes('fresh words'));
  expect(app.frames.some(shown => shown.includes('stale words'))).toBe(false);
  app.unmount();
});

/** A console that looks at the past of a simulated shop, without a screen: its store, its traveller, and its keys. */
import {pressKey} from '../../source/console/app.tsx';
import type {Effect} from '../../source/console/keys/effect.ts';
import {emptyState, reduce, type ConsoleState} from '../../source/console/state.ts';
import {createStore} from '../../source/console/store.ts';
import {createTraveller} from '../../source/console/travel.ts';
import {createHistory} from '../../source/history/history.ts';
import type {Past, Update} from '../../source/ports.ts';
import {emptyFleet, type Fleet} from '../../source/scaler/fleet.ts';
import {step} from '../../source/scaler/step.ts';
import {createVirtualClock} from '../../source/simulator/virtual-clock.ts';
import {recordShop, type Recorded} from './recordings.ts';

let recorded: Promise<Recorded> | null = null;

/** The shop's twenty minutes as an engine keeps them, so much earlier than noon. */
async function shopPast(earlierMs: number) {
  recorded ??= recordShop('the import may wait');
  const {entries} = await recorded;
  let folded = emptyFleet('auto');
  const history = createHistory(folded);
  for (const recordedGroup of entries) {
    const group = recordedGroup.map(entry => ({...entry, at: entry.at - earlierMs}));
    const result = step(folded, group);
    history.keep(group, result);
    folded = result.fleet;
  }
  return {history, fleet: folded, end: Math.ceil(folded.at / 1000) * 1000};
}

export function updateOf(fleet: Fleet, at: number): Update {
  const facts = {title: 'docker 28.2 @ unix:///var/run/docker.sock', kind: 'docker' as const, remark: '', nodes: [], made: [], found: []};
  return {fleet, vitals: {facts, heardAt: at, at, alarms: [], you: 'ops@mgr-1', session: 1, operators: []}, samples: [], happenings: []};
}

export async function lookingConsole({recording = false, fail = null as string | null, earlierMs = 0} = {}) {
  const {history, fleet, end} = await shopPast(earlierMs);
  const first = reduce(emptyState(recording, false, recording), {kind: 'updated', update: updateOf(fleet, end)});
  const store = createStore(first, async () => {});
  const clock = createVirtualClock();
  const effects: Effect[] = [];
  let asked = 0;
  const ask = (at: number): Promise<Past> => {
    asked++;
    return fail === null ? Promise.resolve(history.past(at, end)) : Promise.reject(new Error(fail));
  };
  const traveller = createTraveller({
    store,
    ask,
    idle: async () => {},
    // A turn for others comes at once; what is played goes by the clock.
    after: (delayMs, callback) => (delayMs === 0 ? (setImmediate(callback), () => {}) : clock.after(delayMs, callback)),
    say: text => store.dispatch({kind: 'said', text, refused: true, at: store.latest().update?.vitals.at ?? 0}),
  });
  const perform = (effect: Effect) => {
    effects.push(effect);
    if (effect.kind === 'refuse') store.dispatch({kind: 'said', text: effect.reason, refused: true, at: 0});
    if (effect.kind !== 'event') return;
    store.dispatch(effect.event);
    void traveller.follow();
  };
  /** Until what was asked for is on the screen, and its chart is full. */
  const settle = async () => {
    for (let calm = 0; calm < 3; calm++) {
      const before: ConsoleState = store.latest();
      await traveller.follow();
      await new Promise(resolve => setImmediate(resolve));
      const {past} = store.latest();
      if (store.latest() !== before || (past && past.at !== past.shownAt)) calm = -1;
    }
  };
  return {
    async press(...names: readonly string[]) {
      for (const name of names) pressKey(store, name, perform);
      await settle();
      return store.latest();
    },
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 250) {
        clock.runTo(clock.now() + 250);
        await settle();
      }
      return store.latest();
    },
    dispatch: store.dispatch,
    settle,
    state: () => store.latest(),
    refusals: () => effects.flatMap(effect => (effect.kind === 'refuse' ? [effect.reason] : [])),
    commands: () => effects.flatMap(effect => (effect.kind === 'command' ? [effect.command] : [])),
    asked: () => asked,
    fleet,
    end,
  };
}

/** What the golden files hold, by the name that they begin with: what an engine tells, and the keys that were pressed then. */
import {emptyState, reduce, type ConsoleState} from '../../source/console/state.ts';
import {after} from './fleets.ts';
import {session} from './pressed.ts';
import {at, crowdState, readyState, saleState, shopState, updateOf} from './screens.ts';

export interface GoldenState {
  readonly told: () => ConsoleState;
  /** By their names in the table of keys. */
  readonly keys: readonly string[];
}

const told = (make: () => ConsoleState, ...keys: readonly string[]): GoldenState => ({told: make, keys});

export const goldenStates: Readonly<Record<string, GoldenState>> = {
  shop: told(shopState),
  sale: told(saleState),
  ready: told(readyState),
  crowd2: told(() => crowdState(2)),
  crowd20: told(() => crowdState(20)),
  crowd500: told(() => crowdState(500)),
  help: told(shopState, '?'),
  palette: told(shopState, ':', 'p', 'r', 'i', 'down'),
  'what-if': told(shopState, 'w', '9', 'enter'),
  'what-if-learned': told(readyState, 'w', '8', 'enter'),
  'what-if-many': told(() => crowdState(20), 'w', 'c', '1', '2', 'enter'),
  'pin-at': told(shopState, 'j', '=', '3'),
  lost: told(lostState),
  'read-only': told(() => shopState(true)),
};

export function shownState({told: make, keys}: GoldenState): ConsoleState {
  return session(make())
    .press(...keys)
    .state();
}

/** The host has not answered for a while: what is shown is as it was. */
function lostState(): ConsoleState {
  const update = updateOf(shopState());
  const {fleet, happenings} = after(update.fleet, at + 1000, {kind: 'disconnected', reason: 'no answer within 2 s'});
  const now = at + 9000;
  const vitals = {...update.vitals, heardAt: at - 1000, at: now};
  const lost = {...update, fleet: {...fleet, at: now}, vitals, happenings: [...update.happenings, ...happenings]};
  return reduce(emptyState(false), {kind: 'updated', update: lost});
}

/** A control socket behind which there is no engine, only the state that somebody wants shown. It knows no test runner. */
import {createRealClock} from '../../source/clock.ts';
import {createPushes} from '../../source/control/pushes.ts';
import {serveControl} from '../../source/control/server.ts';
import type {Past, Update} from '../../source/ports.ts';
import {formatVersion} from '../../source/recording-line.ts';
import type {Command} from '../../source/scaler/entry.ts';

export interface ServedStates {
  /** What a console says to reach it. */
  readonly arguments: readonly string[];
  /** What the consoles have asked for. */
  readonly commands: readonly Command[];
  readonly refreshed: () => number;
  /** Replaces the state: a console that lags never sees the ones between. */
  readonly show: (update: Update) => void;
  /** Says nothing, and keeps the line open, until there is something to show again. */
  readonly hush: () => void;
  close(): Promise<void>;
}

const aliveMs = 1000;

export async function serveStates(path: string, first: Update): Promise<ServedStates> {
  const commands: Command[] = [];
  const waiting = new Set<() => void>();
  let latest = first;
  let version = 0;
  let refreshed = 0;
  let silent = false;
  const session = () => {
    let seen = -1;
    return {
      next: () =>
        new Promise<Update>(resolve => {
          // An engine says each second that it is there.
          const alive = setTimeout(() => {
            if (!silent) answer({...latest, samples: [], happenings: []});
          }, aliveMs);
          const answer = (update: Update) => {
            clearTimeout(alive);
            waiting.delete(look);
            resolve(update);
          };
          const look = () => {
            if (seen === version) return;
            seen = version;
            answer(latest);
          };
          waiting.add(look);
          look();
        }),
      command(command: Command) {
        commands.push(command);
        return Promise.resolve({kind: 'accepted' as const, words: `did ${commands.length}: ${command.kind}`});
      },
      refresh: () => void refreshed++,
      past: () => Promise.resolve(stillPast(latest)),
      look: () => Promise.resolve({kind: 'unseen' as const, reason: 'nobody looks here'}),
      takeOver: () => Promise.resolve({kind: 'refused' as const, reason: 'nothing is taken over here'}),
      close: () => {},
    };
  };
  const server = await serveControl({
    path,
    feed: {session, stepped: () => {}, alarm: () => {}, close: () => {}},
    pushes: createPushes(createRealClock()),
    about: () => ({project: 'shown', host: 'a test', hosts: [], config: null, capacity: null, image: null}),
  });
  return {
    arguments: ['attach', '--socket', path],
    commands,
    refreshed: () => refreshed,
    hush() {
      silent = true;
    },
    show(update) {
      silent = false;
      latest = update;
      version++;
      for (const look of [...waiting]) look();
    },
    close: () => server.close(),
  };
}

/** Two minutes in which nothing but time went by. */
function stillPast({fleet, vitals: {at: to}}: Update): Past {
  const from = to - 120_000;
  return {format: formatVersion, from, to, stretch: {from, to, before: {...fleet, at: from}, known: {at: 0, names: []}, lines: []}};
}

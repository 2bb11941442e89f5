/** An engine that is nothing but what a test wants shown: the built console attaches to its socket as to any other. */
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {createRealClock} from '../../source/clock.ts';
import {createPushes} from '../../source/control/pushes.ts';
import {serveControl} from '../../source/control/server.ts';
import type {Past, Update} from '../../source/ports.ts';
import {formatVersion} from '../../source/recording-line.ts';
import type {Command} from '../../source/scaler/entry.ts';
import {emptyFolder, open, type Screen} from './program.ts';

export interface ShownStates {
  /** What a console says to reach it. */
  readonly arguments: readonly string[];
  readonly folder: string;
  /** What the consoles have asked for. */
  readonly commands: readonly Command[];
  readonly refreshed: () => number;
  /** Replaces the state: a console that lags never sees the ones between. */
  readonly show: (update: Update) => void;
}

export async function showStates(first: Update, files: Readonly<Record<string, string>> = {}): Promise<ShownStates> {
  const folder = emptyFolder(files);
  const path = join(folder, 'control.sock');
  const commands: Command[] = [];
  const waiting = new Set<() => void>();
  let latest = first;
  let version = 0;
  let refreshed = 0;
  const session = () => {
    let seen = -1;
    return {
      next: () =>
        new Promise<Update>(resolve => {
          const look = () => {
            if (seen === version) return;
            waiting.delete(look);
            seen = version;
            resolve(latest);
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
  onTestFinished(() => server.close());
  return {
    arguments: ['attach', '--socket', path],
    folder,
    commands,
    refreshed: () => refreshed,
    show(update) {
      latest = update;
      version++;
      for (const look of [...waiting]) look();
    },
  };
}

/** Two minutes in which nothing but time went by. */
function stillPast({fleet, vitals: {at: to}}: Update): Past {
  const from = to - 120_000;
  return {format: formatVersion, from, to, stretch: {from, to, before: {...fleet, at: from}, known: {at: 0, names: []}, lines: []}};
}

export function openOn(
  states: ShownStates,
  {columns, rows}: {readonly columns: number; readonly rows: number},
  more: readonly string[] = [],
): Screen {
  return open([...states.arguments, ...more], states.folder, columns, rows);
}

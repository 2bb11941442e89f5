/** The board on which pushed numbers stand: the last of each service, and who follows it. It survives a new configuration. */
import type {Clock, Pushes} from '../ports.ts';
import type {Reply} from '../scaler/entry.ts';

export interface PushBoard extends Pushes {
  /** Refused in words for a service that follows no push, and for what is no demand. */
  push(service: string, value: number): Reply;
}

export function createPushes(clock: Clock): PushBoard {
  const last = new Map<string, {readonly value: number; readonly at: number}>();
  const followers = new Map<string, Set<(value: number, at: number) => void>>();
  return {
    follow(service, pushed) {
      const all = followers.get(service) ?? new Set();
      followers.set(service, all);
      all.add(pushed);
      const known = last.get(service);
      if (known) pushed(known.value, known.at);
      return () => {
        all.delete(pushed);
        if (all.size === 0 && followers.get(service) === all) followers.delete(service);
      };
    },
    push(service, value) {
      if (!Number.isFinite(value) || value < 0) return {kind: 'refused', reason: `${value} is no demand: expected a number from 0 up`};
      const all = followers.get(service);
      if (!all) return {kind: 'refused', reason: whyNone(service, [...followers.keys()])};
      const at = clock.now();
      last.set(service, {value, at});
      for (const pushed of all) pushed(value, at);
      return {kind: 'accepted', words: `${service}: demand ${value}`};
    },
  };
}

function whyNone(service: string, known: readonly string[]): string {
  const others = known.length === 0 ? 'No service here has one' : `Services that have one: ${known.toSorted().join(', ')}`;
  return `${service} has no demand that is pushed ({source: push}). ${others}`;
}

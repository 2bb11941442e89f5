/**
 * Puts into words what became of a service's containers otherwise than by microscale, for an operator to read. It knows no
 * replica: whether something was our own doing is asked.
 */
import type {Clock} from '../../ports.ts';
import type {Note} from '../../scaler/entry.ts';
import {heldLimitMs} from '../replica-held.ts';
import type {ContainerEvent} from './events.ts';

export interface Foreign {
  saw(event: ContainerEvent): void;
}

export interface ForeignParts {
  readonly clock: Clock;
  /** True for what is no news: our own doing, what is no replica, and what is said already in other words. */
  readonly isKnown: (event: ContainerEvent) => boolean;
  readonly noted: (note: Omit<Note, 'service'>) => void;
}

/** A container has ended of a signal if it ends this soon after it: most are killed after 10 s, few after a minute. */
const signalLastsMs = 60_000;
const killSignal = '9';
/** As many are told one by one: somebody who takes down a hundred containers leaves room for the decisions. */
const tellMost = 5;
/** After this long without any, they are told one by one again. */
const quietMs = 60_000;

export function createForeign({clock, isKnown, noted}: ForeignParts): Foreign {
  const signals = new Map<string, {readonly signal: string; readonly at: number}>();
  let told = 0;
  let lastAt = Number.NEGATIVE_INFINITY;

  function wordsOf({id, kind, name, detail}: ContainerEvent): string | null {
    switch (kind) {
      case 'died': {
        const signalled = signals.get(id);
        if (!signalled || clock.now() - signalled.at > signalLastsMs) return `${name}: ${detail}`;
        return `${name} was ${signalled.signal === killSignal ? 'killed' : 'stopped'}, not by microscale`;
      }
      case 'gone':
        return `${name} was removed, not by microscale`;
      case 'paused':
        return `${name} was paused, not by microscale: another takes its place in ${heldLimitMs / 1000} s unless it goes on`;
      case 'unpaused':
        return `${name} goes on, not by microscale`;
      case 'created':
      case 'started':
      case 'signalled':
      case 'healthy':
      case 'unhealthy':
        return null;
    }
  }

  function tell(text: string): void {
    const now = clock.now();
    if (now - lastAt >= quietMs) told = 0;
    lastAt = now;
    told++;
    if (told <= tellMost) noted({level: 'warning', text});
    if (told === tellMost + 1) noted({level: 'warning', text: `${text}; more of the like is told once there was none for a minute`});
  }

  return {
    saw(event) {
      const {id, kind, detail} = event;
      if (kind === 'signalled') signals.set(id, {signal: detail, at: clock.now()});
      const words = isKnown(event) ? null : wordsOf(event);
      if (kind === 'died' || kind === 'gone') signals.delete(id);
      if (words !== null) tell(words);
    },
  };
}

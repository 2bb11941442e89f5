/** Takes what a full listing shows of a replica as the truth about it. It knows one at a time, and asks for nothing but its next call. */
import type {Clock} from '../ports.ts';
import type {Readiness} from '../scaler/readiness.ts';
import type {Backoff} from './backoff.ts';
import type {Lives, Replica} from './replica-life.ts';
import type {Listed} from './replica.ts';

export interface Listing {
  /** What became of one that is known. */
  correct(replica: Replica, item: Listed): void;
  /** Takes up one that isn't. */
  adopt(item: Listed): void;
}

export interface ListingParts {
  readonly clock: Clock;
  readonly lives: Lives;
  readonly backoff: Backoff;
  /** The connection was lost, and this is the first listing since. */
  readonly isSuspended: () => boolean;
  readonly readiness: () => Readiness;
  /** It has ended by itself. */
  readonly lose: (replica: Replica, detail: string) => void;
  readonly add: (replica: Replica) => void;
}

export function createListing({clock, lives, backoff, isSuspended, readiness, lose, add}: ListingParts): Listing {
  function correct(replica: Replica, item: Listed): void {
    replica.outdated = item.outdated;
    const {place, aim} = replica;
    switch (item.state) {
      case 'dead':
        if (place !== 'ended') lose(replica, 'it ended unseen');
        return;
      case 'created':
        if (place === 'up' || place === 'paused') lives.place(replica, 'created', false);
        return;
      case 'paused':
        // Somebody paused it: it holds its slot and serves nobody. What we paused ourselves when the line was cut goes on.
        if (aim === 'run' && place === 'up' && !isSuspended()) {
          lives.place(replica, 'up', false);
          replica.heldSince ??= clock.now();
        } else if (place !== 'paused') lives.place(replica, 'paused', true);
        return;
      case 'unready':
      case 'running': {
        const isReady = item.state === 'running';
        replica.heldSince = null;
        if (place !== 'up' || replica.ready !== isReady) lives.place(replica, 'up', isReady);
        // What waits to be started was started by somebody else.
        if (aim === 'wait' && place === 'created' && replica.purpose === 'serve') lives.aim(replica, 'gone');
        if (isReady && aim === 'run') backoff.worked(replica.bornAt);
      }
    }
  }

  /** What it is for follows from what it is: paused by us, it either never served, or has its work in it. */
  function adopt(item: Listed): void {
    const waits = item.state === 'created' || (!item.served && item.state !== 'dead');
    const purpose = waits && item.state !== 'created' ? 'wait' : 'serve';
    const replica = lives.make(item.number, waits ? 'wait' : 'run', purpose, false);
    replica.id = item.id;
    replica.outdated = item.outdated;
    replica.bornAt = item.startedAt;
    replica.served = item.served && item.state !== 'created';
    if (waits) replica.restsSince = Math.min(clock.now(), item.startedAt);
    else if (item.state === 'paused') replica.aim = pausedMeansWaiting() ? 'wait' : 'frozen';
    else if (item.state === 'dead') replica.aim = 'gone';
    replica.slot = replica.aim === 'run';
    const place = item.state === 'dead' ? 'ended' : item.state === 'unready' || item.state === 'running' ? 'up' : item.state;
    lives.place(replica, place, item.state === 'running' || item.state === 'paused');
    if (replica.workingSince !== null) replica.workingSince = Math.min(replica.workingSince, item.startedAt);
    add(replica);
    lives.advance(replica);
  }

  function pausedMeansWaiting(): boolean {
    const {preempt, standby} = readiness();
    return preempt.kind === 'stop' && standby.kind === 'kept' && standby.state === 'paused';
  }

  return {correct, adopt};
}

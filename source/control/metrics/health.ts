/** Whether an engine hears its host, and what it does meanwhile. It knows nothing of how that is served. */
import {clean} from '../../clean.ts';
import type {Engine} from '../../engine.ts';
import type {Clock} from '../../ports.ts';
import type {Fleet} from '../../scaler/fleet.ts';

export interface Watched {
  readonly engine: Pick<Engine, 'fleet' | 'heardAt' | 'facts'>;
  readonly clock: Clock;
}

interface Known {
  readonly lease: Fleet['lease']['kind'];
  readonly acting: Fleet['acting'];
  readonly project: string;
  readonly host: string;
  readonly heardSecondsAgo: number | null;
}

type Health = Known & ({readonly status: 'ok'} | {readonly status: 'failing'; readonly reason: string});

/** The host answers at least every two seconds; past this, nobody can say how it is. */
const unheardMs = 15_000;

/** Sound is an engine that hears its host, whether it acts or stands by. */
export function healthOf(watched: Watched): Health {
  const {host, lease, acting, settings} = watched.engine.fleet();
  const facts = watched.engine.facts();
  const seconds = heardSeconds(watched);
  const known = {lease: lease.kind, acting, project: settings.project, host: clean(facts?.title ?? ''), heardSecondsAgo: seconds};
  const reason = whyUnsound(host, seconds, facts?.kind === 'simulated');
  return reason === null ? {status: 'ok', ...known} : {status: 'failing', reason: clean(reason), ...known};
}

/** Since the host last answered; null while it never has. */
export function heardSeconds({engine, clock}: Watched): number | null {
  const heardAt = engine.heardAt();
  return heardAt === null ? null : Math.max(0, clock.now() - heardAt) / 1000;
}

function whyUnsound(host: Fleet['host'], seconds: number | null, simulated: boolean): string | null {
  if (host.kind === 'connecting') return 'the host has not been reached yet';
  if (host.kind === 'lost') return `the host is lost: ${host.reason}`;
  // A simulated host speaks only when something happens to it.
  if (simulated || (seconds !== null && seconds * 1000 <= unheardMs)) return null;
  return seconds === null
    ? 'nothing has been heard from the host yet'
    : `nothing has been heard from the host for ${Math.floor(seconds)} s`;
}

/** How each service fared, as a table or as JSON. */
import type {ServiceTally, Tally} from '../simulator/tally.ts';
import {durationWords} from '../config/units.ts';
import {clean} from '../clean.ts';
import {replicaTimeWords, shareWords, table} from './table.ts';

export function tallyLines({ms, services}: Tally): readonly string[] {
  const rows = byPriority(services).map(tally => [
    tally.service,
    String(tally.priority),
    tally.fills ? '-' : shareWords(tally.metMs, ms),
    tally.fills ? '-' : durationWords(tally.shortMs),
    tally.fills ? '-' : replicaTimeWords(tally.missedReplicaMs),
    replicaTimeWords(tally.runningReplicaMs),
    tally.fills ? replicaTimeWords(tally.heldBackReplicaMs) : '-',
    String(tally.started),
    String(tally.stopped),
  ]);
  const header = ['SERVICE', 'PRI', 'MET', 'SHORT', 'MISSED', 'RAN', 'HELD BACK', 'STARTS', 'STOPS'];
  return [
    ...table([header, ...rows], true).map(clean),
    'SHORT is how long replicas were missing, MISSED and RAN are replicas × time; HELD BACK is what a filler would have had',
    'on a quiet day, less what it had.',
  ];
}

function byPriority(services: readonly ServiceTally[]): readonly ServiceTally[] {
  return services.toSorted((a, b) => Number(a.fills) - Number(b.fills) || a.priority - b.priority || (a.service < b.service ? -1 : 1));
}

/** Times in seconds, shares between 0 and 1. */
export function tallyJson({ms, allMetMs, urgentMetMs, capacitySlotMs, runningSlotMs, services}: Tally): object {
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    seconds: ms / 1000,
    met: share(urgentMetMs, ms),
    allMet: share(allMetMs, ms),
    slotsFull: share(runningSlotMs, capacitySlotMs),
    services: byPriority(services).map(tally => ({
      service: tally.service,
      priority: tally.priority,
      fills: tally.fills,
      met: tally.fills ? null : share(tally.metMs, ms),
      shortSeconds: tally.shortMs / 1000,
      missedReplicaSeconds: tally.missedReplicaMs / 1000,
      replicaSeconds: tally.runningReplicaMs / 1000,
      heldBackReplicaSeconds: tally.fills ? tally.heldBackReplicaMs / 1000 : null,
      started: tally.started,
      stopped: tally.stopped,
    })),
  };
}

/** What a service says of being ready for a handover: what it keeps on standby, what becomes of a victim, and which goes first. */
import * as z from 'zod';
import type {HostFacts} from '../ports.ts';
import {unbounded} from '../scaler/spec.ts';
import {plainReadiness, type Preempt, type Readiness, type Standby} from '../scaler/readiness.ts';
import type {Config, Workload} from './config.ts';
import {count, duration} from './shapes.ts';
import {parseDuration} from './units.ts';

const positive = duration.refine(value => parseDuration(value) !== 0, {error: 'must be longer than 0'});

const standby = z.strictObject({
  replicas: count.describe('Kept ready ahead of demand, beside the slots'),
  state: z
    .enum(['created', 'paused'])
    .default('created')
    .describe(
      'paused is back in tens of milliseconds; created for whatever is behind a load balancer, since a paused one hangs its callers',
    ),
});

/** The fields, for the schema of a service. */
export const readinessFields = {
  standby: standby.optional().describe('Replicas that wait for a slot'),
  standbyFor: positive.optional().describe('One that was never needed is made anew after this long (1h)'),
  preempt: z
    .enum(['stop', 'freeze'])
    .optional()
    .describe('What becomes of a replica whose slot a better priority takes: frozen, its work is not lost'),
  frozenMax: count.optional().describe('At most this many are frozen at once; the oldest end for those beyond'),
  frozenFor: positive.optional().describe('A frozen one ends after this long (1h)'),
  thenStop: z.boolean().optional().describe('Freeze only so that the CPU is free at once, and end as soon as nothing urgent goes on'),
  victim: z
    .enum(['youngest', 'oldest', 'leastBusy'])
    .optional()
    .describe('Which of those that serve goes first; the label microscale.busy says how busy one is'),
};

type ReadinessText = z.output<z.ZodObject<typeof readinessFields>>;
type Complain = (key: string, words: string) => void;

const usualForMs = 3_600_000;

export function readinessOf(service: ReadinessText & {readonly max?: number | undefined}, complain: Complain): Readiness {
  return {
    standby: standbyOf(service, complain),
    preempt: preemptOf(service, complain),
    victim: service.victim ?? plainReadiness.victim,
  };
}

function standbyOf({standby: given, standbyFor, max}: Parameters<typeof readinessOf>[0], complain: Complain): Standby {
  if (!given) {
    if (standbyFor !== undefined) complain('standbyFor', 'has nothing to be about: give standby: {replicas: N}');
    return {kind: 'none'};
  }
  const {replicas, state} = given;
  if (max !== undefined && replicas > max)
    complain('standby', `keeps ${replicas} and max is ${max}: no more than that could ever be needed`);
  if (replicas === 0) return {kind: 'none'};
  return {kind: 'kept', replicas, state, forMs: msOf(standbyFor)};
}

function preemptOf({preempt, frozenMax, frozenFor, thenStop}: ReadinessText, complain: Complain): Preempt {
  if (preempt === 'freeze') return {kind: 'freeze', max: frozenMax ?? unbounded, forMs: msOf(frozenFor), thenStop: thenStop ?? false};
  for (const [key, value] of Object.entries({frozenMax, frozenFor, thenStop}))
    if (value !== undefined) complain(key, 'is about what is frozen, and nothing is: give preempt: freeze');
  return {kind: 'stop'};
}

function msOf(text: string | undefined): number {
  return text === undefined ? usualForMs : (parseDuration(text) ?? usualForMs);
}

type Kept = Pick<Config, 'services' | 'workloads' | 'capacity'>;

/** What an operator should know of it on this kind of host, before anything is done; null for one that isn't known yet. */
export function readinessNotes({services, workloads, capacity}: Kept, host: Pick<HostFacts, 'kind' | 'nodes'> | null): readonly string[] {
  const ready = services.filter(({standby: kept, preempt}) => kept.kind === 'kept' || preempt.kind === 'freeze');
  if (ready.length === 0) return [];
  if (host?.kind === 'swarm') {
    const names = ready.map(({name}) => name).join(', ');
    return [`a Swarm can neither pause replicas nor keep them ready: what ${names} say of standby and preempt does nothing here`];
  }
  const notes: string[] = [];
  for (const {name, standby: kept, preempt} of ready) {
    const workload = workloads.get(name);
    if (!isCalled(workload)) continue;
    if (kept.kind === 'kept' && kept.state === 'paused')
      notes.push(
        `${name} is on a network and waits paused: whoever calls one that is paused hangs. If it is called, use standby state created`,
      );
    if (preempt.kind === 'freeze')
      notes.push(`${name} is on a network and is frozen there: whoever calls one that is frozen hangs. If it is called, use preempt: stop`);
  }
  return [...notes, ...memoryNotes(ready, workloads, host, capacity)];
}

/** Whether others may have connections to it: published ports, or a network other than none. */
function isCalled(workload: Workload | undefined): boolean {
  if (!workload) return true;
  return workload.ports.length > 0 || workload.networks.some(network => network !== 'none');
}

/** What waits and what is frozen holds memory beside the slots. */
function memoryNotes(
  ready: readonly (Readiness & {readonly name: string; readonly max: number})[],
  workloads: Kept['workloads'],
  host: Pick<HostFacts, 'nodes'> | null,
  capacity: Config['capacity'],
): readonly string[] {
  const whole =
    host?.nodes.reduce<number | null>((sum, {memoryBytes}) => (memoryBytes === null ? sum : (sum ?? 0) + memoryBytes), null) ?? null;
  if (whole === null) return [];
  const beside = ready.reduce((sum, {name, standby: kept, preempt, max}) => {
    const each = workloads.get(name)?.memoryBytes ?? 0;
    const most = Math.min(max, capacity === 'auto' ? 0 : capacity);
    const frozen = preempt.kind === 'freeze' ? Math.min(preempt.max, most) : 0;
    return sum + each * ((kept.kind === 'kept' ? kept.replicas : 0) + frozen);
  }, 0);
  if (beside <= whole) return [];
  const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  return [
    `what waits and what is frozen may take ${gib(beside)} beside the slots, and the host has ${gib(whole)}: lower standby or frozenMax`,
  ];
}

/** Targets as the scaler knows them, how they settle by default, and which demand each of them can follow. */
import type {DemandRule, Lead, Target} from '../scaler/spec.ts';
import type {DemandSpec} from '../sources/source.ts';
import {labelsOf} from './demand-label.ts';
import type {Mistake, Path} from './mistakes.ts';
import type {ServiceText} from './schema.ts';
import {parseShare, type TargetText} from './target-schema.ts';
import {parseDuration} from './units.ts';

/** The tolerance of the Horizontal Pod Autoscaler, for the targets that need one. */
const usualTolerance = 0.1;

export function targetFrom(text: TargetText, tolerance = usualTolerance): Target {
  if (typeof text === 'string') return {kind: text};
  const {perReplica, utilization, queue, pd, fixed} = text;
  if (perReplica !== undefined) return {kind: 'perReplica', value: perReplica};
  if (utilization !== undefined) return {kind: 'utilization', ratio: parseShare(utilization) ?? 1, tolerance};
  if (queue !== undefined) {
    const {drainWithin, rate = null, arrivals = null} = queue;
    return {kind: 'queue', drainWithinMs: parseDuration(drainWithin) ?? 0, rate, arrivals, tolerance};
  }
  if (pd !== undefined) return {kind: 'pd', ...pd};
  return {kind: 'fixed', replicas: fixed ?? 0};
}

/** How long the want of a target must stay low before its replicas go: longer where one reading says little. */
export function settleOf({kind}: Target): number {
  switch (kind) {
    case 'direct':
    case 'fill':
    case 'fixed':
      return 0;
    case 'perReplica':
    case 'queue':
    case 'pd':
      return 15_000;
    case 'utilization':
      return 60_000;
  }
}

/** A queue that looks empty may be kept so: asking for less is tried, and tried less often where it was wrong. */
function flapGuardOf({kind}: Target): number {
  return kind === 'queue' ? 120_000 : 0;
}

/** What a service says of how it follows its demands. */
export interface Following {
  readonly target: Target;
  readonly demands: readonly DemandRule[];
  readonly lead: Lead;
  readonly tolerance: number;
  readonly flapGuardMs: number;
  readonly settleMs: number;
}

export function followingOf(service: ServiceText, sources: readonly DemandSpec[], path: Path, mistakes: Mistake[]): Following {
  const complain = (words: string, ...more: Path) => mistakes.push({path: [...path, ...more], words});
  const tolerance = service.tolerance === undefined ? undefined : (parseShare(service.tolerance) ?? 0);
  const given = Array.isArray(service.demand) ? service.demand : service.demand ? [service.demand] : [];
  const own = given.map(({target}) => (target === undefined ? null : targetFrom(target, tolerance)));
  // The first demand is followed by the service's own target: another one of its own takes that place.
  const target = own[0] ?? targetOf(service, given.length > 0, complain, tolerance);
  const labels = labelsOf(sources);
  const demands = sources.map((_, index): DemandRule => ({label: labels[index] ?? '', target: index === 0 ? null : (own[index] ?? null)}));
  const targets = demands.map(rule => rule.target ?? target);
  for (const [index, source] of sources.entries()) {
    const followed = targets[index] ?? target;
    const place = own[index] ? ['demand', ...(Array.isArray(service.demand) ? [index] : []), 'target'] : ['target'];
    const why = misfit(followed, source) ?? (own[index] && unfollowing(followed) ? `${followed.kind} follows no demand` : null);
    if (why !== null) complain(why, ...place);
  }
  const alone = targets.length > 0 && targets.every(({kind}) => kind === 'utilization');
  if (alone && service.min === 0) complain('needs min: 1 or more, since nothing is used where nothing runs', 'target');
  const lead: Lead =
    service.lead === undefined || service.lead === 'off'
      ? {kind: 'off'}
      : service.lead === 'auto'
        ? {kind: 'auto'}
        : {kind: 'given', ms: parseDuration(service.lead) ?? 0};
  const lines = targets.filter(({kind}) => kind === 'direct' || kind === 'perReplica');
  if (lead.kind !== 'off' && lines.length === 0) complain('looks ahead of a direct or perReplica target, and there is none here', 'lead');
  const simple = targets.some(({kind}) => kind !== 'queue' && kind !== 'utilization');
  return {
    target,
    demands,
    lead,
    tolerance: simple ? (tolerance ?? 0) : 0,
    flapGuardMs: service.flapGuard === undefined ? Math.max(0, ...targets.map(flapGuardOf)) : (parseDuration(service.flapGuard) ?? 0),
    settleMs: (service.settle === undefined ? null : parseDuration(service.settle)) ?? Math.max(settleOf(target), ...targets.map(settleOf)),
  };
}

function unfollowing({kind}: Target): boolean {
  return kind === 'fill' || kind === 'fixed';
}

function targetOf(
  service: ServiceText,
  hasDemand: boolean,
  complain: (words: string, ...more: Path) => void,
  tolerance: number | undefined,
): Target {
  const given = service.target ?? (hasDemand ? 'direct' : undefined);
  if (given === undefined) {
    complain('says neither demand nor target: give it a demand, or target: fill to take what is left');
    return {kind: 'fill'};
  }
  const target = targetFrom(given, tolerance);
  if (!unfollowing(target) && !hasDemand) complain('has a target that follows demand, and no demand: say where it comes from');
  if (target.kind === 'fill' && hasDemand) complain('is never read: target is fill, which takes what is left', 'demand');
  if (target.kind === 'fixed' && hasDemand) complain('is never read: target is fixed, which is always the same', 'demand');
  return target;
}

/** Sources that tell of a queue, and of what its replicas use. */
const queues = new Set<DemandSpec['source']>(['redis', 'rabbitmq', 'nats', 'nsq', 'sqs', 'azure-queue', 'kafka']);

/** Why a target can't follow a source; null where it can. A plain number may be a length or a share. */
function misfit({kind}: Target, demand: DemandSpec): string | null {
  if (kind === 'utilization') {
    if (queues.has(demand.source)) return `utilization can't follow ${demand.source}, which tells of a queue: use queue or perReplica`;
    if (demand.source === 'docker' && demand.read === 'network')
      return 'utilization can’t follow the network, of which nobody knows how much a replica may use: use perReplica';
  }
  if ((kind === 'queue' || kind === 'pd') && demand.source === 'docker')
    return `${kind} can't follow docker, which tells what replicas use: use utilization`;
  return null;
}

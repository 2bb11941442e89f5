/** Why a service of priority 1 runs fewer than it wants at a moment, in words: the one place where a report judges. */
import {explain, leaseWords, ruleWords, type ClockWords} from '../scaler/explain.ts';
import type {Fleet, Service} from '../scaler/fleet.ts';
import {clean} from '../clean.ts';

/** `before` is the service as it was when nothing was missing; null where that was never seen. */
export function causesOf(fleet: Fleet, service: Service, before: Service | null, clock: ClockWords): readonly string[] {
  const causes: string[] = [];
  const {decision, observed, demand} = service;
  if (fleet.host.kind === 'lost') causes.push(`the host wasn’t reached: ${fleet.host.reason}`);
  if (fleet.lease.kind !== 'unneeded' && fleet.lease.kind !== 'held')
    causes.push(`this engine had no right to act: ${leaseWords(fleet.lease, clock)}`);
  if (fleet.acting === 'paused') causes.push('the scaler was paused');
  if (fleet.acting === 'dry-run') causes.push('it was a dry run, which never acts');
  const trouble = observed?.trouble;
  if (trouble && trouble.kind !== 'none') causes.push(`its replicas couldn’t be had: ${trouble.reason}`);
  for (const {rule, owner, note} of service.overrides) {
    if (rule.kind === 'boost' || rule.kind === 'priority') continue;
    causes.push(`it was ${ruleWords(rule)} by ${owner}${note === '' ? '' : ` (${note})`}`);
  }
  if (decision && decision.shortfall > 0) {
    const by = decision.reasons.find(reason => reason.kind === 'preempted');
    const words = `the plan had room for ${decision.desired} of the ${decision.want} that it wanted`;
    causes.push(by ? `${words}, ${by.by} came first` : words);
  }
  if (demand.kind === 'lost') causes.push(`its source was lost: ${demand.reason}`);
  causes.push(changeWords(service, before));
  return causes.map(clean);
}

/** What is different from when nothing was missing. */
function changeWords({decision, observed, demand, overrides}: Service, before: Service | null): string {
  const want = decision?.want ?? 0;
  const running = observed?.running ?? 0;
  if (!before?.decision) return `the recording began with ${running} running of the ${want} that it wanted`;
  const had = before.observed?.running ?? 0;
  const wanted = before.decision.want;
  const over = before.overrides.filter(({rule}) => !overrides.some(other => other.rule === rule));
  const parts = over.map(({rule, owner}) => `it was no longer ${ruleWords(rule)} by ${owner}`);
  if (want > wanted) {
    const rose =
      demand.kind === 'live' && before.demand.kind === 'live' && demand.value > before.demand.value
        ? `demand rose from ${round(before.demand.value)} to ${round(demand.value)}, and with it what it wanted`
        : 'what it wanted rose';
    parts.push(`${rose} from ${wanted} to ${want}`);
  }
  if (running < had) parts.push(`${had - running} of its ${had} running replicas went away`);
  return parts.length === 0 ? 'its replicas were still on their way' : parts.join('; ');
}

export function whyWords(service: Service, clock: ClockWords): string {
  return service.decision ? clean(explain(service.decision, clock)) : '';
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Handovers, and what is kept ready or frozen, in words. */
import type {ClockWords} from './explain.ts';
import type {Observation} from './observation.ts';
import type {EndedHandover} from './handover.ts';
import type {HostMemory} from './readiness.ts';

/** Such as `3 frozen since 12:04:31`; empty for none. */
export function frozenWords({frozen, frozenSince, ending}: Observation, clock: ClockWords): string {
  const held = frozen === 0 ? '' : `${frozen} frozen since ${clock(frozenSince ?? 0)}`;
  const over = ending === 0 ? '' : `${ending} ending`;
  return [held, over].filter(Boolean).join(', ');
}

/** Such as `1 paused by somebody else`; empty for none. An engine of an older microscale doesn't count them. */
export function heldWords({paused}: Observation): string {
  return paused > 0 ? `${paused} paused by somebody else` : '';
}

/** Such as `stopping 2, the youngest`. */
export function leavingWords({chosen}: Observation, leaving: number): string {
  const which = chosen === null || chosen === 'not serving' ? '' : `, the ${chosen}`;
  return `stopping ${leaving}${which}`;
}

/** Such as `got 6 from batch (frozen) in 0.21 s: asked 0.00, free 0.09, started 0.20, serving 0.21`. */
export function handoverWords({givers, tookMs, decidedAt, askedAt, freedAt, startedAt, healthyAt}: EndedHandover): string {
  const after = (at: number | null) => (at === null ? '-' : seconds(at - decidedAt));
  const stages = `asked ${after(askedAt)}, free ${after(freedAt)}, started ${after(startedAt)}, serving ${after(healthyAt)}`;
  return `${gotWords(givers)} in ${seconds(tookMs)} s: ${stages}`;
}

/** Such as `got 6 from batch (frozen) in 0.2 s`: what a list that is glanced at has room for. */
export function briefHandoverWords({givers, tookMs}: EndedHandover): string {
  return `${gotWords(givers)} in ${tookMs < 100 ? `${Math.round(tookMs)} ms` : `${(tookMs / 1000).toFixed(1)} s`}`;
}

function gotWords(givers: EndedHandover['givers']): string {
  return `got ${givers.map(({service, replicas, how}) => `${replicas} from ${service} (${how})`).join(', ')}`;
}

export function memoryWords(memory: HostMemory): string {
  return memory.kind === 'enough'
    ? 'has memory again'
    : `has ${Math.round(memory.freeShare * 100)} % of its memory left: what was frozen first ends, and nothing more is kept ready`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

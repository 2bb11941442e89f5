/** A target as the scaler knows it, and how long its want must stay low by default. */
import type {Target} from '../scaler/fleet.ts';
import type {TargetText} from './schema.ts';

export function targetFrom(text: TargetText): Target {
  return typeof text === 'string' ? {kind: text} : {kind: 'perReplica', value: text.perReplica};
}

/** How long a noisy target's want must stay low before its replicas go. */
const noisySettleMs = 15_000;

export function settleOf(target: Target): number {
  return target.kind === 'perReplica' ? noisySettleMs : 0;
}

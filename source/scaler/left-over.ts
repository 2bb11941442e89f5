/** A service that runs here and that the configuration doesn't name any more. */
import {unbounded, type ServiceSpec} from './spec.ts';
import {retire} from './fold.ts';
import {plainReadiness} from './readiness.ts';

/** Served last, and emptied. */
export function leftOver(name: string): ServiceSpec {
  return retire({...stranger, name});
}

const stranger: ServiceSpec = {
  name: '',
  priority: 1_000_000,
  min: 0,
  max: 0,
  slots: 1,
  weight: 1,
  target: {kind: 'direct'},
  demands: [],
  lead: {kind: 'off'},
  onLost: {kind: 'min'},
  tolerance: 0,
  flapGuardMs: 0,
  settleMs: 0,
  stepMax: unbounded,
  drift: 'reassert',
  adopted: false,
  retired: true,
  ...plainReadiness,
};

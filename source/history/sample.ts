/** One moment of the fleet as charts show it, and how much of the last minutes is shown. Pure. */
import type {Sample} from '../ports.ts';
import {addTime} from '../scaler/score.ts';
import {demandedReplicas, type Fleet} from '../scaler/fleet.ts';

/** One sample a second for ten minutes: what the widest chart shows. */
export const sampleMs = 1000;
export const samplesMax = 600;
export const happeningsMax = 500;

export function sampleOf(fleet: Fleet, at: number): Sample {
  const services: Record<string, Sample['services'][string]> = {};
  for (const service of fleet.services) {
    const {spec, demand, decision, observed} = service;
    services[spec.name] = {
      demand: demand.kind === 'live' ? demand.value : null,
      want: demandedReplicas(service),
      desired: decision?.desired ?? 0,
      running: observed?.running ?? 0,
    };
  }
  return {at: Math.floor(at), services};
}

/** The fleet at a later moment before which nothing but time went by: what a recording leaves out. */
export function passTime(fleet: Fleet, at: number): Fleet {
  return at <= fleet.at ? fleet : {...fleet, at, score: addTime(fleet, at)};
}

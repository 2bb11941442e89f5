/** A host that has what it is asked for at once, and tells of a service as often as somebody wants. It knows nothing of time. */
import type {HostFacts, Orchestrator, OrchestratorEvents} from '../source/ports.ts';
import type {Action} from '../source/scaler/entry.ts';
import {emptyObservation} from '../source/scaler/observation.ts';

export interface TellingHost extends Orchestrator {
  /** Another observation than the one before: a replica that is not ready, or is again. What there is stays the same. */
  tell(service: string): void;
}

const facts: HostFacts = {title: 'a host that tells', kind: 'simulated', remark: '', nodes: [], made: [], found: []};

interface Held {
  readonly action: Pick<Action, 'replicas' | 'order'>;
  readonly isWhole: boolean;
}

export function createTellingHost(): TellingHost {
  const held = new Map<string, Held>();
  let events: OrchestratorEvents | null = null;

  function tellOf(service: string, next: Held): void {
    held.set(service, next);
    const {replicas, order} = next.action;
    const unready = next.isWhole ? 0 : Math.min(1, replicas);
    events?.heard();
    events?.observed(service, {...emptyObservation, running: replicas - unready, pending: unready, unready, order});
  }

  return {
    connect: async () => facts,
    async open(services, listener) {
      events = listener;
      listener.connected();
      for (const {name} of services) tellOf(name, {action: {replicas: 0, order: 0}, isWhole: true});
    },
    scale: action => tellOf(action.service, {action, isWhole: true}),
    tell(service) {
      const known = held.get(service);
      if (known) tellOf(service, {...known, isWhole: !known.isWhole});
    },
    configure: () => {},
    refresh: () => {},
    rest: () => {},
    tidy: async () => {},
    close: async () => {},
    usage: null,
    replicas: async () => ({replicas: [], more: 0}),
    logs: async () => ({lines: [], remark: ''}),
    lease: null,
  };
}

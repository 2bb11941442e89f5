/** In which order the services are listed, and which of them. It changes what is seen, never what is planned. */
import type {Service} from '../scaler/fleet.ts';

export type SortBy = 'rank' | 'missing' | 'demand' | 'running' | 'name';

export interface Order {
  readonly by: SortBy;
  readonly reversed: boolean;
}

/** As the plan serves them. */
export const planOrder: Order = {by: 'rank', reversed: false};

const orders: readonly {readonly by: SortBy; readonly words: string; readonly value: (service: Service) => number}[] = [
  {by: 'rank', words: 'by priority', value: ({spec, decision}) => decision?.rank ?? spec.priority},
  {by: 'missing', words: 'by what is missing', value: ({decision, observed}) => -((decision?.want ?? 0) - (observed?.running ?? 0))},
  {by: 'demand', words: 'by demand', value: ({demand}) => -(demand.kind === 'waiting' ? -1 : (demand.value ?? -1))},
  {by: 'running', words: 'by replicas', value: ({observed}) => -(observed?.running ?? 0)},
  {by: 'name', words: 'by name', value: () => 0},
];

/** Equals stand by name, so that a list keeps still. What a filler is missing is nothing that anybody waits for. */
export function listServices(services: readonly Service[], {by, reversed}: Order, find: string): readonly Service[] {
  const value = orders.find(order => order.by === by)?.value ?? (() => 0);
  const valueOf = (service: Service) => (by === 'missing' && service.decision?.fills ? 0 : value(service));
  const sought = find.toLowerCase();
  const found = sought === '' ? services : services.filter(({spec}) => spec.name.toLowerCase().includes(sought));
  const listed = found.toSorted((a, b) => valueOf(a) - valueOf(b) || (a.spec.name < b.spec.name ? -1 : 1));
  return reversed ? listed.toReversed() : listed;
}

export function nextOrder({by}: Order): Order {
  const at = orders.findIndex(order => order.by === by);
  return {by: orders[(at + 1) % orders.length]?.by ?? 'rank', reversed: false};
}

export function orderWords({by, reversed}: Order): string {
  return `${orders.find(order => order.by === by)?.words ?? ''}${reversed ? ', the other way round' : ''}`;
}

/** Between what a demand can be, as far as its source says it by itself. It reads nothing. */
import type {DemandSpec} from '../sources/source.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Null for a demand that comes from outside: it can be anything. */
export function rangeOf(demand: DemandSpec): Range | null {
  switch (demand.source) {
    case 'random':
    case 'wave':
      return {min: demand.min, max: demand.max};
    case 'fixed':
      return {min: demand.value, max: demand.value};
    case 'schedule': {
      const expected = [demand.otherwise, ...demand.entries.map(entry => entry.demand)];
      return {min: Math.min(...expected), max: Math.max(...expected)};
    }
    default:
      return null;
  }
}

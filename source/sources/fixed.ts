/** A demand that never changes. */
import type {Source} from '../ports.ts';

export interface FixedDemand {
  readonly source: 'fixed';
  readonly value: number;
}

export function fixedSource({value}: FixedDemand): Source {
  return report => report({kind: 'value', value});
}

/** Which sources tell the same in virtual time as in real time: those that ask nobody. */
import type {DemandSpec} from './source.ts';

const madeUp: ReadonlySet<string> = new Set(['random', 'wave', 'fixed', 'schedule']);

/** False for what asks a server or reads a file as it is now. A replay is played, which is another thing. */
export function hasVirtualTime({source}: DemandSpec): boolean {
  return madeUp.has(source);
}

/** Small pieces of English: lists, counts, lengths of time, addresses. They know no configuration. */
import {spanWords} from '../../scaler/mode-words.ts';
import {parseShare} from '../target-schema.ts';
import {parseDuration} from '../units.ts';

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[], word = 'and'): string {
  const [last = '', ...others] = items.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} ${word} ${last}`;
}

/** `1 replica`, `3 replicas`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** A duration of the file as people say it: `10 s`, `2 h`. */
export function span(duration: string): string {
  const ms = parseDuration(duration);
  return ms === null ? duration : spanWords(ms);
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `web’s`, `payments’`. */
export function possessive(name: string): string {
  return name.endsWith('s') ? `${name}’` : `${name}’s`;
}

export function listOf<Item>(given: Item | readonly Item[] | undefined): readonly Item[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? (given as readonly Item[]) : [given as Item];
}

/** Where something is, without what lets one in: no name, no password, no query. */
export function address(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?([^?#]*)/i.exec(url);
  return match ? `${match[1] ?? ''}${match[2] ?? ''}` : url;
}

export function addresses(urls: string | readonly string[]): string {
  return list(listOf(urls).map(address));
}

/** `70 %`, from a share as the file has it. */
export function shareWords(share: string | number): string {
  const part = parseShare(share);
  return part === null ? String(share) : `${Math.round(part * 10_000) / 100} %`;
}

/** `every second`, `every 10 min`. */
export function every(duration: string): string {
  const ms = parseDuration(duration);
  const one = ({1000: 'second', 60_000: 'minute', 3_600_000: 'hour', 86_400_000: 'day'} as Readonly<Record<number, string>>)[ms ?? 0];
  return `every ${one ?? span(duration)}`;
}

/** `256 MB`, from a size as Compose has it. */
export function sizeWords(size: string | number): string {
  if (typeof size === 'number') return `${size} bytes`;
  const match = /^(\d+(?:\.\d+)?)\s*([kmg])b?$/i.exec(size.trim());
  return match ? `${match[1] ?? ''} ${(match[2] ?? '').toUpperCase()}B` : `${size} bytes`;
}

/** `0.5 CPUs and 256 MB of memory`; empty where neither is said. */
export function roomWords(cpus: number | undefined, memory: string | number | undefined): string {
  return list([
    ...(cpus === undefined ? [] : [`${cpus} CPU${cpus === 1 ? '' : 's'}`]),
    ...(memory === undefined ? [] : [`${sizeWords(memory)} of memory`]),
  ]);
}

/** How a screen looks: its style, its clock, and the letter and colour that a service has in every pane. */
import type {Fleet} from '../scaler/fleet.ts';
import type {ClockWords} from '../scaler/explain.ts';
import type {Style} from './style.ts';

export interface Look {
  readonly style: Style;
  readonly clock: ClockWords;
}

/** Each service's letter and colour, the same in every pane. */
export interface Badges {
  letter(service: string): string;
  paint(service: string): (text: string) => string;
}

/** What stands for every service for which no letter is left. */
export const sharedLetter = '#';

/** The first letter of the name that nobody before has taken; else any that is free. */
export function badgesOf(fleet: Fleet, style: Style): Badges {
  const taken = new Map<string, {letter: string; index: number}>();
  const used = new Set<string>();
  const byPriority = fleet.services.toSorted((a, b) => a.spec.priority - b.spec.priority || (a.spec.name < b.spec.name ? -1 : 1));
  for (const [index, {spec}] of byPriority.entries()) {
    const candidates = [
      ...spec.name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''),
      ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
    ];
    const letter = candidates.find(candidate => !used.has(candidate)) ?? sharedLetter;
    used.add(letter);
    taken.set(spec.name, {letter, index});
  }
  return {
    letter: service => taken.get(service)?.letter ?? '?',
    paint: service => style.service(taken.get(service)?.index ?? 0),
  };
}

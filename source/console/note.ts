/** Why a service is overruled, in its owner's words: the question for it, and what comes of the answer. */
import {clean} from '../clean.ts';
import type {Service} from '../scaler/fleet.ts';
import {command, type Effect} from './keys/effect.ts';
import type {ConsoleState} from './state.ts';

/** So many characters can be typed: a line in a list, not a report. */
export const noteMost = 80;
/** Of what is typed so much is in sight, which is its end. */
const shownMost = 30;

/** What its owner has said of it until now. */
export function noteOf({overrides}: Service, owner: string): string {
  return overrides.find(override => override.owner === owner && override.note !== '')?.note ?? '';
}

export function noteQuestion(service: string, typed: string): string {
  const signs = [...typed];
  const shown = signs.length > shownMost ? `..${signs.slice(-shownMost).join('')}` : typed;
  return `Why is ${service} overruled? ${shown}_`;
}

/** Nothing where it says what it said before. */
export function noted({update}: ConsoleState, service: string, typed: string): readonly Effect[] {
  const note = clean(typed).trim();
  const found = update?.fleet.services.find(({spec}) => spec.name === service);
  if (found && note === noteOf(found, update?.vitals.you ?? '')) return [];
  return [command({kind: 'note', service, note})];
}

/** What was said last on the line above the keys, and when it is old. */
import type {Premise} from '../scaler/entry.ts';
import type {Fleet} from '../scaler/fleet.ts';
import {mayAct} from '../scaler/on-exit.ts';

export interface Message {
  readonly text: string;
  readonly refused: boolean;
  /** Whether it answers an override, which `u` takes back. */
  readonly undoable: boolean;
  readonly at: number;
  /** What it stands on; null where it stays true. */
  readonly premise: Premise | null;
}

/** The message while it agrees with the fleet that the screen shows. A fleet of before the answer says nothing of it. */
export function stillTrue(message: Message | null, fleet: Fleet): Message | null {
  const premise = message?.premise ?? null;
  return premise === null || fleet.at < premise.at || holds(premise, fleet) ? message : null;
}

function holds(premise: Premise, fleet: Fleet): boolean {
  if (premise.kind === 'watching') return !mayAct(fleet);
  const overrides = fleet.services.find(({spec}) => spec.name === premise.service)?.overrides ?? [];
  return JSON.stringify(overrides) === JSON.stringify(premise.overrides);
}

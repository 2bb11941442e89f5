/** What a key, or an answer to a question, comes to. */
import type {Command} from '../../scaler/entry.ts';
import {listedServices, type ConsoleEvent, type ConsoleState} from '../state.ts';

/** What a key comes to: a change of the console, a command for the engine, or leaving. */
export type Effect =
  | {readonly kind: 'event'; readonly event: ConsoleEvent}
  | {readonly kind: 'command'; readonly command: Command}
  | {readonly kind: 'refuse'; readonly reason: string}
  /** The open log, or the table of replicas; negative is upwards. */
  | {readonly kind: 'scroll'; readonly by: number | 'first' | 'last'}
  | {readonly kind: 'refresh'}
  | {readonly kind: 'redraw'}
  | {readonly kind: 'take-over'}
  /** The selected service and its why, for the clipboard. */
  | {readonly kind: 'copy'}
  /** The screen as it is, as files. */
  | {readonly kind: 'save'}
  | {readonly kind: 'leave'};

export const event = (change: ConsoleEvent): Effect => ({kind: 'event', event: change});
export const refuse = (reason: string): Effect => ({kind: 'refuse', reason});

/** A key about the selected service, which has to be on the screen. */
export function forSelected(act: (service: string, state: ConsoleState) => Effect): (state: ConsoleState) => Effect {
  return state => {
    const {selected, view} = state;
    if (selected === null) return refuse('there is no service to act on');
    const isShown = view.kind === 'detail' || listedServices(state).some(({spec}) => spec.name === selected);
    return isShown ? act(selected, state) : refuse('no service is shown: Esc ends the find');
  };
}

export const command = (given: Command): Effect => ({kind: 'command', command: given});

/** What the console knows, and how it changes: what the engine tells and what the operator does. Draws nothing. */
import {clean} from '../clean.ts';
import type {Scene} from '../history/reader.ts';
import {happeningsMax, samplesMax} from '../history/sample.ts';
import type {Sample, Sight, SightKind, Update} from '../ports.ts';
import type {Command, Happening, Reply} from '../scaler/entry.ts';
import type {Service} from '../scaler/fleet.ts';
import type {OnExit} from '../scaler/on-exit.ts';
import type {WhatIf} from '../scaler/what-if.ts';
import {noCloseUp, see, type CloseUp} from './close-up.ts';
import {stillTrue, type Message} from './message.ts';
import {latestMoment, sceneAsTold, stillPace, type Pace, type Past, type Told} from './past.ts';
import {listServices, planOrder, type Order} from './sorting.ts';

/** A question that is open. It is about the service that was selected when it opened. */
export type Prompt =
  | {readonly kind: 'none'}
  /** `at` counts the pages turned. */
  | {readonly kind: 'help'; readonly at: number}
  | {readonly kind: 'number'; readonly service: string; readonly typed: string}
  | {readonly kind: 'name'; readonly service: string; readonly typed: string; readonly command: Command}
  | {readonly kind: 'lasting'; readonly service: string}
  | {readonly kind: 'note'; readonly service: string; readonly typed: string}
  /** Every action by its name; `at` is the marked one of those that fit. */
  | {readonly kind: 'palette'; readonly typed: string; readonly at: number}
  | {readonly kind: 'find'; readonly typed: string}
  /** `demands` is how many the service follows. */
  | {readonly kind: 'what-if'; readonly service: string; readonly typed: string; readonly demands: number}
  | {readonly kind: 'mode'; readonly modes: readonly string[]}
  | {readonly kind: 'confirm'; readonly question: string; readonly answer: 'clear-all' | 'resume' | 'take-over'}
  /** Its words follow what would become of the replicas at this moment. */
  | {readonly kind: 'leave'};

/** What the middle of the screen shows. */
export type View =
  | {readonly kind: 'all'}
  /** The selected service alone. */
  | {readonly kind: 'detail'}
  | {readonly kind: 'what-if'; readonly answer: WhatIf};

/** `update`, `samples` and `happenings` are what is shown: the present, or a moment of the past. */
export interface ConsoleState {
  readonly update: Update | null;
  readonly samples: readonly Sample[];
  readonly happenings: readonly Happening[];
  readonly selected: string | null;
  readonly view: View;
  readonly order: Order;
  /** Only services whose name holds this are listed; empty for all. */
  readonly find: string;
  readonly prompt: Prompt;
  readonly message: Message | null;
  readonly readOnly: boolean;
  /** Whether the engine is somebody else's, and goes on without this console. */
  readonly attached: boolean;
  /** What an engine of this console's own does with the counts when it ends. */
  readonly onExit: OnExit;
  /** Why the engine can't be heard any more; null while it can. */
  readonly gone: string | null;
  /** For how long the engine has said nothing where it should have; 0 while it is heard. */
  readonly silentMs: number;
  /** The moment of the past that is looked at; null for the present. */
  readonly past: Past | null;
  readonly pace: Pace;
  /** Whether all there is is a recording: it has an end, and no present. */
  readonly recording: boolean;
  readonly closeUp: CloseUp;
  /** Until when the charts show what was, where a line carries no more than now and then a new one; null for now. */
  readonly chartsTo: number | null;
}

export type ConsoleEvent =
  | {readonly kind: 'updated'; readonly update: Update}
  /** `overrules` where it answers what an operator decided about a service. */
  | {readonly kind: 'replied'; readonly reply: Reply; readonly overrules: boolean; readonly at: number}
  | {readonly kind: 'said'; readonly text: string; readonly refused: boolean; readonly at: number}
  | {readonly kind: 'selected'; readonly service: string}
  | {readonly kind: 'viewed'; readonly view: View}
  /** The detail is to show this of the selected service. */
  | {readonly kind: 'opened'; readonly pane: SightKind}
  | {readonly kind: 'seen'; readonly service: string; readonly sight: Sight; readonly at: number}
  | {readonly kind: 'scrolled'; readonly to: number}
  | {readonly kind: 'ordered'; readonly order: Order}
  | {readonly kind: 'sought'; readonly find: string}
  | {readonly kind: 'prompted'; readonly prompt: Prompt}
  /** To a moment, or the nearest there is; to the latest is back to the present. By hand, that stops what plays. */
  | {readonly kind: 'travelled' | 'played'; readonly at: number}
  /** What the moment that was asked for looked like, or the nearest that is kept. */
  | {readonly kind: 'looked'; readonly asked: number; readonly scene: Scene}
  | {readonly kind: 'paced'; readonly pace: Pace}
  | {readonly kind: 'gone'; readonly reason: string}
  | {readonly kind: 'silent'; readonly forMs: number}
  | {readonly kind: 'attached'; readonly attached: boolean; readonly onExit: OnExit};

export function emptyState(readOnly: boolean, attached = false, recording = false, onExit: OnExit = 'leave'): ConsoleState {
  return {
    update: null,
    samples: [],
    happenings: [],
    selected: null,
    view: {kind: 'all'},
    order: planOrder,
    find: '',
    prompt: {kind: 'none'},
    message: null,
    readOnly,
    attached,
    onExit,
    gone: null,
    silentMs: 0,
    past: null,
    pace: stillPace,
    recording,
    closeUp: noCloseUp,
    chartsTo: null,
  };
}

export function reduce(state: ConsoleState, event: ConsoleEvent): ConsoleState {
  switch (event.kind) {
    case 'updated': {
      const {update} = event;
      const before = state.past?.present ?? state;
      const told = {
        update,
        samples: append(before.samples, update.samples, samplesMax),
        happenings: append(before.happenings, update.happenings, happeningsMax),
      };
      const heard = {...state, gone: null, silentMs: 0, message: stillTrue(state.message, update.fleet)};
      return state.past ? {...heard, past: {...state.past, present: told}} : show(heard, told);
    }
    case 'travelled':
      return travel({...state, pace: {...state.pace, kind: 'still'}}, event.at);
    case 'played':
      return travel(state, event.at);
    case 'looked': {
      const {past} = state;
      if (!past) return state;
      const {at, from} = event.scene;
      // What was asked for meanwhile stays asked for.
      const sought = past.at === event.asked ? at : past.at;
      return show({...state, past: {...past, at: sought, shownAt: at, from}}, sceneAsTold(event.scene, past));
    }
    case 'paced':
      return {...state, pace: event.pace};
    case 'replied': {
      const {reply, overrules, at} = event;
      const refused = reply.kind === 'refused';
      const text = refused ? reply.reason : reply.words;
      return {...state, message: {text, refused, undoable: overrules && !refused, at, premise: reply.premise ?? null}};
    }
    case 'said':
      return {...state, message: {text: event.text, refused: event.refused, undoable: false, at: event.at, premise: null}};
    case 'selected':
      return {...state, selected: event.service, closeUp: {...state.closeUp, scrolled: 0}};
    case 'viewed':
      return {...state, view: event.view, closeUp: noCloseUp};
    case 'opened':
      return {
        ...state,
        view: {kind: 'detail'},
        closeUp: {...state.closeUp, pane: event.pane, nested: state.view.kind === 'detail' && event.pane === 'logs', scrolled: 0},
      };
    case 'seen':
      return {...state, closeUp: see(state.closeUp, event.service, event.sight, event.at)};
    case 'scrolled':
      return {...state, closeUp: {...state.closeUp, scrolled: event.to}};
    case 'ordered':
      return {...state, order: event.order};
    case 'sought':
      return selectListed({...state, find: event.find});
    case 'prompted':
      // What was said before a question is old once that is closed.
      return {...state, prompt: event.prompt, message: event.prompt.kind === 'none' ? state.message : null};
    case 'silent':
      return {...state, silentMs: event.forMs};
    case 'gone': {
      // Nobody scales any more: whoever may act is asked at once.
      const question = state.attached
        ? 'The engine is gone. Take over from here?'
        : `Start another engine here? This one broke: ${clean(event.reason)}`;
      const prompt: Prompt = state.readOnly ? {kind: 'none'} : {kind: 'confirm', question, answer: 'take-over'};
      const message = {text: event.reason, refused: true, undoable: false, at: state.update?.vitals.at ?? 0, premise: null};
      // Whoever looks at the past isn't torn out of it: the header says so, and the question waits.
      return state.past ? {...state, gone: event.reason} : {...state, gone: event.reason, prompt, message};
    }
    case 'attached':
      return {...state, attached: event.attached, onExit: event.onExit};
  }
}

/** Puts on the screen what was told, of now or of the past. */
function show(state: ConsoleState, told: Told): ConsoleState {
  return selectListed({...state, ...told});
}

/** What is selected is among what is listed; where nothing is, it stays what it was, as long as there is such a service. */
function selectListed(state: ConsoleState): ConsoleState {
  const listed = listedServices(state);
  if (listed.some(({spec}) => spec.name === state.selected)) return state;
  const other = listed[0] ?? selectedService(state) ?? orderedServices(state.update?.fleet.services ?? [])[0];
  return {...state, selected: other?.spec.name ?? null};
}

function travel(state: ConsoleState, sought: number): ConsoleState {
  const {update, samples, happenings, past} = state;
  const present = past?.present ?? (update && {update, samples, happenings});
  if (!present) return state;
  const latest = latestMoment(present);
  if (sought < latest || state.recording) {
    const at = Math.min(Math.max(sought, past?.from ?? 0), latest);
    const pace: Pace = state.recording && at >= latest ? {...state.pace, kind: 'still'} : state.pace;
    return {
      ...state,
      message: null,
      pace,
      past: {at, shownAt: past?.shownAt ?? present.update.vitals.at, from: past?.from ?? null, present},
    };
  }
  const now = show({...state, past: null, message: null, pace: {...state.pace, kind: 'still'}}, present);
  return state.gone === null || !past ? now : reduce(now, {kind: 'gone', reason: state.gone});
}

/** By rank, then by name: the order in which the plan serves them. */
export function orderedServices(services: readonly Service[]): readonly Service[] {
  return listServices(services, planOrder, '');
}

/** The services as they are listed: those that were sought, in the order that was chosen. */
export function listedServices({update, order, find}: ConsoleState): readonly Service[] {
  return listServices(update?.fleet.services ?? [], order, find);
}

export function selectedService(state: ConsoleState): Service | null {
  return state.update?.fleet.services.find(({spec}) => spec.name === state.selected) ?? null;
}

function append<Item>(list: readonly Item[], more: readonly Item[], most: number): readonly Item[] {
  return more.length === 0 ? list : [...list, ...more].slice(-most);
}

/** What an open question says, and the keys that answer it. What an answer comes to is not known here. */
import {clean} from '../clean.ts';
import {durationWords} from '../config/units.ts';
import type {Lasting} from '../scaler/entry.ts';
import {autoMode} from '../scaler/fleet.ts';
import {fateOnExit} from '../scaler/on-exit.ts';
import {noteQuestion} from './note.ts';
import {orderedServices, type ConsoleState} from './state.ts';
import {whatIfKeys} from './supposition.ts';

export interface Question {
  readonly words: string;
  /** Each key and what it does, as the key bar has them. */
  readonly keys: readonly (readonly [key: string, word: string])[];
}

export const lastings: readonly {readonly key: string; readonly words: string; readonly lasting: Lasting}[] = [
  {key: '1', words: '5m', lasting: {ms: 5 * 60_000}},
  {key: '2', words: '30m', lasting: {ms: 30 * 60_000}},
  {key: '3', words: '2h', lasting: {ms: 2 * 3_600_000}},
  {key: '4', words: 'until cleared', lasting: 'until-cleared'},
];

/** From the state as it is: a question that stays open tells of now, not of the moment at which it was asked. */
export function questionOf(state: ConsoleState): Question | null {
  const {prompt} = state;
  const leaves = ['Esc', 'leaves it'] as const;
  switch (prompt.kind) {
    case 'none':
    case 'help':
      return null;
    case 'number':
      return {words: `Pin ${prompt.service} ${lastingWords(state)} at: ${prompt.typed}_`, keys: [['Enter', 'pins'], leaves]};
    case 'name':
      return {
        words: `${prompt.service} is priority 1. Type its name to take it to 0: ${prompt.typed}_`,
        keys: [['Enter', 'takes it to 0'], leaves],
      };
    case 'lasting':
      return {
        words: `How long does ${prompt.service}'s override last?`,
        keys: [...lastings.map(({key, words}) => [key, words] as const), leaves],
      };
    case 'note':
      return {words: noteQuestion(prompt.service, prompt.typed), keys: [['Enter', 'says it to all'], leaves]};
    case 'mode':
      return {words: 'Which mode?', keys: [...modeKeys(prompt.modes), ['Esc', 'leaves it as it is']]};
    case 'palette':
      return {words: `:${prompt.typed}_  (a part of an action's name)`, keys: [['Enter', 'does the marked one'], leaves]};
    case 'find':
      return {
        words: `/${prompt.typed}_  (a part of a name)`,
        keys: [
          ['Enter', 'keeps it'],
          ['Esc', 'shows all'],
        ],
      };
    case 'what-if':
      return {words: `What if: ${prompt.typed}_  (for ${prompt.service})`, keys: [...whatIfKeys(prompt), leaves]};
    case 'leave':
      return {
        words: leavingWords(state),
        keys: [
          ['y', 'yes'],
          ['n', 'no'],
        ],
      };
    case 'confirm':
      return {
        words: prompt.question,
        keys: [['y', 'yes'], ['n', 'no'], ...(prompt.answer === 'take-over' ? ([['q', 'quit']] as const) : [])],
      };
  }
}

/** The question and its keys as one line; empty where none is open. */
export function questionWords(state: ConsoleState): string {
  const question = questionOf(state);
  return question === null ? '' : [question.words, ...question.keys.map(([key, word]) => `${key} ${word}`)].join('  ');
}

/** The first nine, and 0 for leaving it to the circumstances. */
export function modeKeys(modes: readonly string[]): readonly (readonly [key: string, mode: string])[] {
  const named = modes.filter(mode => mode !== autoMode).slice(0, 9);
  const auto = modes.includes(autoMode) ? [['0', autoMode] as const] : [];
  return [...named.map((mode, index) => [String(index + 1), mode] as const), ...auto];
}

/** For how long what an operator decides now will hold. */
function lastingWords({update}: ConsoleState): string {
  const overrideMs = update?.fleet.settings.overrideMs ?? null;
  return overrideMs === null ? 'until cleared' : `for ${durationWords(overrideMs)}`;
}

function leavingWords({update, attached, recording, gone, onExit}: ConsoleState): string {
  if (!update) return 'Leave?';
  if (recording) return 'Leave? The recording stays as it is.';
  if (attached) return gone === null ? 'Leave? The engine goes on without this console.' : 'Leave? Nobody scales then: the engine is gone.';
  if (update.vitals.facts?.kind === 'simulated') return 'Leave? The simulated host ends with the console.';
  const {lease, services} = update.fleet;
  if (lease.kind === 'elsewhere') return `Leave? ${clean(lease.by)} on ${clean(lease.where)} scales on.`;
  const counts = orderedServices(services).map(({spec, observed}) => `${spec.name} ${observed?.running ?? 0}`);
  // What becomes of them is to be read at 80 columns too.
  const listed = counts.length > 3 ? `${counts.slice(0, 2).join(', ')} and ${counts.length - 2} more` : counts.join(', ');
  switch (gone === null ? fateOnExit(update.fleet, onExit) : 'leave') {
    case 'leave':
      return `Leave? ${listed} stay as they are; nobody scales then.`;
    case 'restore':
      return `Leave? ${listed} go back to the start's counts; nobody scales then.`;
    case 'drain':
      return `Leave? ${listed} are stopped; nobody scales then.`;
  }
}

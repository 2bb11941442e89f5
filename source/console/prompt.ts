/** Questions: what they say, and what a key means while one is open. Esc, Enter and n mean no. */
import type {Command, Lasting} from '../scaler/entry.ts';
import {autoMode} from '../scaler/fleet.ts';
import {emptying, type Effect} from './keys.ts';
import type {ConsoleState, Prompt} from './state.ts';

const close: Effect = {kind: 'event', event: {kind: 'prompted', prompt: {kind: 'none'}}};

const lastings: readonly {readonly key: string; readonly words: string; readonly lasting: Lasting}[] = [
  {key: '1', words: '5m', lasting: {ms: 5 * 60_000}},
  {key: '2', words: '30m', lasting: {ms: 30 * 60_000}},
  {key: '3', words: '2h', lasting: {ms: 2 * 3_600_000}},
  {key: '4', words: 'until cleared', lasting: 'until-cleared'},
];

export function promptWords(prompt: Prompt): string {
  switch (prompt.kind) {
    case 'none':
    case 'help':
      return '';
    case 'number':
      return `Pin ${prompt.service} at: ${prompt.typed}_  (Enter pins, Esc leaves it)`;
    case 'name':
      return `${prompt.service} is priority 1. Type its name to take it to 0: ${prompt.typed}_`;
    case 'lasting':
      return `${prompt.service}'s override lasts: ${lastings.map(({key, words}) => `${key} ${words}`).join('  ')}`;
    case 'mode':
      return `Mode: ${modeKeys(prompt.modes)
        .map(([key, mode]) => `${key} ${mode}`)
        .join('  ')}  (Esc leaves it as it is)`;
    case 'command':
      return `:${prompt.typed}_  (Enter does it, Esc leaves it; takeover, quit)`;
    case 'confirm':
      return `${prompt.question}  y yes  n no`;
  }
}

/** The first nine, and 0 for leaving it to the circumstances. */
function modeKeys(modes: readonly string[]): readonly (readonly [key: string, mode: string])[] {
  const named = modes.filter(mode => mode !== autoMode).slice(0, 9);
  const auto = modes.includes(autoMode) ? [['0', autoMode] as const] : [];
  return [...named.map((mode, index) => [String(index + 1), mode] as const), ...auto];
}

/** What the key comes to: effects in their order. Every answer closes the question; typing goes on with it. */
export function answer(state: ConsoleState, key: string): readonly Effect[] {
  const {prompt} = state;
  if (key === 'ctrl-c') return [{kind: 'leave'}];
  if (key === 'escape') return [close];
  switch (prompt.kind) {
    case 'none':
      return [];
    case 'help':
      return [close];
    case 'confirm': {
      const yes = key === 'y' || (prompt.answer === 'leave' && key === 'q');
      if (yes) return [close, doing(prompt.answer)];
      return key === 'n' || key === 'enter' ? [close] : [];
    }
    case 'lasting': {
      const chosen = lastings.find(lasting => lasting.key === key);
      if (!chosen) return key === 'n' || key === 'enter' ? [close] : [];
      return [close, {kind: 'command', command: {kind: 'last', service: prompt.service, lasting: chosen.lasting}}];
    }
    case 'mode': {
      const [, mode] = modeKeys(prompt.modes).find(([known]) => known === key) ?? [];
      if (mode === undefined) return key === 'n' || key === 'enter' ? [close] : [];
      return [close, {kind: 'command', command: {kind: 'mode', mode, lasting: 'default'}}];
    }
    case 'command':
      return key === 'enter' ? [close, named(state, prompt.typed.trim())] : typing(prompt, key, /^[\w -]$/, 40);
    case 'number':
      if (key === 'enter') return pin(state, prompt.service, prompt.typed);
      return typing(prompt, key, /^\d$/, 6);
    case 'name':
      if (key !== 'enter') return typing(prompt, key, /^[\w.-]$/, 64);
      if (prompt.typed === prompt.service) return [close, {kind: 'command', command: prompt.command}];
      return [close, {kind: 'refuse', reason: `that is not its name: ${prompt.service} stays as it is`}];
  }
}

function doing(what: Extract<Prompt, {kind: 'confirm'}>['answer']): Effect {
  return what === 'leave' || what === 'take-over' ? {kind: what} : {kind: 'command', command: {kind: what}};
}

/** What a name that was typed after the colon does. */
function named(state: ConsoleState, name: string): Effect {
  switch (name) {
    case '':
      return close;
    case 'q':
    case 'quit':
      return {kind: 'leave'};
    case 'takeover':
    case 'take-over':
      if (state.readOnly) return {kind: 'refuse', reason: 'read-only: this console watches, and changes nothing'};
      return {kind: 'event', event: {kind: 'prompted', prompt: {kind: 'confirm', question: takingOver(state), answer: 'take-over'}}};
    default:
      return {kind: 'refuse', reason: `there is no “${name}”: known are takeover and quit`};
  }
}

function takingOver({update, attached}: ConsoleState): string {
  const lease = update?.fleet.lease;
  const holder = lease?.kind === 'elsewhere' || (lease?.kind === 'held' && attached) ? lease.by : 'whoever holds it';
  return `Take the lease over from ${holder}? An engine here acts then, with the overrides that stand.`;
}

function pin(state: ConsoleState, service: string, typed: string): readonly Effect[] {
  if (typed === '') return [close];
  const replicas = Number(typed);
  const spec = state.update?.fleet.services.find(candidate => candidate.spec.name === service)?.spec;
  if (replicas === 0 && spec?.priority === 1 && spec.target.kind !== 'fill') {
    return [{kind: 'event', event: {kind: 'prompted', prompt: {kind: 'name', service, typed: '', command: emptying(service)}}}];
  }
  const command: Command = {kind: 'override', service, rule: {kind: 'pin', replicas}, lasting: 'default', sure: false};
  return [close, {kind: 'command', command}];
}

function typing(prompt: Extract<Prompt, {typed: string}>, key: string, allowed: RegExp, most: number): readonly Effect[] {
  const typed = key === 'backspace' ? prompt.typed.slice(0, -1) : allowed.test(key) ? (prompt.typed + key).slice(0, most) : prompt.typed;
  return typed === prompt.typed ? [] : [{kind: 'event', event: {kind: 'prompted', prompt: {...prompt, typed}}}];
}

/** What a key means while a question is open. Esc, Enter and n mean no. */
import type {Command} from '../scaler/entry.ts';
import type {Effect} from './keys/effect.ts';
import {emptying} from './keys/overruling.ts';
import {noteMost, noted} from './note.ts';
import {press, whyNotHere} from './keys/table.ts';
import {fitting} from './palette.ts';
import {lastings, modeKeys} from './questions.ts';
import type {ConsoleState, Prompt} from './state.ts';
import {planOnCopy} from '../scaler/what-if.ts';
import {readSupposition} from './supposition.ts';

const close: Effect = {kind: 'event', event: {kind: 'prompted', prompt: {kind: 'none'}}};

/** The keys that turn the pages of the help, and which way. */
const turns: Readonly<Record<string, number>> = {' ': 1, pagedown: 1, down: 1, right: 1, pageup: -1, up: -1, left: -1};

/** What the key comes to: effects in their order. Every answer closes the question; typing goes on with it. */
export function answer(state: ConsoleState, key: string): readonly Effect[] {
  const {prompt} = state;
  if (key === 'ctrl-c') return [{kind: 'leave'}];
  if (key === 'escape') return prompt.kind === 'find' ? [close, {kind: 'event', event: {kind: 'sought', find: ''}}] : [close];
  switch (prompt.kind) {
    case 'none':
      return [];
    case 'help': {
      const by = turns[key];
      return by === undefined ? [close] : [{kind: 'event', event: {kind: 'prompted', prompt: {kind: 'help', at: prompt.at + by}}}];
    }
    case 'leave':
      if (key === 'y') return [close, {kind: 'leave'}];
      return key === 'n' || key === 'enter' ? [close] : [];
    case 'confirm': {
      if (key === 'y') return [close, doing(prompt.answer)];
      // Whoever is asked this unasked, when an engine is gone, may want nothing but to leave.
      if (key === 'q' && prompt.answer === 'take-over') return [{kind: 'event', event: {kind: 'prompted', prompt: {kind: 'leave'}}}];
      return key === 'n' || key === 'enter' ? [close] : [];
    }
    case 'lasting': {
      const chosen = lastings.find(lasting => lasting.key === key);
      if (!chosen) return key === 'n' || key === 'enter' ? [close] : [];
      return [close, {kind: 'command', command: {kind: 'last', service: prompt.service, lasting: chosen.lasting}}];
    }
    case 'note':
      return key === 'enter' ? [close, ...noted(state, prompt.service, prompt.typed)] : typing(prompt, key, /^\P{C}$/u, noteMost);
    case 'mode': {
      const [, mode] = modeKeys(prompt.modes).find(([known]) => known === key) ?? [];
      if (mode === undefined) return key === 'n' || key === 'enter' ? [close] : [];
      return [close, {kind: 'command', command: {kind: 'mode', mode, lasting: 'default'}}];
    }
    case 'palette':
      return inPalette(state, prompt, key);
    case 'find': {
      if (key === 'enter') return [close];
      const [typed] = typing(prompt, key, /^[^\s]$/u, 64);
      if (typed?.kind !== 'event' || typed.event.kind !== 'prompted' || typed.event.prompt.kind !== 'find') return [];
      return [typed, {kind: 'event', event: {kind: 'sought', find: typed.event.prompt.typed}}];
    }
    case 'what-if': {
      if (key !== 'enter') return typing(prompt, key, /^[\w .:-]$/, 64);
      if (prompt.typed.trim() === '' || !state.update) return [close];
      const supposition = readSupposition(prompt.typed, prompt.service, state.update);
      if (typeof supposition === 'string') return [close, {kind: 'refuse', reason: supposition}];
      const supposed = planOnCopy(state.update.fleet, supposition);
      return [close, {kind: 'event', event: {kind: 'viewed', view: {kind: 'what-if', answer: supposed}}}];
    }
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
  return what === 'take-over' ? {kind: what} : {kind: 'command', command: {kind: what}};
}

/** Typing narrows the list, the arrows move in it, and Enter does what is marked, as its key would. */
function inPalette(state: ConsoleState, prompt: Extract<Prompt, {kind: 'palette'}>, key: string): readonly Effect[] {
  const found = fitting(prompt.typed);
  const marked = (at: number): readonly Effect[] => [
    {kind: 'event', event: {kind: 'prompted', prompt: {...prompt, at: Math.min(Math.max(0, at), Math.max(0, found.length - 1))}}},
  ];
  if (key === 'up') return marked(prompt.at - 1);
  if (key === 'down') return marked(prompt.at + 1);
  if (key !== 'enter') return typing({...prompt, at: 0}, key, /^[\w -]$/, 40);
  const action = found[prompt.at];
  if (!action) return [close, {kind: 'refuse', reason: `no action is called “${prompt.typed}”: : lists them all`}];
  switch (action.run.kind) {
    case 'key': {
      const effect = press({...state, prompt: {kind: 'none'}}, action.run.key.keys[0] ?? '');
      return effect ? [close, effect] : [close];
    }
    case 'take-over': {
      const reason = whyNotHere(state);
      if (reason !== null) return [close, {kind: 'refuse', reason}];
      if (state.readOnly) return [close, {kind: 'refuse', reason: 'read-only: this console watches, and changes nothing'}];
      const acts = whyActsAlready(state);
      if (acts !== null) return [close, {kind: 'refuse', reason: acts}];
      return [{kind: 'event', event: {kind: 'prompted', prompt: {kind: 'confirm', question: takingOver(state), answer: 'take-over'}}}];
    }
  }
}

/** The engine of this console would refuse it in the same words, and need not be asked. */
function whyActsAlready({update, attached, gone}: ConsoleState): string | null {
  if (attached || gone !== null) return null;
  const lease = update?.fleet.lease.kind;
  return lease === 'held' ? 'this engine holds the lease already' : lease === 'unneeded' ? 'there is no lease to take over here' : null;
}

function takingOver({update, attached}: ConsoleState): string {
  const lease = update?.fleet.lease;
  const holder = lease?.kind === 'elsewhere' || (lease?.kind === 'held' && attached) ? lease.by : 'whoever holds it';
  return `Take over from ${holder}? An engine here acts then; overrides stand.`;
}

function pin(state: ConsoleState, service: string, typed: string): readonly Effect[] {
  if (typed === '') return [close, {kind: 'refuse', reason: `a number is wanted: ${service} stays as it is`}];
  const replicas = Number(typed);
  const spec = state.update?.fleet.services.find(candidate => candidate.spec.name === service)?.spec;
  if (replicas === 0 && spec?.priority === 1 && spec.target.kind !== 'fill') {
    return [{kind: 'event', event: {kind: 'prompted', prompt: {kind: 'name', service, typed: '', command: emptying(service)}}}];
  }
  const command: Command = {kind: 'override', service, rule: {kind: 'pin', replicas}, lasting: 'default', sure: false};
  return [close, {kind: 'command', command}];
}

function typing(prompt: Extract<Prompt, {typed: string}>, key: string, allowed: RegExp, most: number): readonly Effect[] {
  // By what is one key to press, and not by its halves.
  const before = [...prompt.typed];
  const after = key === 'backspace' ? before.slice(0, -1) : allowed.test(key) && before.length < most ? [...before, key] : before;
  const typed = after.join('');
  return typed === prompt.typed ? [] : [{kind: 'event', event: {kind: 'prompted', prompt: {...prompt, typed}}}];
}

import {describe, expect, test} from 'vitest';
import {createMailbox} from '../source/mailbox.ts';
import {emptyObservation} from '../source/scaler/observation.ts';

const observed = (running: number) => ({kind: 'observed', service: 'web', observation: {...emptyObservation, running}}) as const;
const pause = {kind: 'command', command: {kind: 'pause'}, owner: 'ops@here'} as const;
const note = {kind: 'noted', note: {level: 'info', service: null, text: 'hello'}} as const;
const configured = {
  kind: 'configured',
  settings: {project: 'shop', capacity: 10, nodeSlots: [], overrideMs: null, modes: []},
  services: [],
} as const;
const seeking = {kind: 'lease', lease: {kind: 'seeking'}} as const;
const lapsed = {kind: 'lease', lease: {kind: 'lapsed', reason: 'late'}} as const;

describe('the mailbox', () => {
  test('keeps the newest of what is said of the same thing, and gives all out once', () => {
    const mailbox = createMailbox();
    mailbox.post('observed web', observed(1));
    mailbox.post('observed web', observed(2));
    expect(mailbox.take().waiting).toEqual([observed(2)]);
    expect(mailbox.take()).toEqual({waiting: [], answers: []});
  });

  test('gives out the configuration first, then the lease in its order, then the world, notes and commands', () => {
    const mailbox = createMailbox();
    mailbox.command(pause, () => {});
    mailbox.note(note);
    mailbox.post('tick', {kind: 'tick'});
    mailbox.tell(seeking);
    mailbox.hurry(lapsed);
    mailbox.configure(configured);
    expect(mailbox.take().waiting).toEqual([configured, lapsed, seeking, {kind: 'tick'}, note, pause]);
  });

  test('refuses commands and notes beyond what any operator gives, and drops none that it took', () => {
    const mailbox = createMailbox();
    const answered: number[] = [];
    const taken = Array.from({length: 120}, (_, index) => mailbox.command(pause, () => answered.push(index)));
    expect(taken.filter(Boolean)).toHaveLength(100);
    expect(Array.from({length: 120}, () => mailbox.note(note)).filter(Boolean)).toHaveLength(100);
    const {waiting, answers} = mailbox.take();
    expect(waiting).toHaveLength(200);
    for (const answer of answers) answer({kind: 'accepted', words: ''});
    expect(answered).toEqual(Array.from({length: 100}, (_, index) => index));
  });

  test('at the end keeps what is new of the world, and whoever waits can be told', () => {
    const mailbox = createMailbox();
    mailbox.post('observed web', observed(3));
    mailbox.command(pause, () => {});
    const {news, answers} = mailbox.close();
    expect(news).toEqual([observed(3)]);
    expect(answers).toHaveLength(1);
  });
});

/** What a service keeps ready, what becomes of its victims, and which of them goes first, in sentences. */
import type {ServiceText} from '../schema.ts';
import {count, span} from './english.ts';

export function readinessSentences({standby, standbyFor, preempt, frozenMax, frozenFor, thenStop, victim}: ServiceText): readonly string[] {
  const kept = standby && standby.replicas > 0 ? standby : null;
  const frozen = preempt === 'freeze';
  return [
    ...(kept ? [`It keeps ${count(kept.replicas, 'replica')} ready beside its slots, ${stateWords(kept.state)}.`] : []),
    ...(kept && standbyFor !== undefined ? [`One that was never needed is made anew after ${span(standbyFor)}.`] : []),
    ...(preempt === 'stop' ? ['A replica whose slot is taken is stopped.'] : []),
    ...(frozen ? [frozenSentence(thenStop ?? false)] : []),
    ...(frozen && frozenMax !== undefined ? [`At most ${count(frozenMax, 'replica')} at once are frozen.`] : []),
    ...(frozen && frozenFor !== undefined ? [`A frozen one is stopped after ${span(frozenFor)}.`] : []),
    ...(victim === undefined ? [] : [`When one has to go, it is ${victimWords(victim)}.`]),
  ];
}

function stateWords(state: 'created' | 'paused'): string {
  return state === 'paused' ? 'started and paused, so that they are back in a moment' : 'made and not started';
}

function frozenSentence(thenStop: boolean): string {
  return thenStop
    ? 'A replica whose slot is taken is frozen, so that its processor is free at once, and stopped when there is time.'
    : 'A replica whose slot is taken is frozen with its work in it, and goes on where it was when the slot is back.';
}

function victimWords(victim: 'youngest' | 'oldest' | 'leastBusy'): string {
  return {youngest: 'the youngest', oldest: 'the oldest', leastBusy: 'the one that is least busy'}[victim];
}

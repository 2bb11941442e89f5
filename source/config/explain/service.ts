/** A service in sentences: what it follows, how many it has, how it gives and takes. */
import type {ServiceText} from '../schema.ts';
import {settleOf, targetFrom} from '../target.ts';
import {parseDuration} from '../units.ts';
import {spanWords} from '../../scaler/mode-words.ts';
import {boundsSentence} from './bounds.ts';
import {demandsPhrase} from './demand.ts';
import {count, listOf, shareWords, span} from './english.ts';
import {readinessSentences} from './readiness.ts';
import {targetPhrase} from './target.ts';
import {workloadSentences} from './workload.ts';

export function serviceSentences(name: string, service: ServiceText): readonly string[] {
  const target = service.target ?? (service.demand ? 'direct' : 'fill');
  return [
    ...demandSentences(name, service, target),
    boundsSentence({min: service.min, max: service.max}),
    ...(service.slots === undefined ? [] : [`Each replica takes ${count(service.slots, 'slot')}.`]),
    ...paceSentences(service, target),
    ...(service.handoverWithin === undefined ? [] : [`It can wait ${span(service.handoverWithin)} for slots that others give up.`]),
    ...readinessSentences(service),
    ...driftSentences(service),
    ...placeSentences(name, service),
    ...workloadSentences(service),
  ];
}

function demandSentences(name: string, {demand, weight}: ServiceText, target: NonNullable<ServiceText['target']>): readonly string[] {
  const demands = listOf(demand);
  const follows = demands.length === 0 ? [] : [`It follows ${demandsPhrase(demands, name)}.`];
  const own = demands.flatMap((one, index) =>
    one.target === undefined ? [] : [`${demands.length > 1 ? `By (${index + 1}) it` : 'It'} ${targetPhrase(one.target)}.`],
  );
  // Where each has a target of its own, the service's has nothing to say.
  const rest = own.length > 0 && own.length < demands.length ? 'By the rest it' : 'It';
  if (target !== 'fill')
    return [...follows, ...own, ...(own.length === demands.length && own.length > 0 ? [] : [`${rest} ${targetPhrase(target)}.`])];
  const share = weight === 1 ? '' : `, in shares of ${weight} where its equals take 1`;
  return [...follows, `It ${targetPhrase(target)}${share}.`];
}

function paceSentences(service: ServiceText, target: NonNullable<ServiceText['target']>): readonly string[] {
  const {settle, stepMax, onLost, demand, lead, tolerance, flapGuard} = service;
  const settleMs = settle === undefined ? usualSettleMs(service, target) : (parseDuration(settle) ?? 0);
  const follows = demand !== undefined && target !== 'fill';
  const lost =
    typeof onLost === 'number'
      ? `it goes to ${count(onLost, 'replica')}`
      : {hold: 'it stays as it is', min: 'it goes down to its least', max: 'it goes up to its most'}[onLost];
  return [
    ...(settleMs > 0
      ? [`It grows at once, and shrinks only when less has been enough for ${spanWords(settleMs)}.`]
      : settle === undefined
        ? []
        : ['It grows and shrinks at once.']),
    ...(lead === undefined || lead === 'off' ? [] : [leadSentence(lead)]),
    ...(tolerance === undefined ? [] : [`A change of ${shareWords(tolerance)} or less is let be.`]),
    ...(flapGuard === undefined ? [] : [flapSentence(flapGuard)]),
    ...(stepMax === undefined ? [] : [`At most ${count(stepMax, 'replica')} at once come or go.`]),
    ...(follows ? [`While its demand can’t be read, ${lost}.`] : []),
  ];
}

/** As long as the slowest of its targets needs. */
function usualSettleMs({demand}: ServiceText, target: NonNullable<ServiceText['target']>): number {
  const targets = listOf(demand).map(one => one.target ?? target);
  return Math.max(...[target, ...targets].map(one => settleOf(targetFrom(one))));
}

function leadSentence(lead: string): string {
  return lead === 'auto'
    ? 'It looks as far ahead of its demand as its replicas are learned to take to serve.'
    : `It looks ${span(lead)} ahead of its demand.`;
}

function flapSentence(flapGuard: string): string {
  return span(flapGuard) === '0 s'
    ? 'It shrinks no later for having gone up and down.'
    : `Where it goes down and up again within ${span(flapGuard)}, it waits longer before it shrinks.`;
}

function driftSentences({drift}: ServiceText): readonly string[] {
  if (drift === undefined) return [];
  return [driftSentence(drift, 'its number')];
}

/** What becomes of a number that somebody else has set. */
export function driftSentence(drift: 'reassert' | 'yield', whose: string): string {
  const answer = drift === 'reassert' ? 'microscale puts its own back' : 'microscale leaves theirs for a while';
  return `When somebody else changes ${whose} on the host, ${answer}.`;
}

function placeSentences(name: string, {image, adopt, pull}: ServiceText): readonly string[] {
  if (image === undefined || adopt !== undefined)
    return [`It runs on the host already${adopt === undefined || adopt === name ? '' : `, as ${adopt}`}, and keeps what it is made from.`];
  const fetched = {always: ', fetched anew each time', never: ', which is never fetched', missing: ''}[pull];
  return [`Its replicas are made from the image ${image}${fetched}.`];
}

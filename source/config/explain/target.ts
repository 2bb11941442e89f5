/** A target as the end of “It …”: one phrase a kind, in the words of whoever has to agree on it. */
import type {TargetText} from '../target-schema.ts';
import {count, shareWords, span} from './english.ts';

type Rule = Exclude<TargetText, string>;
type Phrases = {readonly [Kind in keyof Rule]-?: (value: NonNullable<Rule[Kind]>) => string};

export function targetPhrase(target: TargetText): string {
  if (target === 'direct') return 'has as many replicas as that number says';
  if (target === 'fill') return 'takes whatever the others leave';
  const said = Object.entries(target).flatMap(([kind, value]) => {
    const phrase = phrases[kind as keyof Rule] as (value: unknown) => string;
    return value === undefined ? [] : [phrase(value)];
  });
  return said.join(' and ');
}

const phrases: Phrases = {
  perReplica: value => `has one replica for every ${value} of it`,
  utilization: value => `has as many replicas as it takes for each to use ${shareWords(value)} of what it may`,
  queue: ({drainWithin, rate, arrivals}) => {
    const done = rate === undefined ? 'what a replica does each second is learned' : `a replica does ${rate} each second`;
    const come = arrivals === undefined ? 'what comes is learned too' : `${arrivals} come each second`;
    return `has as many replicas as it takes for all that waits to be done within ${span(drainWithin)}; ${done}, and ${come}`;
  },
  pd: ({length, proportional, derivative}) =>
    `gets more replicas while more than ${length} wait, and fewer while less do: ${proportional} a second for each one too many, and ${derivative} for each one that the queue grows by`,
  fixed: value => (value === 0 ? 'has no replicas' : `always has ${count(value, 'replica')}`),
};

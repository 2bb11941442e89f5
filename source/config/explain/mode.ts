/** A mode in sentences: when it begins, what may wait and what comes first meanwhile, when it ends. */
import type {CircumstanceText, ModeText, ServiceText} from '../schema.ts';
import {keepsWords, rangeWords, type Bounds} from './bounds.ts';
import {cronWords} from './cron-words.ts';
import {capital, list, listOf, possessive, span} from './english.ts';
import {targetPhrase} from './target.ts';

export function modeSentences(name: string, mode: ModeText, services: Readonly<Record<string, ServiceText>>): readonly string[] {
  const {say} = mode;
  return [
    beginSentence(name, mode),
    ...(say === undefined ? [] : [/[.!?]$/.test(say) ? say : `${say}.`]),
    ...Object.entries(mode.services).flatMap(([service, change]) => changeSentences(service, change, services[service])),
    ...(Object.keys(mode.services).length === 0 ? ['It changes nothing.'] : []),
    ...endSentences(mode),
  ];
}

function beginSentence(name: string, {when}: ModeText): string {
  const all = listOf(when);
  if (all.length === 0) return `When an operator chooses it, the mode ${name} holds.`;
  return `${capital(list(all.map(beginWords), 'or'))}, the mode ${name} begins.`;
}

function beginWords({service, demand, schedule, for: lasts, timezone}: CircumstanceText): string {
  if (schedule !== undefined) return `${cronWords(schedule, timezone)}${lasts === undefined ? '' : `, for ${span(lasts)}`}`;
  return `when ${demandWords(service, demand)}`;
}

/** Such as `web’s demand stays above 40 for 10 s`. */
function demandWords(service: string | undefined, demand: CircumstanceText['demand']): string {
  const {above, below, for: lasts = '0s', source} = demand ?? {};
  const sides = [...(above === undefined ? [] : [`above ${above}`]), ...(below === undefined ? [] : [`below ${below}`])];
  const whose = `${possessive(service ?? 'the service')} ${source === undefined ? '' : `${source} `}demand`;
  return span(lasts) === '0 s' ? `${whose} is ${list(sides)}` : `${whose} stays ${list(sides)} for ${span(lasts)}`;
}

interface Standing extends Bounds {
  readonly priority: number;
}

function changeSentences(name: string, change: ModeText['services'][string], usual: ServiceText | undefined): readonly string[] {
  const before: Standing = {priority: usual?.priority ?? 1, min: usual?.min ?? 0, max: usual?.max};
  const after: Standing = {priority: change.priority ?? before.priority, min: change.min ?? before.min, max: change.max ?? before.max};
  const {weight, target} = change;
  return [
    ...standingSentences(name, before, after),
    ...(target === undefined ? [] : [`Then ${name} ${targetPhrase(target)}.`]),
    ...(weight === undefined ? [] : [`Then ${name} takes of what is left in shares of ${weight} where its equals take 1.`]),
  ];
}

/** `payments may wait (priority 3, not 1): it keeps 1 of 4.` */
function standingSentences(name: string, before: Standing, after: Standing): readonly string[] {
  const bounds = boundsChanges(before, after);
  if (after.priority === before.priority) return bounds.length === 0 ? [] : [`Then ${name} ${list(bounds)}.`];
  const place = `Then ${name} ${after.priority > before.priority ? 'may wait' : 'comes sooner'} (priority ${after.priority}, not ${before.priority})`;
  // Whoever has to wait is asked what it keeps meanwhile; whoever comes sooner, how much more it may have.
  if (after.priority > before.priority) return [`${place}: it ${keepsWords(after)}.`];
  return [bounds.length === 0 ? `${place}.` : `${place}: it ${list(bounds)}.`];
}

function boundsChanges(before: Bounds, after: Bounds): readonly string[] {
  const {min, max} = after;
  if (max !== undefined && min === max)
    return min === before.min && max === before.max ? [] : [`has exactly ${max} (usually ${rangeWords(before)})`];
  const usualMin = before.min === 0 ? 'none' : String(before.min);
  const usualMax = before.max === undefined ? 'no bound' : String(before.max);
  return [
    ...(min === before.min
      ? []
      : [`${min === 0 ? 'may go down to none' : min > before.min ? `always keeps ${min}` : `keeps only ${min}`} (usually ${usualMin})`]),
    ...(max === before.max || max === undefined
      ? []
      : [`${before.max !== undefined && max > before.max ? 'may have up to' : 'has at most'} ${max} (usually ${usualMax})`]),
  ];
}

function endSentences({when, until}: ModeText): readonly string[] {
  const all = listOf(when);
  if (all.length === 0) return ['It ends when the operator’s time is up, or when they choose another.'];
  const ends = listOf(until);
  const timed = all.some(({schedule}) => schedule !== undefined);
  if (ends.length > 0) {
    const words = list(
      ends.map(({service, demand}) => `when ${demandWords(service, demand)}`),
      'or',
    );
    return [`It ends ${words}${timed ? ', or when its time is over' : ''}.`];
  }
  const demands = all.filter(({schedule}) => schedule === undefined);
  if (demands.length === 0) return ['It ends when its time is over.'];
  const opposite = demands.map(({service, demand}) => {
    const {above, below, for: lasts = '0s'} = demand ?? {};
    const side = above === undefined ? `${below ?? 0} or above` : `${above} or below`;
    return `${possessive(service ?? 'the service')} demand ${span(lasts) === '0 s' ? `is ${side}` : `has been ${side} for ${span(lasts)}`}`;
  });
  const last = all.length > 1 ? ' and nothing else of this holds it' : '';
  return [`It ends when ${list(opposite)}${last}.`];
}

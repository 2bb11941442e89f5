/** The screen as sentences, for whoever listens to it: the same truth as the frame, nothing drawn. */
import {clean} from '../clean.ts';
import {durationWords} from '../config/units.ts';
import {explain, gist, leaseWords, tellBriefly} from '../scaler/explain.ts';
import {normalMode, type Fleet, type Service} from '../scaler/fleet.ts';
import {comingUp, isOverruled, isUnknown} from '../scaler/score.ts';
import {helpBlocks} from './help.ts';
import {fitting} from './palette.ts';
import {whatIfWords} from './what-if.ts';
import {closeUpOf} from './close-up.ts';
import type {Look} from './look.ts';
import type {Past} from './past.ts';
import {questionWords} from './questions.ts';
import {ageOf, memoryWords, replicaAge, shortName} from './replica-table.ts';
import {listedServices, selectedService, type ConsoleState} from './state.ts';

/** More than this is no answer to “how is it?”. */
const servicesMax = 12;
const decisionsMax = 5;
const logLinesMax = 10;

export function spokenLines(state: ConsoleState, {clock}: Look): readonly string[] {
  const {update, gone, message, past} = state;
  if (!update) return ['Waiting for the engine.'];
  const covering = coveringWords(state);
  if (covering.length > 0) return covering.map(clean);
  const {fleet, vitals} = update;
  const services = listedServices(state);
  const selected = selectedService(state);
  const lines = [
    `${fleet.settings.project} at ${vitals.facts?.title ?? 'no host yet'}${vitals.facts?.kind === 'simulated' ? ', simulated' : ''}.`,
    ...(past ? [pastWords(state, past, clock)] : []),
    gone !== null ? `The engine is gone: ${gone}. Nobody acts.` : actingWords(fleet.acting),
    ...(state.silentMs > 0 ? [`The engine has said nothing for ${durationWords(state.silentMs)}: what follows is as it was.`] : []),
    ...(fleet.host.kind === 'lost' ? [`The host is lost: ${fleet.host.reason}.`] : []),
    `Lease: ${leaseWords(fleet.lease, clock)}. Mode: ${fleet.mode?.name ?? normalMode}.`,
    `${metWords(fleet)}. ${fleet.standing.runningSlots} of ${fleet.settings.capacity} slots run.`,
    ...services.slice(0, servicesMax).map(service => `${service === selected ? 'Selected: ' : ''}${serviceWords(service, clock)}.`),
    ...(services.length > servicesMax ? [`And ${services.length - servicesMax} more services.`] : []),
    ...(selected?.decision ? [`Why ${selected.spec.name}: ${explain(selected.decision, clock)}.`] : []),
    ...closeUpWords(state),
    ...state.happenings
      .slice(-decisionsMax)
      .reverse()
      .map(happening => {
        const {about, from, to, words} = tellBriefly(happening, clock);
        return `${clock(happening.at)} ${about}${from === null || to === null ? '' : ` from ${from} to ${to}`}: ${words}.`;
      }),
    ...(message ? [`${message.refused ? 'Refused: ' : ''}${message.text}.`] : []),
    questionWords(state) || 'Keys: question mark for all of them, q to leave.',
  ];
  return lines.map(clean);
}

/** What covers the screen, while it does. */
function coveringWords(state: ConsoleState): readonly string[] {
  const {prompt, view} = state;
  if (prompt.kind === 'help')
    return [
      ...helpBlocks(false).flatMap(rows => rows.map(({shown, words}) => (words === null ? `${shown}.` : `${shown}: ${words}.`))),
      'Escape closes the help.',
    ];
  if (prompt.kind === 'palette') {
    const found = fitting(prompt.typed);
    const marked = found[prompt.at];
    if (!marked) return ['No action is called that.', questionWords(state)];
    const key = marked.shown === '' ? '' : `, key ${marked.shown}`;
    return [`Marked: ${marked.name}${key}: ${marked.words}.`, `${found.length} actions fit.`, questionWords(state)];
  }
  if (view.kind !== 'what-if') return [];
  const answer = whatIfWords(view.answer, ' to ').flatMap(({text}) => (text === '' ? [] : [`${text.trim()}.`]));
  return [...answer, questionWords(state)].filter(text => text !== '');
}

/** Said before all else: what follows isn't now. */
function pastWords({recording, pace}: ConsoleState, {shownAt, present}: Past, clock: Look['clock']): string {
  const playing = pace.kind === 'playing' ? ` It plays, ${pace.speed} times as fast.` : '';
  if (recording) return `This is a recording, at ${clock(shownAt)}.${playing}`;
  const ago = durationWords(Math.floor((present.update.vitals.at - shownAt) / 1000) * 1000);
  const short = present.update.fleet.standing.met ? '' : ' Now, demand is not met.';
  return `This is the past, ${clock(shownAt)}, ${ago} ago: End goes back to now.${playing}${short}`;
}

/** What the detail shows, when it is open. */
function closeUpWords(state: ConsoleState): readonly string[] {
  const seen = closeUpOf(state);
  if (state.view.kind !== 'detail' || !seen?.service) return [];
  const {service, pane} = seen;
  const trouble = ageOf(state, seen, pane);
  const said = trouble === '' ? [] : [`${trouble}.`];
  if (pane === 'logs') {
    const {lines, remark} = seen.logs?.value ?? {lines: [], remark: ''};
    const read = lines.slice(-logLinesMax).map(({replica, text}) => `${shortName(replica, service)} wrote: ${text}`);
    return [...said, ...read, ...(remark === '' ? [] : [`${remark}.`])];
  }
  const {replicas, more} = seen.replicas?.value ?? {replicas: [], more: 0};
  const unsaid = more + Math.max(0, replicas.length - servicesMax);
  return [
    ...said,
    ...replicas.slice(0, servicesMax).map(({name, node, state: at, since, cpu, memoryBytes}) => {
      const age = since === null ? '' : ` for ${replicaAge((seen.replicas?.at ?? 0) - since)}`;
      const uses = [
        ...(cpu === null ? [] : [`CPU ${Math.round(cpu * 100)}%`]),
        ...(memoryBytes === null ? [] : [`memory ${memoryWords(memoryBytes)}`]),
      ];
      return `Replica ${shortName(name, service)} on ${node ?? 'no node yet'}: ${[at + age, ...uses].join(', ')}.`;
    }),
    ...(unsaid > 0 ? [`And ${unsaid} more replicas.`] : []),
  ];
}

function actingWords(acting: 'auto' | 'paused' | 'dry-run'): string {
  switch (acting) {
    case 'auto':
      return 'The scaler acts.';
    case 'paused':
      return 'The scaler is paused.';
    case 'dry-run':
      return 'A dry run: nothing is changed.';
  }
}

function serviceWords(service: Service, clock: Look['clock']): string {
  const {spec, observed, decision} = service;
  return `${spec.name}, priority ${spec.priority}, ${observed?.running ?? 'unknown'} of ${decision?.desired ?? 'unknown'} running, ${gist(service, clock)}`;
}

function metWords(fleet: Fleet): string {
  if (isUnknown(fleet)) return 'Demand is unknown';
  if (!fleet.standing.met) {
    const coming = comingUp(fleet);
    return coming === null
      ? 'Demand is not met'
      : `Demand is being met: ${coming} more ${coming === 1 ? 'replica starts' : 'replicas start'}`;
  }
  return isOverruled(fleet) ? 'Demand is overruled' : 'Demand is met';
}

/** The operator's verbs from a shell or a script: one command to the engine that runs, and its answer. */
import {clean} from '../clean.ts';
import type {Update} from '../ports.ts';
import type {Command, Lasting} from '../scaler/entry.ts';
import {leaseWords} from '../scaler/explain.ts';
import {becauseWords} from '../scaler/mode-words.ts';
import {normalMode} from '../scaler/fleet.ts';
import {demandNumber} from '../control/push-page.ts';
import {modeNames} from '../scaler/mode.ts';
import {attachToEngine} from './engine-socket.ts';
import {clockWords, hostLine, planLines, scoreLines} from './lines.ts';
import {UsageError, type Options} from './options.ts';
import {ownerName} from './owner.ts';
import type {Output} from './run.ts';

/** The verbs, with what each takes. */
export const verbs: Readonly<Record<string, string>> = {
  status: '',
  services: '',
  pin: 'SERVICE N',
  cap: 'SERVICE N',
  hold: 'SERVICE',
  boost: 'SERVICE',
  priority: 'SERVICE N',
  clear: 'SERVICE, or --all',
  mode: 'NAME',
  demand: 'SERVICE N',
  pause: '',
  resume: '',
};

/** Resolves with false where the engine refused, after its reason was told. Throws `UsageError` or `HostError`. */
export async function operate(verb: string, words: readonly string[], options: Options, output: Output): Promise<boolean> {
  const looks = verb === 'status' || verb === 'services';
  const pushed = verb === 'demand' ? pushOf(words) : null;
  const command = looks || pushed ? null : commandOf(verb, words, options);
  if (looks && words.length > 0) throw wrong(verb);
  const {session, close} = await attachToEngine(options, {owner: ownerName(), readOnly: looks});
  try {
    if (command || pushed) {
      const reply = pushed ? await session.push(pushed.service, pushed.value) : command && (await session.command(command));
      if (!reply) return false;
      if (reply.kind === 'accepted') output.line(clean(reply.words));
      else process.stderr.write(`microscale: refused: ${clean(reply.reason)}\n`);
      return reply.kind === 'accepted';
    }
    const update = await session.next();
    const text = verb === 'status' ? statusLines(update) : serviceLines(update);
    if (options.json) output.line(JSON.stringify(statusOf(update)));
    else for (const line of text) output.line(line);
    return true;
  } finally {
    close();
  }
}

/** Throws `UsageError` where the words don't make a command. */
export function commandOf(verb: string, words: readonly string[], {forMs, note, all, yes}: Options): Command {
  const lasting: Lasting = forMs === null ? 'default' : {ms: forMs};
  const terms = {lasting, ...(note !== null && {note: clean(note).slice(0, noteMax)})};
  const [service = '', number, ...more] = words;
  const counted = ['pin', 'cap', 'priority'].includes(verb);
  const named = counted || ['hold', 'boost', 'clear', 'mode'].includes(verb);
  const everything = verb === 'clear' && all;
  if (all && !everything) throw new UsageError(`--all is for clear, and not for ${verb}`);
  if (
    more.length > 0 ||
    (!counted && number !== undefined) ||
    (named && !everything && service === '') ||
    ((!named || everything) && service !== '')
  )
    throw wrong(verb);
  const count = counted ? wholeNumber(verb, number) : 0;
  switch (verb) {
    case 'pin':
    case 'cap':
      // A name in a script or in a shell's history is no answer to a question: whether it may be emptied is said apart.
      return {kind: 'override', service, rule: {kind: verb, replicas: count}, sure: yes, ...terms};
    case 'priority':
      return {kind: 'override', service, rule: {kind: 'priority', priority: count}, sure: true, ...terms};
    case 'hold':
    case 'boost':
      return {kind: verb, service, toggle: false, ...terms};
    case 'clear':
      return everything ? {kind: 'clear-all'} : {kind: 'clear', service};
    case 'mode':
      return {kind: 'mode', mode: service, ...terms};
    case 'pause':
    case 'resume':
      return {kind: verb, ...(note !== null && {note: terms.note ?? ''})};
    default:
      throw new UsageError(`there is no command “${verb}”`);
  }
}

/** A number for a demand that is pushed. */
function pushOf([service, number, ...more]: readonly string[]): {readonly service: string; readonly value: number} {
  if (service === undefined || number === undefined || more.length > 0) throw wrong('demand');
  const value = demandNumber(number);
  if (value === null) throw new UsageError(`demand: “${number}” is no demand: expected a number from 0 up`);
  return {service, value};
}

const noteMax = 200;

function wrong(verb: string): UsageError {
  return new UsageError(`write it as: microscale ${verb} ${verbs[verb] ?? ''}`.trim());
}

function wholeNumber(verb: string, text: string | undefined): number {
  if (text === undefined) throw wrong(verb);
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${verb}: “${text}” is no number: expected a whole number from 0 up`);
  return Number(text);
}

function statusLines({fleet, vitals}: Update): readonly string[] {
  const who = vitals.operators.filter(({readOnly}) => !readOnly).map(({name}) => name);
  return [
    ...(vitals.facts ? [hostLine(vitals.facts, fleet)] : []),
    `lease: ${leaseWords(fleet.lease, clockWords)}`,
    `mode: ${modeWords(fleet)}`,
    ...(fleet.host.kind === 'lost' ? [`HOST LOST: ${fleet.host.reason}`] : []),
    ...vitals.alarms.map(alarm => `!  ${alarm}`),
    ...(who.length > 0 ? [`attached: ${who.join(', ')}`] : []),
    '',
    ...planLines(fleet, clockWords),
    '',
    ...scoreLines(fleet),
  ].map(clean);
}

/** The mode that holds, and the others that there are. */
function modeWords({mode, settings}: Update['fleet']): string {
  const present = mode ? `${mode.name}, ${becauseWords(mode.why, clockWords)}` : normalMode;
  const others = modeNames(settings.modes).filter(name => name !== (mode?.name ?? normalMode));
  return others.length === 0 ? present : `${present} (there are also ${others.join(', ')})`;
}

/** What was found, and what is configured of it. */
function serviceLines({fleet, vitals}: Update): readonly string[] {
  const own = fleet.services.map(
    ({spec: {name, priority, adopted}}) => `${name}  priority ${priority}  ${adopted ? 'adopted' : 'made by microscale'}`,
  );
  const taken = new Set(fleet.services.map(({spec}) => spec.name));
  const found = (vitals.facts?.found ?? []).filter(({shortName, hostName}) => !taken.has(shortName) && !taken.has(hostName));
  return [
    ...own,
    ...found.map(
      ({hostName, title, unfit}) =>
        `${hostName}  not scaled: ${unfit ? `it ${unfit}` : `${title} says nothing of it, and no configuration names it`}`,
    ),
  ].map(clean);
}

function statusOf({fleet, vitals}: Update): object {
  return {
    host: vitals.facts?.title ?? null,
    project: fleet.settings.project,
    at: vitals.at,
    heardAt: vitals.heardAt,
    acting: fleet.acting,
    mode: fleet.mode,
    chosenMode: fleet.chosen,
    lease: fleet.lease,
    connection: fleet.host,
    capacity: fleet.settings.capacity,
    standing: fleet.standing,
    operators: vitals.operators,
    alarms: vitals.alarms,
    services: fleet.services.map(({spec, demand, observed, decision, overrides}) => ({
      service: spec.name,
      priority: spec.priority,
      demand,
      observed,
      decision,
      overrides,
    })),
    found: vitals.facts?.found ?? [],
    score: fleet.score,
  };
}

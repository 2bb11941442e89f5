/** What an operator may decide, what is refused and why, and when it ends. It plans nothing. */
import type {Command, Happening, Lasting, Reply} from './entry.ts';
import {aliveReplicas, type Fleet, type Override, type Rule, type Service} from './fleet.ts';
import {ruleWords} from './explain.ts';
import {chooseMode} from './mode.ts';

/** How long after an override `undo` is still offered, in milliseconds. */
export const undoMs = 10_000;

export interface Commanded {
  readonly fleet: Fleet;
  readonly reply: Reply;
  readonly happenings: readonly Happening[];
}

/** Folds a command into the fleet, or refuses it in words; a refusal changes nothing. */
export function obey(fleet: Fleet, command: Command, owner: string, session: number | null = null): Commanded {
  const commanded = carryOut(fleet, command, owner, session);
  const {undo} = commanded.fleet;
  return undo && undo !== fleet.undo ? {...commanded, fleet: {...commanded.fleet, undo: {...undo, session}}} : commanded;
}

function carryOut(fleet: Fleet, command: Command, owner: string, session: number | null): Commanded {
  if (owner.trim() === '') return refuse(fleet, 'an override needs an owner: say who you are');
  const idle = whyIdle(fleet);
  if (idle !== null) return {fleet, reply: {kind: 'refused', reason: idle, premise: {kind: 'watching', at: fleet.at}}, happenings: []};
  switch (command.kind) {
    case 'pause':
      return switchActing(fleet, 'paused', owner);
    case 'resume':
      return switchActing(fleet, 'auto', owner);
    case 'mode':
      return chooseMode(fleet, command.mode, endOf(fleet, command.lasting), owner);
    case 'undo':
      return fleet.undo ? about(fleet.undo.service, undo(fleet, owner, session)) : undo(fleet, owner, session);
    case 'clear-all':
      return clearAll(fleet, owner);
    default: {
      const service = fleet.services.find(candidate => candidate.spec.name === command.service);
      if (!service) return refuse(fleet, `there is no service “${command.service}”`);
      if (service.spec.retired) return refuse(fleet, `${command.service} is being removed: its configuration is gone`);
      return about(command.service, untilItActs(fleet, command, obeyForService(fleet, service, command, owner)));
    }
  }
}

/** Why nothing can be decided here; null where it can. */
function whyIdle({lease}: Fleet): string | null {
  if (lease.kind === 'elsewhere') return `${lease.by} on ${lease.where} holds the lease: this engine only watches`;
  const isWithout = lease.kind === 'seeking' || lease.kind === 'lapsed';
  return isWithout ? 'this engine has no lease to act: nothing can be changed here now' : null;
}

/** The answer tells of the overrides of a service, as they are from now on. */
function about(name: string, {fleet, reply, happenings}: Commanded): Commanded {
  const overrides = fleet.services.find(({spec}) => spec.name === name)?.overrides ?? [];
  return {fleet, reply: {...reply, premise: {kind: 'overrides', at: fleet.at, service: name, overrides}}, happenings};
}

/** While nothing is done, an answer that says nothing of it would be taken for the deed. */
function untilItActs({acting}: Fleet, {kind}: Command, commanded: Commanded): Commanded {
  const {reply} = commanded;
  if (acting === 'auto' || kind === 'note' || reply.kind === 'refused') return commanded;
  const why = acting === 'dry-run' ? 'dry run: nothing is done' : 'paused: nothing is done until it resumes';
  return {...commanded, reply: {...reply, words: `${reply.words} (${why})`}};
}

type ServiceCommand = Extract<Command, {service: string}>;

function obeyForService(fleet: Fleet, service: Service, command: ServiceCommand, owner: string): Commanded {
  switch (command.kind) {
    case 'override':
      return place(fleet, service, command.rule, command, owner, command.sure);
    case 'adjust': {
      const replicas = Math.max(0, presentCount(fleet, service) + command.by);
      return place(fleet, service, {kind: 'pin', replicas}, command, owner);
    }
    case 'hold':
      if (command.toggle && overrideOf(service, 'hold')) return release(fleet, service, ['hold'], owner);
      return place(fleet, service, {kind: 'hold', replicas: presentCount(fleet, service)}, command, owner);
    case 'boost':
      if (command.toggle && overrideOf(service, 'boost')) return release(fleet, service, ['boost'], owner);
      return place(fleet, service, {kind: 'boost'}, command, owner);
    case 'rank': {
      const priority = (overrideOf(service, 'priority')?.rule.priority ?? service.spec.priority) + command.by;
      if (priority === service.spec.priority) return release(fleet, service, ['priority'], owner);
      return place(fleet, service, {kind: 'priority', priority}, command, owner);
    }
    case 'last':
      return last(fleet, service, command.lasting, owner);
    case 'note':
      return annotate(fleet, service, command.note, owner);
    case 'clear':
      return release(fleet, service, ['pin', 'hold', 'cap', 'boost', 'priority'], owner);
  }
}

interface Terms {
  readonly lasting: Lasting;
  readonly note?: string;
}

function place(fleet: Fleet, service: Service, rule: Rule, {lasting, note = ''}: Terms, owner: string, sure = false): Commanded {
  const name = service.spec.name;
  const refusal = whyNot(fleet, service, rule) ?? (sure ? null : whyUnsure(service, rule));
  if (refusal) return refuse(fleet, refusal);
  const override: Override = {rule, owner, placedAt: fleet.at, until: endOf(fleet, lasting), note};
  const before = service.overrides.find(other => aspect(other.rule) === aspect(rule));
  const overrides = [...service.overrides.filter(other => other !== before), override];
  const instead = before && before.rule.kind !== rule.kind ? `, no longer ${ruleWords(before.rule)}` : '';
  const words = `${name}: ${ruleWords(rule)}${beyondBounds(service, rule)}${instead}`;
  return {
    fleet: withOverrides(fleet, service, overrides, owner),
    reply: {kind: 'accepted', words},
    happenings: [{kind: 'overridden', at: fleet.at, service: name, override}],
  };
}

function whyNot(fleet: Fleet, service: Service, rule: Rule): string | null {
  const {name, slots} = service.spec;
  const {capacity} = fleet.settings;
  switch (rule.kind) {
    case 'pin':
    case 'hold':
    case 'cap':
      if (!Number.isSafeInteger(rule.replicas) || rule.replicas < 0) {
        return `${name} can't have ${rule.replicas} replicas: say a whole number from 0 up`;
      }
      if (rule.kind !== 'pin' || rule.replicas * slots <= capacity) return null;
      return `${name} can't be pinned at ${rule.replicas}: that takes ${rule.replicas * slots} slots and the host has ${capacity}`;
    case 'priority':
      return Number.isSafeInteger(rule.priority) && rule.priority >= 1
        ? null
        : `${name} is at priority 1 already: use boost to put it ahead of all`;
    case 'boost':
      return null;
  }
}

/** The most important service is not emptied by a key that slipped. */
function whyUnsure(service: Service, rule: Rule): string | null {
  const {name, priority, target} = service.spec;
  const empties = (rule.kind === 'pin' || rule.kind === 'cap') && rule.replicas === 0;
  return empties && priority === 1 && target.kind !== 'fill'
    ? `${name} is priority 1: for 0 press = and type its name, or say --yes in a shell`
    : null;
}

function beyondBounds(service: Service, rule: Rule): string {
  if (rule.kind !== 'pin') return '';
  const {min, max} = service.spec;
  if (rule.replicas < min) return ` (below its min of ${min})`;
  return rule.replicas > max ? ` (above its max of ${max})` : '';
}

function release(fleet: Fleet, service: Service, kinds: readonly Rule['kind'][], owner: string): Commanded {
  const going = service.overrides.filter(override => kinds.includes(override.rule.kind));
  const name = service.spec.name;
  if (going.length === 0) return refuse(fleet, `${name} has no override to clear`);
  const overrides = service.overrides.filter(override => !going.includes(override));
  return {
    fleet: withOverrides(fleet, service, overrides, owner),
    reply: {kind: 'accepted', words: `${name}: ${going.map(override => ruleWords(override.rule)).join(' and ')} cleared`},
    happenings: going.map(override => ({kind: 'released', at: fleet.at, service: name, override, how: 'cleared', by: owner})),
  };
}

function last(fleet: Fleet, service: Service, lasting: Lasting, owner: string): Commanded {
  const name = service.spec.name;
  if (service.overrides.length === 0) return refuse(fleet, `${name} has no override: pin, hold or boost it first`);
  const until = endOf(fleet, lasting);
  const overrides = service.overrides.map(override => ({...override, owner, until}));
  return {
    fleet: withOverrides(fleet, service, overrides, owner),
    reply: {kind: 'accepted', words: `${name}: ${overrides.map(override => ruleWords(override.rule)).join(' and ')}`},
    happenings: overrides.map(override => ({kind: 'overridden', at: fleet.at, service: name, override})),
  };
}

/** Rule, owner and end stay. */
function annotate(fleet: Fleet, service: Service, note: string, owner: string): Commanded {
  const name = service.spec.name;
  const refusal = whyNoNote(service, owner);
  if (refusal !== null) return refuse(fleet, refusal);
  const noted: Override[] = [];
  const overrides = service.overrides.map(override => {
    if (override.owner !== owner || override.note === note) return override;
    const next = {...override, note};
    noted.push(next);
    return next;
  });
  if (noted.length === 0) return refuse(fleet, `${name}: that is what it says already`);
  const rules = noted.map(override => ruleWords(override.rule)).join(' and ');
  return {
    fleet: withOverrides(fleet, service, overrides, owner),
    reply: {kind: 'accepted', words: `${name}: ${rules}${note === '' ? ', and nobody says why' : ` (${note})`}`},
    happenings: noted.map(override => ({kind: 'overridden', at: fleet.at, service: name, override})),
  };
}

/** Why a note can't be made; null where it can. What is said in somebody's name is theirs to say. */
export function whyNoNote({spec, overrides}: Service, owner: string): string | null {
  const [first] = overrides;
  if (!first) return `${spec.name} has no override: pin, hold or boost it first`;
  if (overrides.some(override => override.owner === owner)) return null;
  return `${spec.name} is ${ruleWords(first.rule)} by ${first.owner}, whose it is to say why: t makes it yours`;
}

function undo(fleet: Fleet, owner: string, session: number | null): Commanded {
  const undone = fleet.undo;
  if (!undone || fleet.at > undone.at + undoMs)
    return refuse(fleet, 'nothing to undo: it is offered for 10 s, and x clears what is in force');
  if (undone.owner !== owner) return refuse(fleet, `the last override is ${undone.owner}'s: clear it instead`);
  if (undone.session !== session) return refuse(fleet, 'the last override was not placed from here: clear it instead');
  const service = fleet.services.find(candidate => candidate.spec.name === undone.service);
  if (!service) return refuse(fleet, `${undone.service} is gone: nothing to undo`);
  const going = service.overrides.filter(override => !undone.before.includes(override));
  const name = service.spec.name;
  const back = undone.before.filter(override => override.until === null || override.until > fleet.at);
  return {
    fleet: {...withOverrides(fleet, service, back, owner), undo: null},
    reply: {
      kind: 'accepted',
      words:
        back.length === 0 ? `${name}: undone` : `${name}: undone, ${back.map(override => ruleWords(override.rule)).join(' and ')} again`,
    },
    happenings: going.map(override => ({kind: 'released', at: fleet.at, service: name, override, how: 'undone', by: owner})),
  };
}

function clearAll(fleet: Fleet, owner: string): Commanded {
  const happenings: Happening[] = [];
  const services = fleet.services.map(service => {
    for (const override of service.overrides) {
      happenings.push({kind: 'released', at: fleet.at, service: service.spec.name, override, how: 'cleared', by: owner});
    }
    return service.overrides.length === 0 ? service : {...service, overrides: []};
  });
  if (happenings.length === 0) return refuse(fleet, 'there is no override to clear');
  const words = `${happenings.length} override${happenings.length === 1 ? '' : 's'} cleared`;
  return {fleet: {...fleet, services, undo: null}, reply: {kind: 'accepted', words}, happenings};
}

function switchActing(fleet: Fleet, acting: 'auto' | 'paused', owner: string): Commanded {
  if (fleet.acting === 'dry-run') return refuse(fleet, 'this is a dry run: it never acts');
  if (fleet.acting === acting) return refuse(fleet, acting === 'paused' ? 'the scaler is paused already' : 'the scaler runs already');
  return {
    fleet: {...fleet, acting},
    reply: {kind: 'accepted', words: acting === 'paused' ? 'scaler paused: it reads and plans, and changes nothing' : 'scaler resumed'},
    happenings: [{kind: acting === 'paused' ? 'paused' : 'resumed', at: fleet.at, by: owner}],
  };
}

/** Lets go of what has run out. Returns the fleet itself when nothing has. */
export function expire(fleet: Fleet): {readonly fleet: Fleet; readonly happenings: readonly Happening[]} {
  const over = ({until}: {readonly until: number | null}) => until !== null && until <= fleet.at;
  if (!fleet.services.some(service => service.overrides.some(over))) return {fleet, happenings: []};
  const happenings: Happening[] = [];
  const services = fleet.services.map(service => {
    const going = service.overrides.filter(over);
    for (const override of going) {
      happenings.push({kind: 'released', at: fleet.at, service: service.spec.name, override, how: 'expired', by: null});
    }
    return going.length === 0 ? service : {...service, overrides: service.overrides.filter(override => !over(override))};
  });
  return {fleet: {...fleet, services}, happenings};
}

/** The override of that kind, if one stands. */
export function overrideOf<Kind extends Rule['kind']>(
  service: Service,
  kind: Kind,
): (Override & {readonly rule: Extract<Rule, {kind: Kind}>}) | undefined {
  return service.overrides.find(
    (override): override is Override & {readonly rule: Extract<Rule, {kind: Kind}>} => override.rule.kind === kind,
  );
}

/** Rules of one aspect replace each other: one says how many, the other how soon. */
export function aspect(rule: Rule): 'count' | 'rank' {
  return rule.kind === 'boost' || rule.kind === 'priority' ? 'rank' : 'count';
}

/** What an operator sees as its count: what was set, else what is on its way; what is there where nothing is on its way. */
export function presentCount({acting}: Fleet, service: Service): number {
  const set = overrideOf(service, 'pin') ?? overrideOf(service, 'hold');
  const coming = acting === 'auto' ? service.decision?.desired : undefined;
  return set?.rule.replicas ?? coming ?? aliveReplicas(service);
}

function endOf(fleet: Fleet, lasting: Lasting): number | null {
  if (lasting === 'until-cleared') return null;
  if (lasting !== 'default') return fleet.at + lasting.ms;
  return fleet.settings.overrideMs === null ? null : fleet.at + fleet.settings.overrideMs;
}

function withOverrides(fleet: Fleet, service: Service, overrides: readonly Override[], owner: string): Fleet {
  const services = fleet.services.map(other => (other === service ? {...service, overrides} : other));
  return {...fleet, services, undo: {service: service.spec.name, before: service.overrides, owner, session: null, at: fleet.at}};
}

function refuse(fleet: Fleet, reason: string): Commanded {
  return {fleet, reply: {kind: 'refused', reason}, happenings: []};
}

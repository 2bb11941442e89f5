/** The few questions whose answers make a first configuration. Whoever asks them, and whoever answers, is passed in. */
import type {FoundService, HostFacts} from '../ports.ts';
import {boxImage} from './box.ts';
import {demandKinds, kindsFor, usualKind, type DemandKind} from './demand-kinds.ts';
import {serviceNameFor, type Draft, type DraftFollow, type DraftOrigin, type DraftService, type DraftTarget} from './draft.ts';
import type {Likeness} from './likeness.ts';
import {readChoice, readCount, readRange, readShareWords, readText, type ReadAnswer} from './answers.ts';

export interface Prompter {
  say(line: string): void;
  /** Asks until an answer can be read; nothing takes the usual one. What there is to choose from is told to whoever is asked. */
  ask<Value>(question: string, usual: string, read: ReadAnswer<Value>, choices?: readonly string[]): Promise<Value>;
}

export interface Seen {
  /** Null where no engine was found. */
  readonly facts: HostFacts | null;
  readonly loose: readonly {readonly name: string; readonly image: string; readonly like: Likeness | null}[];
  readonly project: string;
}

/** So many are asked about unless somebody says which. */
const usualMost = 20;
const shownMost = 60;
const boxCapacity = 10;

interface Candidate {
  readonly name: string;
  readonly title: string;
  readonly origin: DraftOrigin;
  /** By its labels; null where they say nothing. */
  readonly priority: number | null;
}

export async function interview({facts, loose, project}: Seen, prompter: Prompter): Promise<Draft> {
  const found = facts?.found ?? [];
  const candidates = candidatesOf(found, loose);
  const unfit = found.filter(service => service.unfit !== null).map(({title, unfit: why}) => `${title} ${why}`);
  for (const words of unfit) prompter.say(`left out: ${words}`);
  if (candidates.length === 0) return box({facts, project, unfit}, prompter);
  prompter.say(`what runs on ${facts?.title ?? 'the host'}:`);
  for (const [index, {title}] of candidates.slice(0, shownMost).entries()) prompter.say(`  ${String(index + 1).padStart(2)}  ${title}`);
  if (candidates.length > shownMost) prompter.say(`  and ${candidates.length - shownMost} more: name them as they are called`);
  const adopted = candidates.filter(({origin}) => origin.kind === 'adopted');
  const usual = (adopted.length > 0 ? adopted : candidates).slice(0, usualMost);
  const names = candidates.map(({name}) => name);
  const chosen = await prompter.ask(
    'Which matter most? Numbers or names, the most important first; those that you leave out stay as they are',
    usual.map(({name}) => String(names.indexOf(name) + 1)).join(' '),
    readChoice(names),
  );
  const picked = chosen.map(index => candidates[index]).filter(candidate => candidate !== undefined);
  const capacity = await prompter.ask(
    'How many replicas may run of all these together?',
    String(usualCapacity(facts, picked.length)),
    readCount(picked.length, 100_000),
  );
  const services: DraftService[] = [];
  for (const [index, candidate] of picked.entries()) {
    const isLast = picked.length > 1 && index === picked.length - 1;
    const taken = services.reduce((sum, {min}) => sum + min, 0);
    services.push(await askService(candidate, {isLast, free: capacity - taken, capacity, kind: facts?.kind ?? 'docker'}, prompter));
  }
  const others = candidates.filter(candidate => !picked.includes(candidate)).map(({title}) => title);
  return {
    project,
    host: facts?.title ?? null,
    orchestrator: facts?.kind === 'swarm' ? 'swarm' : null,
    capacity,
    services,
    leftOut: [...others, ...unfit],
  };
}

function candidatesOf(found: readonly FoundService[], loose: Seen['loose']): readonly Candidate[] {
  const taken = new Set<string>();
  const named = (shortName: string, hostName: string) => {
    const name = serviceNameFor(shortName, hostName, taken);
    taken.add(name);
    return name;
  };
  const services = found
    .filter(({unfit}) => unfit === null)
    .map(({hostName, shortName, title, labels}) => {
      const labelled = Object.keys(labels).length > 0;
      const priority = Number(labels['microscale.priority'] ?? labels['com.microscaling.priority'] ?? Number.NaN);
      const origin: DraftOrigin = {kind: 'adopted', hostName, title, labelled};
      return {name: named(shortName, hostName), title, origin, priority: Number.isFinite(priority) ? priority : null};
    })
    .toSorted((a, b) => (a.priority ?? Infinity) - (b.priority ?? Infinity) || 0);
  const single = loose.map(({name, image, like}) => {
    const title = `container ${name} (new replicas of its image, ${image})`;
    return {name: named(name, name), title, origin: {kind: 'made', image, title: `container ${name}`, like} as const, priority: null};
  });
  return [...services, ...single];
}

/** Two for each core that is there, which is no more than a place to begin. */
function usualCapacity(facts: HostFacts | null, services: number): number {
  const cores = (facts?.nodes ?? []).reduce((sum, {cpus}) => sum + (cpus ?? 0), 0);
  return Math.min(100, Math.max(4, services * 2, Math.floor(cores * 2)));
}

interface Around {
  readonly isLast: boolean;
  readonly free: number;
  readonly capacity: number;
  readonly kind: HostFacts['kind'];
}

async function askService({name, origin}: Candidate, {isLast, free, capacity, kind}: Around, prompter: Prompter): Promise<DraftService> {
  const usualMin = isLast ? 0 : Math.min(1, free);
  const {min, max} = await prompter.ask(
    `${name}: from how many replicas to how many?`,
    `${usualMin}-${capacity}`,
    readRange(free, capacity),
  );
  if (min === max) return {name, origin, min, max, follow: {kind: 'fixed', replicas: min}};
  const kinds = kindsFor(kind);
  const width = Math.max(...kinds.map(({key}) => key.length));
  const menu = kinds.map(({key, words}, index) => `  ${String(index + 1).padStart(2)}  ${key.padEnd(width)}  ${words}`);
  const usual = kinds.findIndex(({key}) => key === usualKind(kind, isLast));
  const keys = kinds.map(({key}) => key);
  const [choice = 0] = await prompter.ask(`${name}: what tells its demand?`, String(usual + 1), readChoice(keys, 1), [
    `what can tell the demand for ${name}:`,
    ...menu,
  ]);
  return {name, origin, min, max, follow: await askFollow(name, kinds[choice] ?? demandKinds.fill, prompter)};
}

async function askFollow(name: string, kind: DemandKind, prompter: Prompter): Promise<DraftFollow> {
  if (kind.key === 'fill') return {kind: 'fill'};
  const demand: Record<string, unknown> = {...kind.fixed};
  for (const {field, question, usual, problem} of kind.fields)
    demand[field] = await prompter.ask(
      `${name}: ${question}`,
      usual(name),
      readText(text => problem({...demand, [field]: text}, field)),
    );
  return {kind: 'demand', demand, target: await askTarget(name, kind, prompter)};
}

async function askTarget(name: string, {target}: DemandKind, prompter: Prompter): Promise<DraftTarget> {
  switch (target) {
    case 'utilization': {
      const utilization = await prompter.ask(`${name}: how much of it should be in use?`, '70%', readShareWords);
      return {utilization};
    }
    case 'number': {
      const question = `${name}: how much of that demand does one replica serve? (direct: it is the number of replicas)`;
      return prompter.ask(question, 'direct', text => (text === 'direct' ? {kind: 'read', value: 'direct'} : perReplica(text)));
    }
    case 'queue':
      return prompter.ask(`${name}: for how many that wait is there to be one replica?`, '10', perReplica);
  }
}

function perReplica(text: string): ReturnType<ReadAnswer<DraftTarget>> {
  const number = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || number <= 0) return {kind: 'wrong', words: 'expected a number over 0, such as 10'};
  return {kind: 'read', value: {perReplica: number}};
}

async function box(
  {facts, project, unfit}: Pick<Seen, 'facts' | 'project'> & {unfit: readonly string[]},
  prompter: Prompter,
): Promise<Draft> {
  prompter.say(
    facts === null
      ? 'no engine was found here: the file will have the box, in which web follows a made-up demand and batch fills what is left'
      : `nothing runs on ${facts.title} that could be scaled: the file will have the box, in which web follows a made-up demand and batch fills what is left`,
  );
  const capacity = await prompter.ask('How many replicas may run of both together?', String(boxCapacity), readCount(1, 100_000));
  const origin: DraftOrigin = {kind: 'idle', image: boxImage};
  const demand = {source: 'random', min: 0, max: capacity, every: '1s', step: 3, spikes: 0.03};
  return {
    project,
    host: facts?.title ?? null,
    orchestrator: null,
    capacity,
    services: [
      {name: 'web', origin, min: 0, max: capacity, follow: {kind: 'demand', demand, target: 'direct'}},
      {name: 'batch', origin, min: 0, max: capacity, follow: {kind: 'fill'}},
    ],
    leftOut: unfit,
  };
}

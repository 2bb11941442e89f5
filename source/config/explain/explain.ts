/** A whole configuration as English sentences, in the order in which a meeting would ask. It reads no file. */
import type {ConfigText, ServiceText} from '../schema.ts';
import type {ThemeChoice} from '../themes.ts';
import {count, list, roomWords, span} from './english.ts';
import {modeSentences} from './mode.ts';
import {driftSentence, serviceSentences} from './service.ts';

export interface Section {
  readonly title: string;
  readonly sentences: readonly string[];
}

export function explainConfig(config: ConfigText): readonly Section[] {
  const {services, modes = {}} = config;
  const ordered = Object.entries(services).toSorted(([, a], [, b]) => a.priority - b.priority);
  return [
    {title: `The project ${config.project}`, sentences: [...hostSentences(config), ...orderSentences(ordered)]},
    ...ordered.map(([name, service]) => ({
      title: `${name}, priority ${service.priority}`,
      sentences: serviceSentences(name, service),
    })),
    ...Object.entries(modes).map(([name, mode]) => ({title: `The mode ${name}`, sentences: modeSentences(name, mode, services)})),
    {title: 'Who decides', sentences: rulingSentences(config)},
  ];
}

function hostSentences({capacity, slot, orchestrator}: ConfigText): readonly string[] {
  const where = orchestrator === undefined ? 'the host' : {docker: 'a Docker engine', swarm: 'a Docker Swarm'}[orchestrator];
  const size = roomWords(slot?.cpus, slot?.memory);
  const holds = size === '' ? 'A slot is the room that one replica takes' : `A slot is ${size}`;
  const slots = capacity === 'auto' ? 'as many slots as fit on it' : count(capacity, 'slot');
  return [`Its services share ${where}, which has ${slots}.`, `${holds}.`];
}

/** Who is served first when there is not enough for all. */
function orderSentences(ordered: readonly (readonly [string, ServiceText])[]): readonly string[] {
  const tiers: string[][] = [];
  let priority = 0;
  for (const [name, service] of ordered) {
    if (service.priority !== priority) tiers.push([]);
    priority = service.priority;
    tiers.at(-1)?.push(name);
  }
  const [first = [], ...others] = tiers;
  const then = others.map(names => `then ${list(names)}`);
  const shared = tiers.some(names => names.length > 1) ? ['Those that are named together share fairly.'] : [];
  return [
    `When there is not enough for all, ${[`${list(first)} ${first.length > 1 ? 'come' : 'comes'} first`, ...then].join(', ')}.`,
    ...shared,
    'Every service has what it always keeps before any has more.',
  ];
}

function rulingSentences(config: ConfigText): readonly string[] {
  const {modes = {}, overrides, drift, lease, onExit, console} = config;
  const names = Object.keys(modes);
  const circumstantial = Object.entries(modes).filter(([, {when}]) => when !== undefined);
  const lasts = overrides.expire === 'never' ? 'lasts until they end it' : `ends by itself after ${span(overrides.expire)}`;
  const left = {
    leave: 'all replicas stay as they are',
    restore: 'the numbers that it found are put back',
    drain: 'all replicas are stopped',
  }[onExit ?? 'leave'];
  return [
    `An operator may overrule all of this; what they decide ${lasts}, unless they say otherwise.`,
    ...(names.length === 0
      ? []
      : [`They may choose ${list(['normal', ...names], 'or')} as the mode in the same way; until that ends, no circumstance changes it.`]),
    ...(circumstantial.length > 1
      ? [`When several modes could hold at once, only the first of these does: ${circumstantial.map(([name]) => name).join(', then ')}.`]
      : []),
    driftSentence(
      drift,
      Object.values(config.services).some(service => service.drift !== undefined)
        ? 'the number of any other service'
        : 'the number of a service',
    ),
    `Where several microscales look after the host under the name “${lease}”, one at a time acts.`,
    ...(console?.theme === undefined ? [] : [themeSentence(console.theme)]),
    `When microscale ends, ${left}.`,
  ];
}

function themeSentence(theme: ThemeChoice): string {
  const colours = {
    auto: 'colours that suit the background of its terminal',
    dark: 'colours for a dark background',
    light: 'colours for a light background',
    colorblind: 'colours that the colour-blind can tell apart',
    mono: 'no colours',
  }[theme];
  return `The console has ${colours}, unless whoever opens it asks for others.`;
}

/** As lines: a title each section, its sentences below. */
export function explainLines(sections: readonly Section[]): readonly string[] {
  return sections.flatMap(({title, sentences}, index) => [
    ...(index === 0 ? [] : ['']),
    title,
    ...sentences.map(sentence => `  ${sentence}`),
  ]);
}

/** A rule on trial: a configuration as it is simulated, and which of its demands come from where. */
import {basename} from 'node:path';
import {boxConfig, boxImage} from '../config/box.ts';
import {fitToHost, type Fitted} from '../config/capacity.ts';
import {ConfigError, type Config} from '../config/config.ts';
import {loadConfig} from '../config/file.ts';
import {nearest} from '../config/nearest.ts';
import {simulatedNode} from '../orchestrators/simulated.ts';
import type {Measured, MeasuredReading} from '../sources/measured/moment.ts';
import type {ReplayDemand} from '../sources/measured/playback.ts';
import type {DemandSpec} from '../sources/source.ts';
import {hasVirtualTime} from '../sources/virtual-time.ts';
import {UsageError, type Options} from './options.ts';

export interface Trial {
  /** As it is called in a table, such as `shop.yaml`. */
  readonly name: string;
  readonly fitted: Fitted;
  /** What makes itself up in virtual time, at its place among the service's demands; null where it comes from elsewhere. */
  readonly madeUp: ReadonlyMap<string, readonly (DemandSpec | null)[]>;
  readonly replays: readonly {readonly place: Place; readonly demand: ReplayDemand}[];
  /** Where a column's numbers go; null for a column that nothing here follows. */
  placeOf(measured: Pick<MeasuredReading, 'column' | 'demand'>): Place | null;
  /** What somebody should know of the file beside it. */
  readonly notes: readonly string[];
}

/** One demand of a service. */
export interface Place {
  readonly service: string;
  readonly demand: number;
}

const boxCapacity = 10;

/** Throws `ConfigError` for a configuration that can't be used, `UsageError` for one that can't be simulated. */
export function loadTrial(
  path: string | null,
  options: Pick<Options, 'image'>,
  capacity: number | 'auto' | null,
  measured: Measured | null,
): Trial {
  if (path === null && capacity === 'auto')
    throw new UsageError('--capacity auto needs a configuration: slot must say what one slot holds');
  const own = () => boxConfig(options.image ?? boxImage, typeof capacity === 'number' ? capacity : boxCapacity);
  const config = path === null ? own() : loadConfig(path, capacity ?? undefined);
  const fitted = fitToHost(config, {title: 'the simulated host', nodes: [simulatedNode]});
  if (fitted.problems.length > 0) throw new ConfigError('capacity: auto', fitted.problems);
  const placeOf = placesOf(config);
  const selfMade = new Set<DemandSpec>();
  const replays: {place: Place; demand: ReplayDemand}[] = [];
  const timeless: {column: string; source: string}[] = [];
  for (const {place, column, demand} of demandsOf(config)) {
    // What is measured comes before what is made up. A recording names its services as it goes.
    if (measured !== null && (measured.columns?.includes(column) ?? true)) continue;
    if (demand.source === 'replay') replays.push({place, demand});
    else if (hasVirtualTime(demand)) selfMade.add(demand);
    else timeless.push({column, source: demand.source});
  }
  const madeUp = new Map(
    [...config.demands].map(([service, list]) => [service, list.map(demand => (selfMade.has(demand) ? demand : null))]),
  );
  if (timeless.length > 0) throw new UsageError(timelessWords(path ?? 'the box', timeless, measured));
  const notes = measured === null ? [] : columnNotes(measured, config, placeOf);
  return {name: path === null ? 'the box' : basename(path), fitted, madeUp, replays, placeOf, notes};
}

interface Placed {
  readonly place: Place;
  /** The column that it is played from. */
  readonly column: string;
  readonly demand: DemandSpec;
}

function demandsOf({demands}: Config): readonly Placed[] {
  return [...demands].flatMap(([service, list]) =>
    list.map((demand, index) => ({place: {service, demand: index}, column: columnOf(service, index), demand})),
  );
}

/** A column is named after its service; where that follows several demands, the second is `web.2`. */
function columnOf(service: string, demand: number): string {
  return demand === 0 ? service : `${service}.${demand + 1}`;
}

function placesOf(config: Config): Trial['placeOf'] {
  const places = new Map(demandsOf(config).map(({place, column}) => [column, place]));
  return ({column, demand}) => places.get(columnOf(column, demand)) ?? null;
}

function columnNotes({path, columns}: Measured, config: Config, placeOf: Trial['placeOf']): readonly string[] {
  if (columns === null) return [];
  const unused = columns.filter(column => placeOf({column, demand: 0}) === null);
  const followed = demandsOf(config).map(({column}) => column);
  if (unused.length === columns.length)
    throw new UsageError(
      `${path} has no column that is a service with a demand here: expected ${followed.join(', ')}, it has ${some(columns)}`,
    );
  return unused.slice(0, notesMax).map(column => {
    const fills = config.services.some(({name, target}) => name === column && target.kind === 'fill');
    if (fills) return `the column ${column} is left out: ${column} takes what is left, and reads no demand`;
    const close = nearest(column, followed);
    return `the column ${column} is left out: it is no service here${close === null ? '' : `; did you mean ${close}?`}`;
  });
}

const notesMax = 12;

function some(names: readonly string[]): string {
  return names.length > notesMax ? `${names.slice(0, notesMax).join(', ')} …` : names.join(', ');
}

function timelessWords(path: string, timeless: readonly {column: string; source: string}[], measured: Measured | null): string {
  const who = timeless.map(({column, source}) => `${column} (${source})`).join(', ');
  const columns = timeless.map(({column}) => column).join(', ');
  const what =
    measured === null
      ? `give --demand FILE, a CSV with a column for each: time,${columns.replaceAll(' ', '')}`
      : `${measured.path} needs a column for each: ${columns}`;
  return `${path} can't be simulated as it is: ${who} ${timeless.length === 1 ? 'asks a server or reads' : 'ask a server or read'} a file, which has no virtual time. Either ${what}; or give them random, wave or fixed`;
}

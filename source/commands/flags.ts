/** The flags: their names and types, and what they mean as options. A wrong one is refused in words. */
import {nearest} from '../config/nearest.ts';
import {themeChoices} from '../config/themes.ts';
import {parseDuration} from '../config/units.ts';
import {speedLeast, speedMost} from '../console/past.ts';
import {UsageError, type Options} from './options.ts';

export const flagSpecs = {
  config: {type: 'string', shortFlag: 'c'},
  host: {type: 'string', shortFlag: 'H', isMultiple: true},
  context: {type: 'string'},
  capacity: {type: 'string'},
  image: {type: 'string'},
  dryRun: {type: 'boolean', default: false},
  readOnly: {type: 'boolean', default: false},
  onExit: {type: 'string'},
  for: {type: 'string'},
  seed: {type: 'string'},
  record: {type: 'string'},
  socket: {type: 'string'},
  metrics: {type: 'string'},
  audit: {type: 'string'},
  note: {type: 'string'},
  demand: {type: 'string'},
  sweep: {type: 'string'},
  compare: {type: 'string'},
  shadow: {type: 'string'},
  all: {type: 'boolean', default: false},
  command: {type: 'string', default: 'microscale'},
  output: {type: 'string', shortFlag: 'o'},
  force: {type: 'boolean', default: false},
  markdown: {type: 'boolean', default: false},
  json: {type: 'boolean', default: false},
  speed: {type: 'string'},
  from: {type: 'string'},
  to: {type: 'string'},
  ascii: {type: 'boolean', default: false},
  color: {type: 'boolean', default: true},
  theme: {type: 'string'},
  screenReader: {type: 'boolean', default: false},
  bell: {type: 'string'},
  yes: {type: 'boolean', default: false},
} as const;

interface Flags {
  readonly config?: string | undefined;
  readonly host?: readonly string[] | undefined;
  readonly context?: string | undefined;
  readonly capacity?: string | undefined;
  readonly image?: string | undefined;
  readonly dryRun: boolean;
  readonly readOnly: boolean;
  readonly onExit?: string | undefined;
  readonly for?: string | undefined;
  readonly seed?: string | undefined;
  readonly record?: string | undefined;
  readonly socket?: string | undefined;
  readonly metrics?: string | undefined;
  readonly audit?: string | undefined;
  readonly note?: string | undefined;
  readonly demand?: string | undefined;
  readonly sweep?: string | undefined;
  readonly compare?: string | undefined;
  readonly shadow?: string | undefined;
  readonly all: boolean;
  readonly command: string;
  readonly output?: string | undefined;
  readonly force: boolean;
  readonly markdown: boolean;
  readonly json: boolean;
  readonly speed?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly ascii: boolean;
  readonly color: boolean;
  readonly theme?: string | undefined;
  readonly screenReader: boolean;
  readonly bell?: string | undefined;
  readonly yes: boolean;
}

export function readOptions(flags: Flags, command: string): Options {
  for (const name of [
    'config',
    'context',
    'capacity',
    'image',
    'onExit',
    'for',
    'seed',
    'record',
    'socket',
    'metrics',
    'audit',
    'note',
    'demand',
    'sweep',
    'compare',
    'shadow',
    'output',
    'speed',
    'from',
    'to',
    'theme',
    'bell',
  ] as const) {
    if (flags[name] === '') throw new UsageError(`--${dashed(name)} needs a value: see microscale --help`);
  }
  refuseElsewhere(flags, command);
  if (flags.host?.includes('')) throw new UsageError('--host needs a value: see microscale --help');
  return {
    config: flags.config ?? null,
    hosts: flags.host ?? [],
    context: flags.context ?? null,
    image: flags.image ?? null,
    capacity: readCapacity(flags.capacity),
    dryRun: flags.dryRun,
    readOnly: flags.readOnly,
    onExit: readOnExit(flags.onExit),
    forMs: readTime('for', flags.for),
    seed: readSeed(flags.seed),
    record: flags.record ?? null,
    socket: flags.socket ?? null,
    metrics: readMetrics(flags.metrics),
    audit: flags.audit ?? null,
    note: flags.note ?? null,
    demand: flags.demand ?? null,
    sweep: flags.sweep ?? null,
    compare: flags.compare ?? null,
    shadow: flags.shadow ?? null,
    all: flags.all,
    attach: command === 'console',
    takeOver: false,
    command: flags.command,
    output: flags.output ?? null,
    force: flags.force,
    markdown: flags.markdown,
    json: flags.json,
    speed: readSpeed(flags.speed),
    from: flags.from ?? null,
    to: flags.to ?? null,
    ascii: flags.ascii,
    color: flags.color && !process.env['NO_COLOR'],
    theme: readTheme(flags.theme ?? process.env['MICROSCALE_THEME']),
    screenReader: flags.screenReader || process.env['INK_SCREEN_READER'] === 'true',
    bellMs: readTime('bell', flags.bell),
    yes: flags.yes,
    demo: command === 'demo',
  };
}

/** What is wrong with a flag of the command line: it isn't known, or has a value and takes none; null where nothing is. */
export function whyWrongFlag(given: readonly string[]): string | null {
  const names = [...Object.keys(flagSpecs).map(dashed), 'help', 'version'];
  const switches = Object.entries(flagSpecs).flatMap(([name, {type}]) => (type === 'boolean' ? [dashed(name)] : []));
  switches.push('help', 'version');
  for (const word of given) {
    if (word === '--') return null;
    const long = /^--(?:no-)?([^=]+)/.exec(word)?.[1];
    if (long !== undefined && !names.includes(long)) {
      const close = nearest(long, names);
      return `there is no flag --${long}: ${close ? `did you mean --${close}?` : 'see microscale --help'}`;
    }
    const valued = /^--((?:no-)?([^=]+))=/.exec(word);
    if (valued?.[1] !== undefined && switches.includes(valued[2] ?? '')) return `--${valued[1]} takes no value: write --${valued[1]} alone`;
    const short = /^-([a-zA-Z].*)/.exec(word)?.[1];
    if (short !== undefined && !/^[cHo]/.test(short)) return `there is no flag -${short}: see microscale --help`;
  }
  return null;
}

const commands = [
  'run',
  'attach',
  'check',
  'explain',
  'plan',
  'simulate',
  'report',
  'replay',
  'demo',
  'dial-stdio',
  'doctor',
  'init',
  'reset',
];

/** Why a word is no command, with the nearest one that is. */
export function whyNoCommand(given: string, verbs: readonly string[]): string {
  const known = [...commands, ...verbs];
  const close = nearest(given, known);
  return `there is no command “${given}”: ${close ? `did you mean ${close}?` : `known are ${known.join(', ')}`}`;
}

/** What one command alone knows would be silently ignored by another. */
function refuseElsewhere(flags: Flags, command: string): void {
  for (const name of ['demand', 'sweep', 'compare'] as const) {
    if (flags[name] !== undefined && command !== 'simulate') throw new UsageError(`--${name} is for microscale simulate`);
  }
  for (const name of ['speed', 'from', 'to'] as const) {
    if (flags[name] !== undefined && command !== 'replay') throw new UsageError(`--${name} is for microscale replay`);
  }
  if (flags.shadow !== undefined && !['run', 'lines', 'demo'].includes(command)) throw new UsageError('--shadow is for microscale run');
}

function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

function readCapacity(text: string | undefined): number | 'auto' | null {
  if (text === undefined) return null;
  if (text === 'auto') return 'auto';
  const slots = Number(text);
  if (!Number.isSafeInteger(slots) || slots < 1 || slots > 10_000_000)
    throw new UsageError(`--capacity ${text}: expected a number of slots from 1 up, or auto`);
  return slots;
}

function readOnExit(text: string | undefined): Options['onExit'] {
  if (text === undefined) return null;
  if (text === 'leave' || text === 'restore' || text === 'drain') return text;
  throw new UsageError(`--on-exit ${text}: expected leave, restore or drain`);
}

function readMetrics(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!/^(\[[0-9a-f:]+\]|[^:\s]+)?:\d{1,5}$/i.test(text))
    throw new UsageError(`--metrics ${text}: expected an address such as 127.0.0.1:9180`);
  return text;
}

function readTime(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseDuration(text);
  if (ms === null || ms === 0) throw new UsageError(`--${flag} ${text}: expected a time such as 30s, 10m or 24h`);
  return ms;
}

function readTheme(text: string | undefined): Options['theme'] {
  if (text === undefined || text === '') return null;
  const theme = themeChoices.find(choice => choice === text);
  if (theme === undefined) throw new UsageError(`--theme ${text}: expected ${themeChoices.join(', ')}`);
  return theme;
}

function readSpeed(text: string | undefined): number | null {
  if (text === undefined) return null;
  const speed = /^\d+(\.\d+)?x?$/i.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (!(speed >= speedLeast && speed <= speedMost))
    throw new UsageError(`--speed ${text}: expected a number from ${speedLeast} to ${speedMost}, such as 10`);
  return speed;
}

function readSeed(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed ${text}: expected a whole number`);
  return seed;
}

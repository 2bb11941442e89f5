/** What a configuration may say, in the words that its owner reads. Shapes only: reading it is another file's job. */
import {z} from 'zod';
import {readinessFields} from './readiness.ts';
import {parseDuration, parseSize} from './units.ts';

const duration = z
  .string()
  .refine(text => parseDuration(text) !== null, {error: 'expected a duration such as 500ms, 30s or 2h'})
  .meta({pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$', examples: ['30s', '5m', '2h']});

const size = z
  .union([z.int().nonnegative(), z.string().refine(text => parseSize(text) !== null, {error: 'expected a size such as 256m or 2g'})])
  .meta({examples: ['256m', '1g']});

const count = z.int().min(0).max(1_000_000);
const text = z.string().min(1);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const words = z.union([z.string(), z.array(z.string())]);
const mapOrList = z.union([z.record(z.string(), scalar), z.array(z.string())]);

const positiveDuration = duration.refine(value => parseDuration(value) !== 0, {error: 'must be longer than 0'});

/** Names become parts of container names and labels. */
export const serviceNamePattern = /^[a-z0-9][a-z0-9_.-]{0,62}$/i;

const random = z.strictObject({
  source: z.literal('random'),
  min: z.number().min(0).default(0),
  max: z.number().min(0).default(10),
  every: positiveDuration.default('1s').describe('About how often it moves'),
  step: z.int().min(1).default(3).describe('The longest step up or down'),
  spikes: z.number().min(0).max(1).default(0).describe('How likely a move is a leap to the top'),
});
const wave = z.strictObject({
  source: z.literal('wave'),
  min: z.number().min(0).default(0),
  max: z.number().min(0).default(10),
  period: positiveDuration.default('2m').describe('From one low to the next'),
  every: positiveDuration.default('1s'),
});
const file = z.strictObject({
  source: z.literal('file'),
  path: text.describe('A file that holds one number; relative to the configuration'),
});
const fixed = z.strictObject({source: z.literal('fixed'), value: z.number().min(0)});

export const demandSchema = z.discriminatedUnion('source', [random, wave, file, fixed]);

export const targetSchema = z.union(
  [z.enum(['direct', 'fill']), z.strictObject({perReplica: z.number().positive().describe('Demand that one replica serves')})],
  {error: 'expected direct, fill or {perReplica: N}'},
);

const onLost = z.union([z.enum(['hold', 'min', 'max']), count], {error: 'expected hold, min, max or a number of replicas'});

const logging = z.strictObject({driver: text, options: z.record(z.string(), z.string()).optional()});

export const serviceSchema = z.strictObject({
  priority: z.int().min(1).max(1000).describe('1 is served first'),
  min: count.default(0),
  max: count.optional(),
  slots: z.int().min(1).max(10_000).optional().describe('Slots that one replica takes; 1 unless capacity is auto'),
  weight: z.number().positive().default(1).describe('Share of what is left, among fillers of one priority'),
  demand: demandSchema.optional(),
  target: targetSchema.optional(),
  settle: duration.optional().describe('How long demand must stay low before replicas go'),
  onLost: onLost.default('hold').describe('What to do while the demand can’t be read'),
  stepMax: z.int().min(1).max(1_000_000).optional().describe('At most this many replicas come, or go, at once'),
  drift: z.enum(['reassert', 'yield']).optional().describe('When somebody else sets its count: put ours back, or leave theirs for a while'),
  handoverWithin: positiveDuration.optional().describe('How long it can wait for slots that a lower priority holds'),
  ...readinessFields,
  adopt: text.optional().describe('The name on the host of the service that it is; its own name unless said'),
  image: text.optional().describe('What its replicas are made from; without it, a service on the host is adopted'),
  pull: z.enum(['always', 'missing', 'never']).default('missing'),
  command: words.optional(),
  entrypoint: words.optional(),
  environment: mapOrList.optional(),
  envFile: words.optional(),
  networks: z.array(text).optional(),
  ports: z.array(z.union([z.string(), z.int()])).optional(),
  volumes: z.array(z.string()).optional(),
  user: z.union([z.string(), z.int()]).optional(),
  cpus: z.number().positive().optional(),
  memory: size.optional(),
  cpuShares: z.int().min(2).max(262_144).optional().describe('Follows from the priority unless set'),
  oomScoreAdj: z.int().min(-1000).max(1000).optional().describe('Follows from the priority unless set'),
  stopSignal: text.optional(),
  stopGrace: duration.optional(),
  init: z.boolean().optional().describe('Run an init process as PID 1, so that signals reach the command'),
  labels: mapOrList.optional(),
  logging: logging.optional(),
});

const mode = z.strictObject({
  say: text.optional().describe('What it is for, in a sentence'),
  services: z
    .record(
      z.string(),
      z.strictObject({
        priority: z.int().min(1).max(1000).optional(),
        min: count.optional(),
        max: count.optional(),
        weight: z.number().positive().optional(),
      }),
    )
    .describe('What it changes, by service'),
});

export const configSchema = z.strictObject({
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, {error: 'expected lower-case letters, digits, - and _'})
    .default('microscale'),
  capacity: z.union([z.int().min(1).max(10_000_000), z.literal('auto')], {error: 'expected a number of slots from 1 up, or auto'}),
  orchestrator: z.enum(['docker', 'swarm']).optional().describe('Found out unless said'),
  lease: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/, {error: 'expected lower-case letters, digits, ., - and _'})
    .default('microscale')
    .describe('Engines of one lease never act together; projects that share a host need one each'),
  drift: z.enum(['reassert', 'yield']).default('reassert').describe('For services that don’t say it themselves'),
  slot: z
    .strictObject({cpus: z.number().positive().optional(), memory: size.optional()})
    .optional()
    .describe('What one slot holds, with capacity: auto'),
  services: z
    .record(z.string(), serviceSchema)
    .refine(services => Object.keys(services).length > 0, {error: 'expected at least one service'}),
  modes: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/i), mode)
    .optional()
    .describe('Other priorities and bounds, for while an operator chooses them'),
  overrides: z.strictObject({expire: z.union([duration, z.literal('never')]).default('30m')}).default({expire: '30m'}),
  onExit: z.enum(['leave', 'restore', 'drain']).optional().describe('What becomes of the containers when microscale ends'),
});

export type ConfigText = z.output<typeof configSchema>;
export type ServiceText = z.output<typeof serviceSchema>;
export type DemandText = z.output<typeof demandSchema>;

/** The JSON Schema that editors check a configuration against. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {io: 'input', target: 'draft-7', unrepresentable: 'any'});
  return {...schema, title: 'microscale configuration'};
}

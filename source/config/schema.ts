/** What a configuration may say, in the words that its owner reads. Shapes only: reading it is another file's job. */
import * as z from 'zod';
import {demandsSchema} from './demand-schema.ts';
import {readinessFields} from './readiness.ts';
import {leadSchema, share, targetSchema} from './target-schema.ts';
import {themeChoices} from './themes.ts';
import {count, duration, mapOrList, positiveDuration, size, text, words} from './shapes.ts';

/** Names become parts of container names and labels. */
export const serviceNamePattern = /^[a-z0-9][a-z0-9_.-]{0,62}$/i;

const onLost = z.union([z.enum(['hold', 'min', 'max']), count], {error: 'expected hold, min, max or a number of replicas'});

const logging = z.strictObject({driver: text, options: z.record(z.string(), z.string()).optional()});

export const serviceSchema = z.strictObject({
  priority: z.int().min(1).max(1000).describe('1 is served first'),
  min: count.default(0),
  max: count.optional(),
  slots: z.int().min(1).max(10_000).optional().describe('Slots that one replica takes; 1 unless capacity is auto'),
  weight: z.number().positive().default(1).describe('Share of what is left, among fillers of one priority'),
  demand: demandsSchema.optional(),
  target: targetSchema.optional(),
  lead: leadSchema.optional().describe('How far ahead of its demand to look: auto is as long as its replicas are learned to take to serve'),
  tolerance: share.optional().describe('A want that moves by no more than this share of itself stays'),
  flapGuard: duration.optional().describe('Up, down and up again within this time makes shrinking wait longer; 0s for no guard'),
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

const circumstance = z.strictObject({
  service: text.optional().describe('Whose demand begins or ends it'),
  demand: z
    .strictObject({
      above: z.number().min(0).optional(),
      below: z.number().min(0).optional(),
      for: duration.default('0s').describe('How long it must stay there'),
      source: text.optional().describe('Which of several demands, by its source; the first unless said'),
    })
    .optional(),
  schedule: text.optional().describe('When it begins, as cron writes it: minute hour day month weekday'),
  for: positiveDuration.optional().describe('How long a scheduled time lasts'),
  timezone: text.optional().describe('Of the schedule, such as Europe/London; the machine’s unless said'),
});
const circumstances = z.union([circumstance, z.array(circumstance).min(1).max(16)], {
  error: 'expected {service: web, demand: {above: 40, for: 10s}}, {schedule: "0 19 * * 5", for: 2h}, or a list of such',
});

const mode = z.strictObject({
  say: text.optional().describe('What it is for, in a sentence'),
  when: circumstances.optional().describe('What begins it, any of these; without it, an operator'),
  until: circumstances.optional().describe('What ends it, any of these; unless said, that what began it hasn’t been so for as long'),
  services: z
    .record(
      z.string(),
      z.strictObject({
        priority: z.int().min(1).max(1000).optional(),
        min: count.optional(),
        max: count.optional(),
        weight: z.number().positive().optional(),
        target: targetSchema.optional(),
      }),
    )
    .default({})
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
    .record(z.string().regex(/^(?!\d+$)[a-z0-9][a-z0-9_-]{0,31}$/i), mode)
    .optional()
    .describe('Other priorities, bounds and targets, for a while. Of several that begin at once, the first here holds'),
  overrides: z.strictObject({expire: z.union([duration, z.literal('never')]).default('30m')}).default({expire: '30m'}),
  console: z
    .strictObject({theme: z.enum(themeChoices).optional().describe('Its colours; --theme and MICROSCALE_THEME win over it')})
    .optional()
    .describe('How the console looks'),
  onExit: z.enum(['leave', 'restore', 'drain']).optional().describe('What becomes of the containers when microscale ends'),
});

export type ConfigText = z.output<typeof configSchema>;
export type ServiceText = z.output<typeof serviceSchema>;
export type ModeText = z.output<typeof mode>;
export type CircumstanceText = z.output<typeof circumstance>;

/** The JSON Schema that editors check a configuration against. */
export function jsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {io: 'input', target: 'draft-7', unrepresentable: 'any'});
  return {...schema, title: 'microscale configuration'};
}

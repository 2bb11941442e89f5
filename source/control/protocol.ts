/** What passes between a console and an engine that is not its own, and what of it is believed. */
import * as z from 'zod';
import {clean} from '../clean.ts';
import type {SightKind} from '../ports.ts';
import type {Command} from '../scaler/entry.ts';

export const protocolVersion = 1;

/** The first word of whoever connects. */
export interface Hello {
  readonly microscale: 'control';
  readonly version: number;
  readonly owner: string;
  readonly readOnly: boolean;
}

/** What an engine runs and where, for whoever attaches to it: enough to run it in its place. */
export interface About {
  readonly project: string;
  /** As its console has it, such as `docker 28.2 @ unix:///var/run/docker.sock`. */
  readonly host: string;
  readonly hosts: readonly string[];
  /** The file that it follows, on its machine; null for none. */
  readonly config: string | null;
  readonly capacity: number | 'auto' | null;
  readonly image: string | null;
}

/** The answer to it. */
export type Welcome =
  {readonly kind: 'welcome'; readonly version: number; readonly about: About} | {readonly kind: 'unwelcome'; readonly reason: string};

export type Request =
  | {readonly id: number; readonly kind: 'next'}
  | {readonly id: number; readonly kind: 'command'; readonly command: Command}
  /** A number for the demand of a service that is pushed. */
  | {readonly id: number; readonly kind: 'push'; readonly service: string; readonly value: number}
  /** A closer look at a service. */
  | {readonly id: number; readonly kind: 'look'; readonly service: string; readonly at: SightKind}
  | {readonly id: number; readonly kind: 'refresh'}
  /** The stretch of the past with this moment. */
  | {readonly id: number; readonly kind: 'past'; readonly at: number}
  | {readonly id: number; readonly kind: 'take-over'};

/** The last moment that a calendar can say. */
const latestMs = 8_640_000_000_000_000;
const count = z.int().min(0).max(1_000_000_000);
const name = z.string().min(1).max(200);
const lasting = z.union([
  z.enum(['default', 'until-cleared']),
  z.strictObject({
    ms: z
      .int()
      .min(1)
      .max(366 * 86_400_000),
  }),
]);
const rule = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.enum(['pin', 'hold', 'cap']), replicas: count}),
  z.strictObject({kind: z.literal('boost')}),
  z.strictObject({kind: z.literal('priority'), priority: z.int().min(1).max(1_000_000)}),
]);
const note = z.string().max(200).optional();
const by = z.int().min(-1_000_000).max(1_000_000);

const commandSchema = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('override'), service: name, rule, lasting, sure: z.boolean(), note}),
  z.strictObject({kind: z.literal('adjust'), service: name, by, lasting, note}),
  z.strictObject({kind: z.enum(['hold', 'boost']), service: name, lasting, toggle: z.boolean(), note}),
  z.strictObject({kind: z.literal('rank'), service: name, by, lasting, note}),
  z.strictObject({kind: z.literal('last'), service: name, lasting, note}),
  z.strictObject({kind: z.literal('note'), service: name, note: z.string().max(200)}),
  z.strictObject({kind: z.literal('clear'), service: name, note}),
  z.strictObject({kind: z.literal('mode'), mode: name, lasting, note}),
  z.strictObject({kind: z.enum(['clear-all', 'undo', 'pause', 'resume']), note}),
]);

const requestSchema = z.discriminatedUnion('kind', [
  z.strictObject({id: z.int(), kind: z.enum(['next', 'refresh', 'take-over'])}),
  z.strictObject({id: z.int(), kind: z.literal('command'), command: commandSchema}),
  z.strictObject({id: z.int(), kind: z.literal('past'), at: z.number().min(0).max(latestMs)}),
  z.strictObject({id: z.int(), kind: z.literal('look'), service: name, at: z.enum(['replicas', 'logs'])}),
  z.strictObject({id: z.int(), kind: z.literal('push'), service: name, value: z.number()}),
]);

const helloSchema = z.object({
  microscale: z.literal('control'),
  version: z.int(),
  owner: z.string().min(1).max(200),
  readOnly: z.boolean(),
});

export function readHello(value: unknown): Hello | null {
  const parsed = helloSchema.safeParse(value);
  return parsed.success ? {...parsed.data, owner: clean(parsed.data.owner).trim()} : null;
}

const welcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('welcome'),
    version: z.int(),
    about: z.object({
      project: z.string(),
      host: z.string(),
      hosts: z.array(z.string()),
      config: z.string().nullable(),
      capacity: z.union([z.number(), z.literal('auto')]).nullable(),
      image: z.string().nullable(),
    }),
  }),
  z.object({kind: z.literal('unwelcome'), reason: z.string()}),
]);

/** Null for what no engine says. */
export function readWelcome(value: unknown): Welcome | null {
  return welcomeSchema.safeParse(value).data ?? null;
}

/** Null for what asks for nothing that there is. */
export function readRequest(value: unknown): Request | null {
  const parsed = requestSchema.safeParse(value);
  if (!parsed.success) return null;
  const request = parsed.data as Request;
  if (request.kind !== 'command' || request.command.note === undefined) return request;
  return {...request, command: {...request.command, note: clean(request.command.note)}};
}

/** The engine's event stream as happenings to one container: bounded lines in, what matters out. */
import type Docker from 'dockerode';
import {ownerOf, type Owner} from './owner.ts';

export interface ContainerEvent {
  readonly id: string;
  readonly owner: Owner;
  /** As people know it, such as `shop-web-3`. */
  readonly name: string;
  readonly kind: 'created' | 'started' | 'signalled' | 'died' | 'healthy' | 'unhealthy' | 'paused' | 'unpaused' | 'gone';
  /** How it died, or the number of the signal. */
  readonly detail: string;
}

/** An event is a few hundred bytes; what has no end is no event stream. */
const lineMax = 1024 * 1024;

/** Health checks and the like are left out where they arise: an engine tells of each of their runs. */
const actions = ['create', 'start', 'kill', 'die', 'destroy', 'pause', 'unpause', 'health_status'];

/**
 * All containers' events, since the engine can't be asked for those with one label or another: whose they are is told.
 * Resolves once the stream is open; `ended` is told once when it ends, for whatever reason.
 */
export async function followEvents(
  docker: Docker,
  happened: (event: ContainerEvent) => void,
  ended: (reason: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const filters = JSON.stringify({type: ['container'], event: actions});
  const stream = await docker.getEvents({filters, abortSignal: signal} as Docker.GetEventsOptions);
  let rest = '';
  let over = false;
  const end = (reason: string) => {
    if (over) return;
    over = true;
    (stream as {destroy?: () => void}).destroy?.();
    ended(reason);
  };
  stream.on('data', (chunk: Buffer) => {
    rest += chunk.toString('utf8');
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineMax) return end('the engine sent an event without an end');
    for (const line of lines) {
      const event = parseEvent(line);
      if (event) happened(event);
    }
  });
  stream.on('error', (error: Error) => end(cutWords(error)));
  stream.on('end', () => end('the engine ended the connection'));
  stream.on('close', () => end('the engine closed the connection'));
}

interface RawEvent {
  readonly Action?: string;
  readonly Actor?: {readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>>};
}

/** Node says “aborted” or “socket hang up” for an engine that went away in the middle of a word. */
function cutWords({message}: Error): string {
  return /^(aborted|socket hang up)$/.test(message) ? 'the engine went away' : `the connection broke: ${message}`;
}

/** Null for what is no event of a service's container, or does not matter. */
export function parseEvent(line: string): ContainerEvent | null {
  let raw: RawEvent;
  try {
    raw = JSON.parse(line) as RawEvent;
  } catch {
    return null;
  }
  const id = raw.Actor?.ID;
  const attributes = raw.Actor?.Attributes ?? {};
  const owner = ownerOf(attributes);
  const kind = kindOf(raw.Action ?? '');
  if (!id || !owner || !kind) return null;
  const name = attributes['name'] ?? id.slice(0, 12);
  return {id, owner, name, kind, detail: kind === 'died' ? exitWords(attributes['exitCode'] ?? '') : (attributes['signal'] ?? '')};
}

function kindOf(action: string): ContainerEvent['kind'] | null {
  switch (action) {
    case 'create':
      return 'created';
    case 'start':
      return 'started';
    case 'kill':
      return 'signalled';
    case 'die':
      return 'died';
    case 'destroy':
      return 'gone';
    case 'pause':
      return 'paused';
    case 'unpause':
      return 'unpaused';
    case 'health_status: healthy':
      return 'healthy';
    case 'health_status: unhealthy':
      return 'unhealthy';
    default:
      return null;
  }
}

function exitWords(code: string): string {
  if (code === '137') return 'it was killed (exit 137)';
  if (code === '127') return 'its command was not found (exit 127)';
  return `it ended with exit ${code || 'unknown'}`;
}

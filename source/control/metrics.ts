/** Metrics and health over HTTP, read from the fleet at the moment they are asked for. It changes nothing, and knows no session. */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Counter, Gauge, Histogram, Registry} from 'prom-client';
import {clean} from '../clean.ts';
import type {Engine} from '../engine.ts';
import type {Clock} from '../ports.ts';
import type {Entry} from '../scaler/entry.ts';
import type {Fleet, Score, Service} from '../scaler/fleet.ts';
import type {Step} from '../scaler/step.ts';
import {followAsked} from './audit.ts';

export interface MetricsParts {
  /** Such as `127.0.0.1:9180`, `:9180` or `[::1]:9180`; port 0 takes any that is free. */
  readonly address: string;
  readonly engine: Pick<Engine, 'fleet' | 'heardAt' | 'facts'>;
  readonly clock: Clock;
}

export interface MetricsServer {
  /** The port that it listens on. */
  readonly port: number;
  /** To be called after each step. */
  stepped(entries: readonly Entry[], result: Step): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** More than this at once are no scrapers. */
const connectionsMax = 64;
/** A scraper's headers are a few hundred characters. */
const headersMax = 8 * 1024;
/** How long a request may take to arrive, and how often that is looked at. */
const requestLimitMs = 5000;
const requestLookMs = 1000;
/** How long a reader may take nothing of its answer. */
const idleLimitMs = 10_000;
/** The host answers at least every two seconds; past this, nobody can say how it is. */
const unheardMs = 15_000;

/** Throws an `Error` whose message says what to do when the address can't be had. */
export async function serveMetrics({address, engine, clock}: MetricsParts): Promise<MetricsServer> {
  const metrics = createMetrics(engine, clock);
  const server = createServer(
    {maxHeaderSize: headersMax, headersTimeout: requestLimitMs, requestTimeout: requestLimitMs, connectionsCheckingInterval: requestLookMs},
    (request, response) => {
      response.on('error', () => {});
      answer(request)
        .catch(() => plain(500, 'this can’t be told now: it is a fault of microscale'))
        .then(reply => send(response, reply))
        .catch(() => response.destroy());
    },
  );
  server.maxConnections = connectionsMax;
  server.setTimeout(idleLimitMs);

  async function answer({method = '', url = ''}: IncomingMessage): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'this is only for reading: use GET');
    switch (url.split('?')[0]) {
      case '/metrics':
        return {status: 200, type: metrics.type, text: await metrics.text()};
      case '/healthz':
        return healthOf(engine, clock);
      default:
        return plain(404, 'there is nothing here: see /metrics and /healthz');
    }
  }

  const {host, port} = placeOf(address);
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(new Error(`metrics can't be served at ${address}: ${listenWords(error)}`, {cause: error})));
    server.listen({host, port}, resolve);
  });
  // A connection that can't be taken, as when there are too many open files, is the scraper's loss.
  server.on('error', () => {});
  // Being readable is no reason to live on.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    stepped: (_entries, result) => metrics.stepped(result),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function plain(status: number, words: string): Answer {
  return {status, type: 'text/plain; charset=utf-8', text: `${words}\n`};
}

function send(response: ServerResponse, {status, type, text}: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && {allow: 'GET, HEAD'}),
  });
  response.end(text);
}

/** No host stands for every address of the machine. */
function placeOf(address: string): {readonly host: string | undefined; readonly port: number} {
  const [, inBrackets, name, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:\s[\]]+))?:(\d{1,5})$/i.exec(address) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535)
    throw new Error(
      `metrics can't be served at ${clean(address)}: expected an address and a port up to 65535, such as --metrics 127.0.0.1:9180`,
    );
  return {host: inBrackets ?? name, port};
}

function listenWords({code, message}: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'something else listens on that port. Stop it, or name another port with --metrics';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'this machine has no such address. Name one of its own with --metrics, such as 127.0.0.1';
    case 'EACCES':
      return 'this user may not listen on that port. Name one from 1024 up with --metrics';
    default:
      return `${clean(message)}. Name another address with --metrics`;
  }
}

/** Sound is an engine that hears its host, whether it acts or stands by. */
function healthOf(engine: MetricsParts['engine'], clock: Clock): Answer {
  const {host, lease, acting, settings} = engine.fleet();
  const facts = engine.facts();
  const seconds = heardSeconds(engine, clock);
  const known = {lease: lease.kind, acting, project: settings.project, host: clean(facts?.title ?? ''), heardSecondsAgo: seconds};
  const reason = whyUnsound(host, seconds, facts?.simulated ?? false);
  const health = reason === null ? {status: 'ok', ...known} : {status: 'failing', reason: clean(reason), ...known};
  return {status: reason === null ? 200 : 503, type: 'application/json', text: `${JSON.stringify(health)}\n`};
}

function whyUnsound(host: Fleet['host'], seconds: number | null, simulated: boolean): string | null {
  if (host.kind === 'connecting') return 'the host has not been reached yet';
  if (host.kind === 'lost') return `the host is lost: ${host.reason}`;
  // A simulated host speaks only when something happens to it.
  if (simulated || (seconds !== null && seconds * 1000 <= unheardMs)) return null;
  return seconds === null
    ? 'nothing has been heard from the host yet'
    : `nothing has been heard from the host for ${Math.floor(seconds)} s`;
}

function heardSeconds(engine: MetricsParts['engine'], clock: Clock): number | null {
  const heardAt = engine.heardAt();
  return heardAt === null ? null : Math.max(0, clock.now() - heardAt) / 1000;
}

/** A metric and how it is read; null leaves it out, since what isn't known is never told as zero. */
interface Told<From, Value extends number | null = number | null> {
  readonly name: string;
  readonly help: string;
  readonly of: (from: From) => Value;
}

const flag = (holds: boolean) => (holds ? 1 : 0);

const serviceGauges: readonly Told<Service>[] = [
  {
    name: 'microscale_demand',
    help: 'The load on the service; absent while it can’t be read',
    of: ({demand}) => (demand.kind === 'live' ? demand.value : null),
  },
  {
    name: 'microscale_want_replicas',
    help: 'Replicas that the target asks for, before overrides and bounds; absent for a filler',
    of: ({spec, rawWant}) => (spec.target.kind === 'fill' ? null : rawWant),
  },
  {name: 'microscale_desired_replicas', help: 'Replicas that the plan grants', of: ({decision}) => decision?.desired ?? null},
  {name: 'microscale_running_replicas', help: 'Replicas that run', of: ({observed}) => observed?.running ?? null},
  {name: 'microscale_pending_replicas', help: 'Replicas on their way up', of: ({observed}) => observed?.pending ?? null},
  {name: 'microscale_stopping_replicas', help: 'Replicas on their way down', of: ({observed}) => observed?.stopping ?? null},
  {
    name: 'microscale_shortfall_replicas',
    help: 'Replicas that the service wants and the plan can’t grant',
    of: ({decision}) => decision?.shortfall ?? null,
  },
  {name: 'microscale_overrides', help: 'Overrides that stand', of: ({overrides}) => overrides.length},
  {name: 'microscale_source_lost', help: '1 while the demand’s source is lost', of: ({demand}) => flag(demand.kind === 'lost')},
  {
    name: 'microscale_trouble',
    help: '1 while replicas can’t be had: they fail, or find no place',
    of: ({observed}) => observed && flag(observed.trouble.kind === 'failing' || observed.trouble.kind === 'unplaceable'),
  },
];

const fleetGauges: readonly Told<Fleet, number>[] = [
  {name: 'microscale_capacity_slots', help: 'Slots that the host holds', of: ({settings}) => settings.capacity},
  {name: 'microscale_running_slots', help: 'Slots of running replicas', of: ({standing}) => standing.runningSlots},
  {name: 'microscale_held_slots', help: 'Slots of running, pending and stopping replicas', of: ({standing}) => standing.heldSlots},
  {
    name: 'microscale_lease_held',
    help: '1 while this engine has the right to act',
    of: ({lease}) => flag(lease.kind === 'held' || lease.kind === 'unneeded'),
  },
  {name: 'microscale_host_connected', help: '1 while the host can be reached', of: ({host}) => flag(host.kind === 'connected')},
  {name: 'microscale_acting', help: '1 while the scaler acts; 0 while paused or in a dry run', of: ({acting}) => flag(acting === 'auto')},
];

/** In milliseconds; each only ever grows. */
const scoreSums: readonly Told<Score, number>[] = [
  {name: 'microscale_observed_seconds_total', help: 'Time that the other two are shares of', of: ({ms}) => ms},
  {name: 'microscale_met_seconds_total', help: 'Time in which priority 1 ran what it wanted', of: ({metMs}) => metMs},
  {name: 'microscale_won_seconds_total', help: 'Time in which that held and the slots were in use', of: ({wonMs}) => wonMs},
];

/** From a replica that only has to be thawed to an image that has to be pulled, in seconds; each costs a line per service. */
const handoverBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60];

interface Metrics {
  readonly type: string;
  text(): Promise<string>;
  stepped(result: Step): void;
}

function createMetrics(engine: MetricsParts['engine'], clock: Clock): Metrics {
  const registry = new Registry();
  const labelNames = ['service'] as const;

  for (const {name, help, of} of serviceGauges) {
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const service of engine.fleet().services) {
          const value = of(service);
          if (value !== null) this.set({service: service.spec.name}, value);
        }
      },
    });
    registry.registerMetric(gauge);
  }
  for (const {name, help, of} of fleetGauges) gaugeOf(name, help, () => of(engine.fleet()));
  gaugeOf('microscale_host_heard_age_seconds', 'Since the host last answered', () => heardSeconds(engine, clock));
  gaugeOf('microscale_process_resident_memory_bytes', 'Memory of the engine’s process', () => process.memoryUsage.rss());
  for (const {name, help, of} of scoreSums) sumOf(name, help, () => of(engine.fleet().score) / 1000);
  sumOf('microscale_process_cpu_seconds_total', 'Processor time of the engine’s process', () => {
    const {user, system} = process.cpuUsage();
    return (user + system) / 1_000_000;
  });

  /** A null is left out. */
  function gaugeOf(name: string, help: string, read: () => number | null): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        const value = read();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
    registry.registerMetric(gauge);
  }

  /** A sum that is kept elsewhere. */
  function sumOf(name: string, help: string, read: () => number): void {
    let told = 0;
    const counter = new Counter({
      name,
      help,
      registers: [],
      collect() {
        told = Math.max(told, read());
        this.reset();
        this.inc(told);
      },
    });
    registry.registerMetric(counter);
  }

  function counterOf(name: string, help: string): Counter<'service'> {
    return new Counter({name, help, labelNames, registers: [registry]});
  }

  const started = counterOf('microscale_replicas_started_total', 'Replicas that were asked for beyond what had been');
  const stopped = counterOf('microscale_replicas_stopped_total', 'Replicas that were asked to go');
  const actions = counterOf('microscale_actions_total', 'Requests to the orchestrator');
  const failures = counterOf('microscale_failures_total', 'Times that replicas couldn’t be had and are tried again');
  const handover = new Histogram({
    name: 'microscale_handover_seconds',
    help: 'From the decision to the moment the last of the new replicas serves',
    labelNames,
    registers: [registry],
    buckets: handoverBuckets,
  });
  const counters = [started, stopped, actions, failures];
  const known = new Set<string>();
  const askedBefore = followAsked(engine.fleet());

  /** Counts begin at zero and not at their first change, which a rate would miss. */
  function know(service: string): void {
    if (known.has(service)) return;
    known.add(service);
    for (const counter of counters) counter.inc({service}, 0);
    handover.zero({service});
  }

  /** Services that are gone were told of a last time; their counts would else add up for ever. */
  function forget(): void {
    const present = new Set(engine.fleet().services.map(({spec}) => spec.name));
    for (const service of known) {
      if (present.has(service)) continue;
      known.delete(service);
      for (const metric of [...counters, handover]) metric.remove(service);
    }
  }

  return {
    type: registry.contentType,
    async text() {
      for (const {spec} of engine.fleet().services) know(spec.name);
      const text = await registry.metrics();
      forget();
      return text;
    },
    stepped(result) {
      const asked = askedBefore(result);
      for (const {service, replicas} of result.actions) {
        know(service);
        const before = asked.get(service) ?? replicas;
        actions.inc({service});
        started.inc({service}, Math.max(0, replicas - before));
        stopped.inc({service}, Math.max(0, before - replicas));
      }
      for (const happening of result.happenings) {
        if (happening.kind !== 'trouble' || happening.retryAt === null) continue;
        know(happening.service);
        failures.inc({service: happening.service});
      }
      for (const {service, tookMs} of result.handovers) {
        know(service);
        handover.observe({service}, tookMs / 1000);
      }
    },
  };
}

/** `doctor`: what is wrong with the connection, the permissions, the configuration and the terminal, and how it is mended. */
import {userInfo} from 'node:os';
import {createRealClock} from '../clock.ts';
import {findConfig} from '../config/file.ts';
import {chooseStyle} from '../console/style.ts';
import {themeFor} from '../console/theme.ts';
import {configurationFindings, readFile, type ReadFile} from '../doctor/configuration.ts';
import {beforeReaching, notReached, reached, type Asker} from '../doctor/connection.ts';
import {demandFindings, ownUseFindings} from '../doctor/demands.ts';
import {clockFinding, leaseFinding, permissionFindings, watchLease} from '../doctor/engine.ts';
import {findingJson, findingLines, note, statusOf, wrong, type Diagnosis, type Finding} from '../doctor/finding.ts';
import {controlFinding, nodeFinding, terminalFindings} from '../doctor/surroundings.ts';
import {chooseEndpoints, whyChosen, type ChosenEndpoint} from '../orchestrators/docker/endpoint.ts';
import {examine, type EngineFacts} from '../orchestrators/docker/examine.ts';
import {within} from '../orchestrators/docker/within.ts';
import type {HostFacts} from '../ports.ts';
import {chooseHost, usualLease} from './host.ts';
import type {Options} from './options.ts';
import type {Output} from './run.ts';
import {socketPathFor} from './socket-path.ts';

/** Less than the ten seconds that somebody waits, unless --for grants more. */
const usualPatienceMs = 9000;
/** A lease is renewed every 3 s: it need not be watched for longer. */
const watchMostMs = 3400;

interface Limits {
  readonly reachMs: number;
  /** Together with `reachMs` all that is granted. */
  readonly askMs: number;
  readonly demandMs: number;
}

function limitsOf({forMs}: Options): Limits {
  const patienceMs = forMs ?? usualPatienceMs;
  return {reachMs: patienceMs * 0.55, askMs: patienceMs * 0.42, demandMs: patienceMs * 0.65};
}

/** Resolves with the exit status. */
export async function doctor(options: Options, output: Output): Promise<number> {
  const diagnosis = await diagnose(options);
  if (options.json) output.line(findingJson(diagnosis));
  else for (const line of findingLines(diagnosis)) output.line(line);
  return statusOf(diagnosis);
}

async function diagnose(options: Options): Promise<Diagnosis> {
  const now = Date.now();
  const file = readFile(options.config ?? findConfig('.'), options.capacity);
  const demands = file.kind === 'read' ? file.config.demands : new Map<string, never>();
  const [host, answers] = await Promise.all([
    hostFindings(options, file),
    demandFindings(demands, {clock: createRealClock(), chance: Math.random, limitMs: limitsOf(options).demandMs}),
  ]);
  const findings = [
    nodeFinding(process.version),
    ...host.findings,
    host.control,
    ...configurationFindings(file, host.facts, options.capacity, now),
    ...answers,
    ...ownUseFindings(demands, host.facts),
    ...terminalFindings(seeTerminal({...options, theme: options.theme ?? (file.kind === 'read' ? file.config.theme : null)})),
  ];
  return {findings, reached: host.reached};
}

function leaseOf(file: ReadFile): string {
  return file.kind === 'read' ? file.config.lease : usualLease;
}

interface HostSeen {
  readonly reached: boolean;
  readonly facts: HostFacts | null;
  readonly control: Finding;
  readonly findings: readonly Finding[];
}

async function hostFindings(options: Options, file: ReadFile): Promise<HostSeen> {
  const choice = {hosts: options.hosts, context: options.context ?? undefined, environment: process.env};
  const controlFor = (url: string) => controlFinding(socketPathFor(options.socket, leaseOf(file), url));
  let endpoints: readonly [ChosenEndpoint, ...ChosenEndpoint[]];
  try {
    endpoints = chooseEndpoints(choice);
  } catch (error) {
    const finding = wrong('connection', (error as Error).message, 'see “Which engine” in the README');
    return {reached: false, facts: null, control: await controlFor(''), findings: [finding]};
  }
  const [{url, asked}] = endpoints;
  // Asked for meanwhile, and not waited for where nobody answers.
  const facts = file.kind === 'wrong' ? null : factsFor(options, file);
  const [control, ...seen] = await Promise.all([
    controlFor(url),
    ...endpoints.map((chosen, index) => {
      const why = whyChosen({host: options.hosts[index], context: choice.context, environment: process.env});
      return oneHost(chosen, why, leaseOf(file), limitsOf(options));
    }),
  ]);
  const isReached = seen.some(host => host.reached);
  const simulated =
    isReached || asked || file.kind !== 'none'
      ? []
      : [note('connection', 'nobody has asked for a host, and nothing is configured: “microscale” shows a simulated one meanwhile')];
  return {
    reached: isReached,
    facts: isReached ? await facts : null,
    control,
    findings: [...seen.flatMap(({findings}) => findings), ...simulated],
  };
}

async function oneHost(
  chosen: ChosenEndpoint,
  why: string,
  lease: string,
  limits: Limits,
): Promise<{reached: boolean; findings: readonly Finding[]}> {
  const before = beforeReaching(chosen, Date.now());
  const patient = examine(chosen, Date.now);
  try {
    const facts = await patient.facts(limits.reachMs);
    const [permissions, held] = await Promise.all([
      patient.permissions(facts.kind, limits.askMs).then(permissionFindings),
      heldBy(patient, facts, lease, limits.askMs),
    ]);
    return {
      reached: true,
      findings: [...before, ...reached(chosen, why, facts), ...permissions, clockFinding(facts.clock, facts.machine), held],
    };
  } catch (error) {
    return {reached: false, findings: [...before, notReached(chosen, why, error as Error, asker())]};
  } finally {
    patient.close();
  }
}

async function heldBy(patient: ReturnType<typeof examine>, {kind}: EngineFacts, lease: string, limitMs: number): Promise<Finding> {
  const watchMs = Math.min(watchMostMs, limitMs * 0.9);
  try {
    const look = await within(limitMs, () => watchLease(patient.lease(kind, lease), watchMs, Date.now));
    return leaseFinding(look, lease, watchMs);
  } catch (error) {
    return note('lease', `who holds “${lease}” couldn't be found out: ${(error as Error).message}`, 'see the permissions above');
  }
}

/** What runs there; null where it can't be told in time, which is said elsewhere. */
async function factsFor(options: Options, file: ReadFile): Promise<HostFacts | null> {
  const {reachMs, askMs} = limitsOf(options);
  try {
    return await within(reachMs + askMs, async () => {
      const filed = file.kind === 'read' ? file.config : null;
      const parts = {options, clock: createRealClock(), seed: 1, filed, config: () => filed, mayAct: () => false};
      const {orchestrator} = await chooseHost(parts);
      try {
        const facts = await orchestrator.connect();
        return facts.kind === 'simulated' ? null : facts;
      } finally {
        await orchestrator.close();
      }
    });
  } catch {
    return null;
  }
}

function asker(): Asker | null {
  if (!process.getuid || !process.getgroups) return null;
  const uid = process.getuid();
  let name: string;
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry in the system's list.
    name = `user ${uid}`;
  }
  return {name, uid, groups: process.getgroups()};
}

function seeTerminal({ascii, color, theme}: Options): Parameters<typeof terminalFindings>[0] {
  const {stdin, stdout} = process;
  const choice = theme ?? 'auto';
  const style = chooseStyle({environment: process.env, ascii, color, theme: choice, colorLevel: 1});
  return {
    environment: process.env,
    input: stdin.isTTY,
    output: stdout.isTTY,
    columns: stdout.columns ?? 0,
    rows: stdout.rows ?? 0,
    depth: stdout.isTTY ? stdout.getColorDepth() : 1,
    unicode: style.symbols.unicode,
    // What the terminal would say of its background is the console's to ask: it alone reads the answer.
    theme: choice === 'auto' ? `auto (${themeFor(choice, process.env)} unless the terminal says otherwise)` : choice,
  };
}

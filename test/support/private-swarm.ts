/**
 * A Swarm for the tests alone: a network namespace and a daemon per node on one bridge, which lies in a namespace of its
 * own so that no other engine's firewall reaches it. Ending a daemon is ending a node.
 */
import {execFileSync, spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, openSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import Docker from 'dockerode';
import {until} from './until.ts';
import {
  answer,
  childrenOf,
  endAndWait,
  findTools,
  forgetProcesses,
  importImage,
  logTail,
  processesNaming,
  stopEngine,
} from './private-engine.ts';

export interface SwarmNode {
  readonly name: string;
  readonly address: string;
  readonly socket: string;
  readonly host: string;
  readonly docker: Docker;
  /** The daemon's process. */
  pid(): number;
  /** Ends the daemon as a power cut would, with every container that it runs. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Takes its network away, and gives it back. */
  cut(): void;
  mend(): void;
}

export interface PrivateSwarm {
  readonly nodes: readonly SwarmNode[];
  /** The node that leads at this moment, as one that is up says. */
  leader(asked?: SwarmNode): Promise<SwarmNode>;
  /** Brings back every node that a test has left dead or cut off. */
  whole(): Promise<void>;
  stop(): void;
}

/** Of the ranges kept for such tests (RFC 2544), which nothing else here uses. */
const subnet = '198.18';

let swarms = 0;

/** Little history, and a node that is lost is known to be within seconds (in nanoseconds, as the engine has it). */
const swarmSpec = {Orchestration: {TaskHistoryRetentionLimit: 1}, Dispatcher: {HeartbeatPeriod: 2e9}};

/** `managers` nodes manage, and `workers` more only work. */
export async function startPrivateSwarm(managers: number, workers = 0): Promise<PrivateSwarm> {
  if (process.getuid?.() !== 0) throw new Error('a private Swarm needs root');
  const {dockerd, busybox} = findTools();
  if (!existsSync('/usr/sbin/ip') && !existsSync('/sbin/ip')) throw new Error('ip is not installed (Debian: apt-get install iproute2)');
  const folder = mkdtempSync(join(tmpdir(), 'microscale-swarm-'));
  // Names of links are short: the process and the count keep runs apart.
  const tag = `${(process.pid % 46_656).toString(36)}${(swarms++).toString(36)}`;
  const third = process.pid % 250;
  const bridge = `msb-${tag}`;
  ip('netns', 'add', bridge);
  ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge');
  ip('-n', bridge, 'link', 'set', 'br0', 'up');
  const made: {readonly node: SwarmNode; daemon(): ChildProcess; isDead(): boolean}[] = [];

  const stop = () => {
    for (const {daemon, node} of made) {
      stopEngine(daemon(), join(folder, node.name));
      tryIp('netns', 'del', `msn-${tag}-${node.name}`);
    }
    tryIp('netns', 'del', bridge);
    rmSync(folder, {recursive: true, force: true});
  };

  function makeNode(index: number): void {
    const name = `n${index + 1}`;
    const space = `msn-${tag}-${name}`;
    const outer = `mb${tag}${index}`;
    const address = `${subnet}.${third}.${index + 1}`;
    const own = join(folder, name);
    const socket = join(own, 'docker.sock');
    mkdirSync(own);
    ip('netns', 'add', space);
    ip('link', 'add', outer, 'netns', bridge, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
    ip('-n', bridge, 'link', 'set', outer, 'master', 'br0', 'up');
    ip('-n', space, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', space, 'link', 'set', 'eth0', 'up');
    ip('-n', space, 'link', 'set', 'lo', 'up');
    const start = () => {
      const log = openSync(join(own, 'log'), 'a');
      const places = ['--data-root', join(own, 'data'), '--exec-root', join(own, 'exec'), '--pidfile', join(own, 'pid')];
      const options = ['-H', `unix://${socket}`, ...places, '--bridge=none', '--iptables=false', '--log-level=warn'];
      return spawn('nsenter', [`--net=/var/run/netns/${space}`, dockerd, ...options], {stdio: ['ignore', log, log], detached: true});
    };
    let daemon = start();
    const node: SwarmNode = {
      name,
      address,
      socket,
      host: `unix://${socket}`,
      docker: new Docker({socketPath: socket}),
      pid: () => daemon.pid ?? 0,
      async kill() {
        const gone = once(daemon, 'exit');
        // The daemon first: it must not live to tell of the end of its containers.
        daemon.kill('SIGKILL');
        await gone;
        // A shim that ends leaves its container: those go with it, as they do when a machine loses its power.
        const helpers = processesNaming(own);
        for (const pid of [...childrenOf(helpers), ...helpers]) endAndWait(pid, 'SIGKILL');
        forgetProcesses(own);
      },
      async restart() {
        // What a killed daemon held (locks, mounts) may take a moment to be given back: the first start may fail.
        for (let tries = 3; ; tries--) {
          daemon = start();
          try {
            return await answer(socket, daemon);
          } catch (error) {
            if (tries === 1) throw new Error(`${(error as Error).message}: ${logTail(own)}`, {cause: error});
            forgetProcesses(own);
          }
        }
      },
      cut: () => ip('-n', bridge, 'link', 'set', outer, 'down'),
      mend: () => ip('-n', bridge, 'link', 'set', outer, 'up'),
    };
    made.push({node, daemon: () => daemon, isDead: () => daemon.exitCode !== null || daemon.signalCode !== null});
  }

  try {
    for (let index = 0; index < managers + workers; index++) makeNode(index);
    await Promise.all(made.map(({node, daemon}) => answer(node.socket, daemon())));
    const nodes = made.map(({node}) => node);
    for (const {socket, name} of nodes) importImage(socket, join(folder, name), busybox);
    const [first] = nodes as [SwarmNode];
    const listening = {ListenAddr: '0.0.0.0:2377'};
    await first.docker.swarmInit({...listening, AdvertiseAddr: first.address, Spec: swarmSpec});
    const {JoinTokens: tokens} = (await first.docker.swarmInspect()) as unknown as {JoinTokens: {Manager: string; Worker: string}};
    for (const [index, {docker, address}] of nodes.entries()) {
      if (index === 0) continue;
      const JoinToken = index < managers ? tokens.Manager : tokens.Worker;
      await docker.swarmJoin({...listening, AdvertiseAddr: address, RemoteAddrs: [`${first.address}:2377`], JoinToken});
    }
    return {
      nodes,
      stop,
      async whole() {
        for (const {node, isDead} of made) {
          node.mend();
          if (isDead()) await node.restart();
        }
        await until('a leader', async () => (await first.docker.listNodes()).length === nodes.length);
      },
      async leader(asked = first) {
        const listed = (await asked.docker.listNodes()) as unknown as {ManagerStatus?: {Leader?: boolean; Addr: string}}[];
        const address = listed.find(({ManagerStatus: status}) => status?.Leader)?.ManagerStatus?.Addr.split(':')[0];
        const found = nodes.find(node => node.address === address);
        if (!found) throw new Error('the Swarm has no leader');
        return found;
      },
    };
  } catch (error) {
    const tails = made.map(({node}) => logTail(join(folder, node.name))).join(' · ');
    stop();
    throw new Error(`the private Swarm did not start: ${(error as Error).message} ${tails}`, {cause: error});
  }
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, {stdio: ['ignore', 'ignore', 'pipe']});
}

function tryIp(...words: readonly string[]): void {
  try {
    ip(...words);
  } catch {
    // It is gone already.
  }
}

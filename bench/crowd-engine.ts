/** Many services on a simulated host, for a console to attach to: `node bench/crowd-engine.ts SOCKET SERVICES CHANGES-A-SECOND`. */
import {createRealClock} from '../source/clock.ts';
import {followDemands} from '../source/commands/demands.ts';
import {createFeed} from '../source/control/feed.ts';
import {createPushes} from '../source/control/pushes.ts';
import {serveControl} from '../source/control/server.ts';
import {createEngine} from '../source/engine.ts';
import {calmHost, createSimulatedHost} from '../source/orchestrators/simulated.ts';
import {branch} from '../source/simulator/chance.ts';
import type {DemandSpec} from '../source/sources/source.ts';
import {spec} from '../test/support/fleets.ts';

const [path = '', count = '500', changes = '1'] = process.argv.slice(2);
const seed = 5;

const names = Array.from({length: Number(count)}, (_, index) => `service-${String(index).padStart(3, '0')}`);
const specs = names.map((name, index) => spec(name, {priority: 1 + (index % 5), max: 6, settleMs: 15_000}));
const everyMs = Math.max(1000, Math.round((1000 * names.length) / Number(changes)));
const demands = new Map<string, readonly DemandSpec[]>(
  names.map(name => [name, [{source: 'random', min: 0, max: 6, everyMs, step: 1, spikes: 0}]]),
);

const clock = createRealClock();
const engine = createEngine({
  clock,
  orchestrator: createSimulatedHost(clock, branch(seed, 'host'), calmHost),
  recorder: null,
  acting: 'auto',
  lease: null,
  surveyed: () => {},
  stepped: (entries, result) => feed.stepped(entries, result),
});
const feed = createFeed(engine, clock);
const pushes = createPushes(clock);
const settings = {project: 'crowd', capacity: names.length * 3, nodeSlots: [], overrideMs: 60_000, modes: []};
await engine.open(() => ({settings, services: specs}));
followDemands(engine, {clock, seed, usage: null, pushes}).follow(demands);
const about = () => ({project: 'crowd', host: 'simulated', hosts: [], config: null, capacity: null, image: null});
await serveControl({path, feed, pushes, about});

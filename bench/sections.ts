/** What is measured, in what order, and where it is kept: one section for each thing that something was promised of. */
import type {PrivateEngine} from '../test/support/private-engine.ts';
import type {PrivateSwarm} from '../test/support/private-swarm.ts';
import {benchCommand, commandLines} from './command.ts';
import {benchConsole, benchCrowd, benchTwenty, consoleLines, crowdLines, twentyLines} from './console.ts';
import {withConfigs} from './console-configs.ts';
import {benchDay, dayLines} from './day.ts';
import {benchEngine, engineLines} from './engine.ts';
import {benchHandover, handoverParts} from './handover.ts';
import {benchKeys, benchLine, keysLines, lineLines} from './line.ts';
import {benchLoad, loadLines} from './load.ts';
import {benchPlanner, plannerLines} from './planner.ts';
import {benchQueue, queueLines} from './queue.ts';
import {benchRecording, recordingLines} from './recording.ts';
import {words, type Line, type Part} from './results.ts';
import {benchStall, stallLines} from './stall.ts';
import {benchStartup, startupLines} from './startup.ts';
import {benchSwarm, swarmLines} from './swarm.ts';
import {benchTakeover, takeoverLines} from './takeover.ts';

/** Hears what is known so far: on a busy machine all rounds take their time. */
export type Keep = (parts: readonly Part[]) => void;

/** The name is what is typed, the title what its part of the file is called. */
export type Section = {readonly name: string; readonly title: string} & (
  | {readonly host: 'none'; readonly measure: () => Promise<readonly Part[]>}
  | {readonly host: 'engine'; readonly measure: (engine: PrivateEngine, keep: Keep) => Promise<readonly Part[]>}
  | {readonly host: 'swarm'; readonly measure: (swarm: PrivateSwarm) => Promise<readonly Part[]>}
);

/** A console is watched for so long. */
const watchedMs = 30_000;

const plain = async (lines: readonly Line[] | Promise<readonly Line[]>): Promise<readonly Part[]> => [words(await lines)];

export const sections: readonly Section[] = [
  {name: 'planner', title: 'Plans', host: 'none', measure: () => plain(plannerLines(benchPlanner([100, 1000, 10_000, 100_000])))},
  {name: 'queue', title: 'A queue', host: 'none', measure: async () => plain(queueLines(await benchQueue([1, 2, 3, 4, 5])))},
  {name: 'day', title: 'A day of measured demand', host: 'none', measure: async () => plain(dayLines(await benchDay()))},
  {name: 'engine', title: 'A thousand a second', host: 'none', measure: async () => plain(engineLines(await benchEngine(3)))},
  {name: 'recording', title: 'A recorded day', host: 'none', measure: async () => plain(recordingLines(await benchRecording()))},
  {
    name: 'line',
    title: 'A slow line',
    host: 'none',
    measure: async () => plain(lineLines([await benchLine(80, 24, 8), await benchLine(140, 40, 8)])),
  },
  {name: 'keys', title: 'A key', host: 'none', measure: async () => plain(keysLines(await benchKeys(50)))},
  {
    name: 'crowd',
    title: 'A console on 500 services',
    host: 'none',
    measure: async () => plain([...crowdLines(await benchCrowd(500, 1, watchedMs)), ...crowdLines(await benchCrowd(500, 50, watchedMs))]),
  },
  {
    name: 'handover',
    title: 'Handovers',
    host: 'engine',
    measure: async ({socket}, keep) => handoverParts(await benchHandover(socket, 5, measured => keep(handoverParts(measured)))),
  },
  {
    name: 'command',
    title: 'Beside the docker-compose command',
    host: 'engine',
    measure: async ({socket}) => plain(commandLines(await benchCommand(socket, 5))),
  },
  {name: 'load', title: 'Under load', host: 'engine', measure: async ({socket}) => plain(loadLines(await benchLoad(socket, 6)))},
  {
    name: 'stall',
    title: 'A terminal that nobody reads',
    host: 'engine',
    measure: async ({socket}) => plain(stallLines(await benchStall(socket, 5))),
  },
  {name: 'startup', title: 'Start-up', host: 'engine', measure: async ({socket}) => plain(startupLines(await benchStartup(socket, 7)))},
  {
    name: 'console',
    title: 'A console on the box',
    host: 'engine',
    measure: ({socket}) => withConfigs(socket, async ({box, quiet}) => plain(consoleLines(await benchConsole(box, quiet, watchedMs)))),
  },
  {
    name: 'twenty',
    title: 'A console on 20 services',
    host: 'engine',
    measure: ({socket}) => withConfigs(socket, async ({twenty}) => plain(twentyLines(await benchTwenty(twenty, watchedMs)))),
  },
  {name: 'swarm', title: 'A Swarm', host: 'swarm', measure: async swarm => plain(swarmLines(await benchSwarm(swarm, 7)))},
  {
    name: 'takeover',
    title: 'An engine that is killed',
    host: 'swarm',
    measure: async swarm => plain(takeoverLines(await benchTakeover(swarm, 5))),
  },
];

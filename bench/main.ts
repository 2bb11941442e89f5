/** `npm run bench [planner|engine|recording|day|queue|handover|command|load|stall|startup|console|crowd|line|swarm …]`: everything that is promised about speed, measured in one run. */
import {mkdtempSync, writeFileSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {startPrivateEngine} from '../test/support/private-engine.ts';
import {startPrivateSwarm} from '../test/support/private-swarm.ts';
import {benchCommand, commandLines} from './command.ts';
import {benchConsole, benchCrowd, benchTwenty, consoleLines, crowdLines, twentyLines} from './console.ts';
import {benchDay, dayLines} from './day.ts';
import {benchEngine, benchRecording, engineLines, recordingLines} from './engine.ts';
import {benchHandover, handoverChart, handoverTable, handoverVerdicts} from './handover.ts';
import {benchKeys, benchLine, lineLines} from './line.ts';
import {benchLoad, loadLines} from './load.ts';
import {benchPlanner, plannerLines} from './planner.ts';
import {benchQueue, queueLines} from './queue.ts';
import {benchStall, stallLines} from './stall.ts';
import {benchStartup, startupLines} from './startup.ts';
import {benchSwarm, swarmLines} from './swarm.ts';
import {asWritten, writeResults} from './results.ts';
import {benchTakeover, takeoverLines} from './takeover.ts';

/** Demand that stays. */
const quietConfig = `
project: quiet
capacity: 10
services:
  web: {priority: 1, image: busybox, pull: never, command: [sleep, "3600"], init: true, networks: [none], demand: {source: fixed, value: 4}}
  batch: {priority: 2, image: busybox, pull: never, command: [sleep, "3600"], init: true, networks: [none], target: fill}
`;

/** One change a second: four of twenty services move, each every four seconds. */
const replica = 'image: busybox, pull: never, command: [sleep, "3600"], init: true, networks: [none], stopGrace: 1s';
const twentyConfig = [
  'project: twenty',
  'capacity: 26',
  'services:',
  ...Array.from({length: 20}, (_, index) => {
    const demand = index < 4 ? '{source: random, min: 1, max: 3, every: 4s, step: 1}' : '{source: fixed, value: 1}';
    return `  service-${index}: {priority: ${1 + (index % 4)}, max: 3, ${replica}, demand: ${demand}}`;
  }),
  '',
].join('\n');

const asked = process.argv.slice(2);
const wanted = (name: string) => asked.length === 0 || asked.includes(name);
const print = (lines: readonly string[]) => console.log(`${lines.join('\n')}\n`);

print([`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`]);
if (wanted('planner')) print(plannerLines(benchPlanner([100, 1000, 10_000, 100_000])));
if (wanted('queue')) print(queueLines(await benchQueue([1, 2, 3, 4, 5])));
if (wanted('day')) print(dayLines(await benchDay()));
if (wanted('engine')) print(engineLines(await benchEngine(3)));
if (wanted('startup')) {
  const lines = startupLines(await benchStartup(7));
  print(lines);
  writeResults('Start-up', asWritten(lines));
}
if (wanted('recording')) print(recordingLines(await benchRecording()));
if (wanted('line')) {
  const keys = await benchKeys(50);
  const lines = lineLines([await benchLine(80, 24, 8), await benchLine(140, 40, 8)], keys);
  print(lines);
  writeResults('A slow line', asWritten(lines));
}
if (wanted('crowd')) {
  const lines = [...crowdLines(await benchCrowd(500, 1, 30_000)), ...crowdLines(await benchCrowd(500, 50, 30_000))];
  print(lines);
  writeResults('A console on 500 services', asWritten(lines));
}
if (wanted('swarm')) {
  const swarm = await startPrivateSwarm(3);
  try {
    print(swarmLines(await benchSwarm(swarm, 7)));
    print(takeoverLines(await benchTakeover(swarm, 5)));
  } finally {
    swarm.stop();
  }
}
if (wanted('handover') || wanted('command') || wanted('load') || wanted('stall') || wanted('console')) {
  const engine = await startPrivateEngine();
  try {
    if (wanted('handover')) {
      const keep = (known: Awaited<ReturnType<typeof benchHandover>>) =>
        writeResults('Handovers', [
          ...asWritten(handoverVerdicts(known)),
          '',
          ...handoverTable(known),
          '',
          ...asWritten(handoverChart(known)),
        ]);
      const measured = await benchHandover(engine.socket, 5, keep);
      for (const lines of [handoverVerdicts(measured), handoverTable(measured), handoverChart(measured)]) print(lines);
    }
    if (wanted('command')) {
      const lines = commandLines(await benchCommand(engine.socket, 5));
      print(lines);
      writeResults('Beside the docker-compose command', asWritten(lines));
    }
    if (wanted('load')) {
      const lines = loadLines(await benchLoad(engine.socket, 6));
      print(lines);
      writeResults('Under load', asWritten(lines));
    }
    if (wanted('stall')) {
      const lines = stallLines(await benchStall(engine.socket, 5));
      print(lines);
      writeResults('A terminal that nobody reads', asWritten(lines));
    }
    if (wanted('console')) {
      const folder = mkdtempSync(join(tmpdir(), 'microscale-bench-'));
      const quiet = join(folder, 'quiet.yaml');
      writeFileSync(quiet, quietConfig);
      const host = ['--host', `unix://${engine.socket}`, '--on-exit', 'drain'];
      const twenty = join(folder, 'twenty.yaml');
      writeFileSync(twenty, twentyConfig);
      const lines = twentyLines(await benchTwenty([...host, '--config', twenty, '--seed', '5'], 30_000));
      print(lines);
      writeResults('A console on 20 services', asWritten(lines));
      print(consoleLines(await benchConsole([...host, '--seed', '5'], [...host, '--config', quiet], 30_000)));
    }
  } finally {
    engine.stop();
  }
}

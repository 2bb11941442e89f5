/**
 * `npm run bench [planner|engine|startup|handover …]`: everything that is promised about speed, measured in one run, printed
 * and kept in `results.md`. Once all was measured it ends with 1 if a promise was broken or could not be measured.
 */
import {startPrivateEngine} from '../test/support/private-engine.ts';
import {startPrivateSwarm} from '../test/support/private-swarm.ts';
import {machineWords, writeResults} from './results.ts';
import {runSections} from './run.ts';
import {sections} from './sections.ts';

const managers = 3;

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !sections.some(section => section.name === name));
if (unknown.length > 0) {
  console.error(`nothing is called ${unknown.join(', ')} here; there are: ${sections.map(({name}) => name).join(', ')}`);
  process.exit(2);
}

const tell = (lines: readonly string[]) => console.log(lines.join('\n'));
tell([machineWords(), '']);
const misses = await runSections(asked.length === 0 ? sections : sections.filter(({name}) => asked.includes(name)), {
  startEngine: startPrivateEngine,
  startSwarm: () => startPrivateSwarm(managers),
  tell,
  write: writeResults,
});
if (misses.length > 0) {
  tell(['promises that were broken', ...misses.map(words => `  ${words}`)]);
  process.exitCode = 1;
}

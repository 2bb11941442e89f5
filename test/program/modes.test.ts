/** Modes as whoever runs the program sees them: begun by a demand, overruled by an operator, handed on with the lease. */
import {readFileSync, renameSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect} from 'vitest';
import {engineTest, socket as engineSocket, sweep} from '../support/engine.ts';
import {emptyFolder, run, type Run} from '../support/program.ts';
import {until} from '../support/until.ts';

const project = 'modes';
const idle = `[sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]`;
let tests = 0;
const config = () => `
project: ${project}
lease: ${project}-${++tests}
capacity: 6
services:
  web: {priority: 1, max: 2, image: busybox, pull: never, command: ${idle}, networks: [none], stopGrace: 2s, demand: {source: file, path: web}}
  batch: {priority: 2, image: busybox, pull: never, command: ${idle}, networks: [none], stopGrace: 2s, target: fill}
modes:
  sale:
    say: The site stays up.
    when: {service: web, demand: {above: 4, for: 200ms}}
    until: {service: web, demand: {below: 2, for: 200ms}}
    services: {web: {max: 5}}
`;

const started: Run[] = [];
afterEach(async () => {
  for (const {child, ended} of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await sweep(project);
});

/** A demand, as whatever measures it would write it: in one piece. */
function demand(folder: string, value: number): void {
  writeFileSync(join(folder, 'web.next'), `${value}\n`);
  renameSync(join(folder, 'web.next'), join(folder, 'web'));
}

async function startEngine(folder: string, name: string): Promise<Run> {
  const control = join(folder, `${name}.sock`);
  const engine = run(['run', '--host', `unix://${engineSocket}`, '--socket', control, '--audit', join(folder, `${name}.jsonl`)], folder);
  started.push(engine);
  await until('its socket', () => statSync(control, {throwIfNoEntry: false})?.isSocket());
  return engine;
}

const tells = (engine: Run, text: string) => until(`the engine to say ${text}`, () => engine.output().includes(text));

describe('a mode', () => {
  engineTest('begins and ends by demand, gives way to an operator, and every place says why', async () => {
    const folder = emptyFolder({'microscale.yaml': config()});
    demand(folder, 1);
    const engine = await startEngine(folder, 'one');
    await tells(engine, 'this engine acts');
    const ask = async (...words: readonly string[]) => {
      const asked = run([...words, '--socket', join(folder, 'one.sock')], folder);
      await asked.ended;
      return asked.output() + asked.errors();
    };
    expect(await ask('status')).toContain('mode: normal (there are also sale, auto)');
    demand(folder, 5);
    await tells(engine, 'normal → sale, web above 4 for 200 ms: The site stays up.');
    expect(await ask('status')).toContain('mode: sale, web above 4 for 200 ms (there are also normal, auto)');
    await tells(engine, '2→5');
    expect(await ask('mode', 'normal', '--for', '1h')).toContain('mode normal');
    expect(await ask('status')).toMatch(/mode: normal, by \S+ until \d\d:\d\d:\d\d/);
    await tells(engine, '5→2');
    expect(await ask('mode', 'auto')).toContain('the mode follows the circumstances: sale');
    expect(await ask('mode', 'auto')).toContain('refused: the mode follows the circumstances already');
    demand(folder, 1);
    await tells(engine, 'sale → normal, web below 2 for 200 ms');
    const audited = () =>
      readFileSync(join(folder, 'one.jsonl'), 'utf8')
        .split('\n')
        .filter(line => line.includes('"kind":"mode"') && line.endsWith('}'))
        .map(line => JSON.parse(line) as {from: string; to: string; why: string})
        .map(({from, to, why}) => `${from} ${to} ${why}`);
    await until('the audit to have it all', () => audited().length >= 4);
    expect(audited()).toEqual([
      'normal sale web above 4 for 200 ms',
      'sale normal chosen',
      'normal sale left to the circumstances',
      'sale normal web below 2 for 200 ms',
    ]);
  });

  engineTest('that a demand has begun goes on with the next engine, which can’t have seen it begin', async () => {
    const folder = emptyFolder({'microscale.yaml': config()});
    demand(folder, 5);
    const one = await startEngine(folder, 'one');
    await tells(one, 'normal → sale, web above 4 for 200 ms');
    // Between the two lines nobody could tell from the demand alone.
    demand(folder, 3);
    await tells(one, '5→3');
    const two = await startEngine(folder, 'two');
    await tells(two, 'this engine watches');
    one.child.kill('SIGTERM');
    await tells(two, 'this engine acts');
    await tells(two, 'normal → sale, as the last holder of the lease left it');
    demand(folder, 1);
    await tells(two, 'sale → normal, web below 2 for 200 ms');
  });
});

import {readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect} from 'vitest';
import {containersOf, docker, engineTest, runningCounts, socket, sweep} from '../support/engine.ts';
import {emptyFolder, run, type Run} from '../support/program.ts';
import {until} from '../support/until.ts';

const project = 'steps';
const capacity = 10;

const started: Run[] = [];

afterEach(async () => {
  for (const {child, ended} of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await sweep(project);
});

/** A lease for each test: what one leaves behind is not the next one's to inherit. */
let tests = 0;
const withLease = (text: string) => `lease: ${project}-${++tests}\n${text}`;
const config = `
project: ${project}
capacity: ${capacity}
services:
  web:
    priority: 1
    max: ${capacity}
    image: busybox
    pull: never
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]
    networks: [none]
    demand: {source: file, path: demand}
  batch:
    priority: 2
    image: busybox
    pull: never
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"]
    networks: [none]
    target: fill
`;

function folderWith(demand: number): string {
  return emptyFolder({'microscale.yaml': withLease(config), demand: String(demand)});
}

function start(folder: string, ...more: readonly string[]): Run {
  const running = run(['run', '--host', `unix://${socket}`, ...more], folder);
  started.push(running);
  return running;
}

/** Puts another file in the place of the old one, as careful writers do. */
function demand(folder: string, value: number): void {
  writeFileSync(join(folder, 'demand.new'), String(value));
  renameSync(join(folder, 'demand.new'), join(folder, 'demand'));
}

async function reaches(web: number): Promise<void> {
  const batch = capacity - web;
  await until(`web ${web}, batch ${batch}`, async () => {
    const counts = await runningCounts(project);
    return (counts['web'] ?? 0) === web && (counts['batch'] ?? 0) === batch;
  });
}

/** Looks as often as it can, and remembers the most containers that it ever saw running. */
function watchMost(): {stop(): Promise<number>} {
  let most = 0;
  let over = false;
  const watching = (async () => {
    while (!over) most = Math.max(most, (await containersOf(project)).length);
  })();
  return {
    async stop() {
      over = true;
      await watching;
      return most;
    },
  };
}

const identities = async () =>
  (await Promise.all((await containersOf(project)).map(({Id: id}) => docker().getContainer(id).inspect())))
    .map(({Id: id, State: {StartedAt: startedAt}}) => `${id} ${startedAt}`)
    .toSorted();

describe('on a real engine', () => {
  engineTest('priority 1 meets each step of its demand, the rest is batch, and never are there more than the slots', async () => {
    const folder = folderWith(2);
    const running = start(folder);
    await reaches(2);
    const most = watchMost();
    for (const step of [8, 3, 9, 2]) {
      demand(folder, step);
      await reaches(step);
    }
    expect(await most.stop()).toBeLessThanOrEqual(capacity);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });

  engineTest('containers that are killed or removed from outside are replaced, and told among the decisions', async () => {
    const folder = folderWith(4);
    const running = start(folder);
    await reaches(4);
    const before = (await containersOf(project)).map(({Id: id}) => id);
    await Promise.all(before.slice(0, 5).map(id => docker().getContainer(id).kill()));
    await docker()
      .getContainer(before[6] ?? '')
      .remove({force: true});
    await until('those to be gone', async () => {
      const now = (await containersOf(project)).map(({Id: id}) => id);
      return before.slice(0, 5).every(id => !now.includes(id));
    });
    await reaches(4);
    await until('it to be told', () => /steps-(web|batch)-\d+ was killed, not by microscale/.test(running.output()));
  });

  engineTest('an edit to an image that is not there costs no replica, and is said', async () => {
    const folder = folderWith(5);
    const running = start(folder);
    await reaches(5);
    const before = await identities();
    const path = join(folder, 'microscale.yaml');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('image: busybox', 'image: nosuchimage:1'));
    running.child.kill('SIGHUP');
    await until('it to be said', () => running.output().includes('image nosuchimage:1 is not on the host'));
    expect(await identities()).toEqual(before);
    const edited = running.output().length;
    writeFileSync(path, text);
    running.child.kill('SIGHUP');
    await until('it to work again', () => running.output().slice(edited).includes('works again'));
    await reaches(5);
    expect(await identities()).toEqual(before);
  });

  engineTest('SIGTERM, SIGINT and a crash leave the counts as they are, and a second start restarts none', async () => {
    const folder = folderWith(6);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
      const running = start(folder);
      await reaches(6);
      await until('all to be quiet', async () => (await containersOf(project, true)).length === capacity);
      const before = await identities();
      running.child.kill(signal);
      await running.ended;
      expect(await identities()).toEqual(before);
      const again = start(folder);
      await until('the second to act', () => again.output().includes('microscale  steps'));
      demand(folder, 6);
      await reaches(6);
      expect(await identities()).toEqual(before);
      again.child.kill('SIGTERM');
      await again.ended;
      expect(await identities()).toEqual(before);
    }
  });

  engineTest('SIGHUP reloads, and leaves the counts alone where nothing changed', async () => {
    const folder = folderWith(5);
    const running = start(folder);
    await reaches(5);
    const before = await identities();
    running.child.kill('SIGHUP');
    await until('the configuration to be read again', () => running.output().split('2 services, 10 slots').length > 2);
    expect(await identities()).toEqual(before);
    expect(running.child.exitCode).toBeNull();
  });

  engineTest('an edited configuration is taken up while it runs; a bad edit keeps the old one and says why', async () => {
    const folder = folderWith(5);
    const running = start(folder);
    await reaches(5);
    writeFileSync(join(folder, 'microscale.yaml'), config.replace('max: 10', 'mxa: 10'));
    await until('the mistake to be told', () => running.output().includes('configuration not taken, the old one stays'));
    expect(running.output()).toContain('services.web.mxa  is not a known key: did you mean “max”?');
    await reaches(5);
    writeFileSync(join(folder, 'microscale.yaml'), config.replace('max: 10', 'max: 3'));
    await reaches(3);
  });

  engineTest('a source that is lost changes nothing, and is followed again when it is back', async () => {
    const folder = folderWith(7);
    const running = start(folder);
    await reaches(7);
    writeFileSync(join(folder, 'demand'), 'not a number');
    await until('the loss to be told', () => running.output().includes('source lost'));
    await reaches(7);
    demand(folder, 4);
    await reaches(4);
  });

  engineTest('--on-exit drain stops what it started, restore puts back what it found', async () => {
    const folder = folderWith(4);
    const first = start(folder);
    await reaches(4);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = start(folder, '--on-exit', 'restore');
    await until('the second to act', () => second.output().includes('microscale  steps'));
    demand(folder, 9);
    await reaches(9);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    await reaches(4);
    const third = start(folder, '--on-exit', 'drain');
    await until('the third to act', () => third.output().includes('microscale  steps'));
    third.child.kill('SIGTERM');
    expect(await third.ended).toBe(0);
    await until('nothing to be left', async () => (await containersOf(project, true)).length === 0);
    // What it emptied is not empty for ever.
    start(folder);
    await reaches(9);
  });

  engineTest('an image that can’t be had is one clear line, and the others go on', async () => {
    const folder = emptyFolder({
      'microscale.yaml': withLease(config.replace('image: busybox', 'image: localhost:1/nothing').replace('pull: never', 'pull: missing')),
      demand: '4',
    });
    const running = start(folder);
    await until('the failure to be told', () => /web +.*localhost:1/.test(running.output()));
    await until('batch to use the slots, but for one to try in', async () => (await runningCounts(project))['batch'] === capacity - 1);
    expect(running.output() + running.errors()).not.toMatch(/\n\s+at /);
  });

  engineTest('a dry run and a plan change nothing', async () => {
    const folder = folderWith(4);
    const dry = start(folder, '--dry-run', '--for', '1s');
    expect(await dry.ended).toBe(0);
    expect(dry.output()).toContain('DRY-RUN');
    const plan = run(['plan', '--host', `unix://${socket}`], folder);
    expect(await plan.ended).toBe(0);
    expect(plan.output()).toMatch(/web +1 +4 +0 +4 +demand 4/);
    expect(await containersOf(project, true)).toEqual([]);
  });
});

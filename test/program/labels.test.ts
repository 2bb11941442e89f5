/** A stack file, and a Compose project, with labels and nothing else: found, run, and still their own tools'. */
import {execFileSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import Docker from 'dockerode';
import {afterEach, describe, expect, onTestFinished} from 'vitest';
import {engineTest} from '../support/engine.ts';
import {startPrivateEngine} from '../support/private-engine.ts';
import {emptyFolder, run, type Run} from '../support/program.ts';
import {containersOn, countOn, swarmForTests, sweepSwarm} from '../support/swarm.ts';
import {until} from '../support/until.ts';

const swarm = swarmForTests(1, 1);
const idle = '[sh, -c, "trap \'exit 0\' TERM; while :; do sleep 3600 & wait; done"]';

const started: Run[] = [];
afterEach(async () => {
  for (const {child, ended} of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

function start(words: readonly string[], folder: string): Run {
  const running = run(words, folder);
  started.push(running);
  return running;
}

const labels = (indent: string, web: string, batch: string) => ({
  web: web
    .trim()
    .split('\n')
    .map(line => indent + line.trim())
    .join('\n'),
  batch: batch
    .trim()
    .split('\n')
    .map(line => indent + line.trim())
    .join('\n'),
});

const said = (folder: string, indent: string) =>
  labels(
    indent,
    `microscale.priority: "1"
     microscale.max: "5"
     microscale.demand.source: file
     microscale.demand.path: ${join(folder, 'demand')}
     microscale.handoverWithin: 1s`,
    `microscale.priority: "2"
     microscale.target: fill`,
  );

describe('labels and nothing else', () => {
  swarm.test(
    'a stack is found and run on a Swarm; a service that is deployed later joins, one with a wrong label is left alone',
    async () => {
      const [manager] = swarm().nodes;
      if (!manager) throw new Error('there is no manager');
      const folder = emptyFolder({demand: '3'});
      const {web, batch} = said(folder, '        ');
      const stack = (more = '') => `version: "3.8"
services:
  web:
    image: busybox
    command: ${idle}
    stop_grace_period: 2s
    deploy:
      labels:
${web}
  batch:
    image: busybox
    command: ${idle}
    stop_grace_period: 2s
    deploy:
      labels:
${batch}
${more}
networks:
  default:
    external: true
    name: host
`;
      const deploy = (text: string) => {
        writeFileSync(join(folder, 'stack.yaml'), text);
        execFileSync('docker', ['-H', manager.host, 'stack', 'deploy', '-c', 'stack.yaml', '--resolve-image', 'never', 'shop'], {
          cwd: folder,
          stdio: 'ignore',
        });
      };
      deploy(stack());
      const running = start(['run', '--host', manager.host, '--capacity', '6', '--socket', join(folder, 'c.sock')], folder);
      const reaches = (webs: number, batches: number) =>
        until(`web ${webs}, batch ${batches}`, async () => {
          const counts = await Promise.all([countOn(swarm(), 'shop_web'), countOn(swarm(), 'shop_batch')]);
          return counts[0] === webs && counts[1] === batches;
        });
      await reaches(3, 3);
      expect(running.output()).toContain('web can wait 1s for a handover, and batch may take 2s to stop');
      const planned = run(['plan', '--host', manager.host, '--capacity', '6'], folder);
      expect(await planned.ended).toBe(0);
      expect(planned.output()).toContain('!  web can wait 1s for a handover, and batch may take 2s to stop: shorten its stop grace period');
      writeFileSync(join(folder, 'demand'), '5');
      await reaches(5, 1);
      deploy(
        stack(`  mail:
    image: busybox
    command: ${idle}
    stop_grace_period: 2s
    deploy: {replicas: 0, labels: {microscale.priority: "1", microscale.min: "1", microscale.target: fill, microscale.max: "1"}}
  odd:
    image: busybox
    command: ${idle}
    stop_grace_period: 2s
    deploy: {replicas: 1, labels: {microscale.priority: first, microscale.target: fill}}
`),
      );
      // The deployment itself puts every count back to what the file says: that is noticed, and mended.
      await until('the one that came to be run', async () => (await countOn(swarm(), 'shop_mail')) === 1);
      await reaches(5, 0);
      await until('the wrong label to be told', () =>
        running.output().includes('Swarm service shop_odd is left alone: label microscale.priority  expected a number, not "first"'),
      );
      expect(await countOn(swarm(), 'shop_odd')).toBe(1);
      running.child.kill('SIGTERM');
      expect(await running.ended).toBe(0);
      await sweepSwarm(swarm());
      expect(await containersOn(swarm())).toEqual([]);
    },
  );

  engineTest('a Compose project is found and run, and Compose’s own ps and down still know it', async () => {
    if (!existsSync('/usr/bin/docker-compose')) throw new Error('docker-compose is not installed (Debian: apt-get install docker-compose)');
    // An engine of its own: labels alone name no lease, and share the usual one with whoever else runs there.
    const engine = await startPrivateEngine();
    onTestFinished(engine.stop);
    const docker = new Docker({socketPath: engine.socket});
    const folder = emptyFolder({demand: '2'});
    const {web, batch} = said(folder, '      ');
    const compose = (...words: string[]) =>
      execFileSync('docker-compose', ['-p', 'labelled', ...words], {
        cwd: folder,
        env: {...process.env, DOCKER_HOST: `unix://${engine.socket}`},
        stdio: ['ignore', 'pipe', 'ignore'],
        encoding: 'utf8',
      });
    writeFileSync(
      join(folder, 'docker-compose.yaml'),
      `version: "2.4"
services:
  web:
    image: busybox
    command: ${idle}
    network_mode: none
    stop_grace_period: 2s
    labels:
${web}
  batch:
    image: busybox
    command: ${idle}
    network_mode: none
    stop_grace_period: 2s
    labels:
${batch}
`,
    );
    compose('up', '-d');
    const running = start(
      ['run', '--host', `unix://${engine.socket}`, '--capacity', '5', '--socket', join(folder, 'c.sock')],
      emptyFolder(),
    );
    const counts = async () => {
      const containers = await docker.listContainers({filters: JSON.stringify({label: ['com.docker.compose.project=labelled']})});
      const of = (service: string) => containers.filter(({Labels: own}) => own['com.docker.compose.service'] === service).length;
      return `${of('web')} ${of('batch')}`;
    };
    await until('web 2, batch 3', async () => (await counts()) === '2 3');
    writeFileSync(join(folder, 'demand'), '4');
    await until('web 4, batch 1', async () => (await counts()) === '4 1');
    expect(compose('ps', '-q').trim().split('\n')).toHaveLength(5);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    compose('down');
    expect(await docker.listContainers({all: true, filters: JSON.stringify({label: ['com.docker.compose.project=labelled']})})).toEqual([]);
  });
});

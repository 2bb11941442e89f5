/** The examples are what people copy: each is read as it will be. */
import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {flagSpecs, readOptions, whyWrongFlag} from '../source/commands/flags.ts';
import {fitToHost, preflight} from '../source/config/capacity.ts';
import {loadConfig, loadLabelled} from '../source/config/file.ts';
import {modeHints} from '../source/config/mode-hints.ts';
import {readLabels} from '../source/config/labels.ts';
import {readinessNotes} from '../source/config/readiness.ts';
import {parseDuration, parseSize} from '../source/config/units.ts';
import type {FoundService} from '../source/ports.ts';

/** As much of a Compose file as this reads. */
interface ComposeService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly stop_grace_period: string;
  readonly volumes?: readonly {readonly source: string; readonly target: string}[];
  readonly deploy: {
    readonly replicas?: number;
    readonly labels?: Readonly<Record<string, unknown>>;
    readonly placement?: {readonly constraints: readonly string[]};
    readonly resources: {readonly reservations: {readonly cpus?: string; readonly memory: string}};
  };
}

const example = (name: string) => `examples/${name}`;

function servicesOf(name: string): readonly (readonly [string, ComposeService])[] {
  const {services} = parse(readFileSync(example(name), 'utf8')) as {services: Record<string, ComposeService>};
  return Object.entries(services);
}

/** As a host would say that it found them. */
function foundIn(name: string, labelsOf: (service: ComposeService) => ComposeService['labels']): readonly FoundService[] {
  return servicesOf(name).map(([shortName, service]) => {
    const {cpus, memory} = service.deploy.resources.reservations;
    return {
      hostName: `shop_${shortName}`,
      shortName,
      title: `service shop_${shortName}`,
      labels: Object.fromEntries(Object.entries(labelsOf(service) ?? {}).map(([key, value]) => [key, String(value)])),
      cpus: cpus === undefined ? null : Number(cpus),
      memoryBytes: parseSize(memory),
      stopGraceMs: parseDuration(service.stop_grace_period) ?? Number.NaN,
      unfit: null,
    };
  });
}

/** The options of a command line, read as the program reads them; only flags that take a value may be in it. */
function optionsOf(words: readonly string[]) {
  expect(whyWrongFlag(words)).toBeNull();
  const given: Record<string, string | readonly string[] | boolean> = {};
  for (let index = 0; index < words.length; index++) {
    const name = words[index]?.replace(/^--/, '').replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()) ?? '';
    const spec = Object.entries(flagSpecs).find(([known]) => known === name)?.[1];
    if (spec === undefined) throw new Error(`“${words[index]}” is no flag`);
    if (spec.type === 'boolean') given[name] = true;
    else given[name] = 'isMultiple' in spec ? [words[++index] ?? ''] : (words[++index] ?? '');
  }
  const usual = Object.entries(flagSpecs).flatMap(([name, spec]) => ('default' in spec ? [[name, spec.default] as const] : []));
  const flags: unknown = {...Object.fromEntries(usual), ...given};
  return readOptions(flags as Parameters<typeof readOptions>[0], 'run');
}

describe('examples/shop.yaml', () => {
  test('is a configuration without a mistake', () => {
    const config = loadConfig(example('shop.yaml'));
    expect(config.services.map(({name}) => name)).toEqual(['web', 'checkout', 'mail', 'reports', 'batch']);
    expect(config.notes).toEqual([]);
    expect(preflight(config)).toEqual([]);
  });
});

describe('examples/sale.yaml', () => {
  test('is a configuration without a mistake, with a mode of each kind, of which check says who wins', () => {
    const config = loadConfig(example('sale.yaml'));
    expect(config.modes.map(({name, when}) => [name, when.map(({kind}) => kind)])).toEqual([
      ['sale', ['demand']],
      ['friday-mail', ['schedule']],
      ['incident', []],
    ]);
    expect(config.notes).toEqual([]);
    expect(modeHints(config, Date.now())).toEqual([expect.stringContaining('then sale holds, which comes first')]);
    expect(preflight(config)).toEqual([]);
  });
});

describe.each([
  ['stack.yaml', (service: ComposeService) => service.deploy.labels],
  ['compose.yaml', (service: ComposeService) => service.labels],
])('examples/%s', (name, labelsOf) => {
  const found = foundIn(name, labelsOf);

  test('has three services, and labels that are understood', () => {
    expect(found).toHaveLength(3);
    for (const {labels} of found) {
      const {fields, problems} = readLabels(labels);
      expect(problems).toEqual([]);
      expect(fields).toMatchObject({priority: expect.any(Number), min: expect.any(Number), max: expect.any(Number)});
    }
  });

  test('is all that microscale needs to know', () => {
    const config = loadLabelled('x', 10, found);
    expect(config.project).toBe('shop');
    expect(config.services.map(({name: service, priority, target}) => [service, priority, target])).toEqual([
      ['web', 1, {kind: 'direct'}],
      ['pay', 2, {kind: 'perReplica', value: 25}],
      ['batch', 3, {kind: 'fill'}],
    ]);
    expect([...config.demands].map(([service, demands]) => [service, ...demands.map(({source}) => source)])).toEqual([
      ['web', 'random'],
      ['pay', 'file'],
    ]);
    expect(config.adopted.size).toBe(3);
    expect(config.notes).toEqual([]);
    expect(preflight(config)).toEqual([]);
  });

  test('reserves what the slots can be counted by', () => {
    const config = loadLabelled('x', 'auto', found);
    const node = {name: 'one', cpus: 1, memoryBytes: 1024 ** 3, reserved: []};
    const {settings, problems} = fitToHost(config, {title: 'swarm', nodes: [node]});
    expect(problems).toEqual([]);
    expect(settings.capacity).toBe(10);
  });
});

describe('examples/microscale-stack.yaml', () => {
  const [[, service] = [], ...others] = servicesOf('microscale-stack.yaml');

  test('runs on managers, beside each other, with the engine’s socket', () => {
    expect(others).toEqual([]);
    expect(service?.image).toBe('registry.example.com/microscale:latest');
    expect(service?.deploy).toMatchObject({replicas: 2, placement: {constraints: ['node.role == manager'], max_replicas_per_node: 1}});
    expect(service?.volumes).toContainEqual({type: 'bind', source: '/var/run/docker.sock', target: '/var/run/docker.sock'});
    // It must not take itself for a service to scale.
    expect(readLabels((service?.deploy.labels ?? {}) as Record<string, string>).fields).toBeNull();
  });

  test('gives flags that are known', () => {
    const [verb, ...words] = service?.command ?? [];
    expect(verb).toBe('run');
    expect(optionsOf(words)).toMatchObject({capacity: 'auto', metrics: ':9180', hosts: ['unix:///var/run/docker.sock'], json: true});
  });
});

describe('examples/microscale.service', () => {
  const lines = readFileSync(example('microscale.service'), 'utf8').split('\n');
  const setting = (name: string) => lines.filter(line => line.startsWith(`${name}=`)).map(line => line.slice(name.length + 1));

  test('gives flags that are known', () => {
    const [program, verb, ...words] = setting('ExecStart')[0]?.split(' ') ?? [];
    expect([program, verb]).toEqual(['microscale', 'run']);
    expect(optionsOf(words)).toMatchObject({
      config: '/etc/microscale/microscale.yaml',
      metrics: '127.0.0.1:9180',
      audit: '/var/log/microscale/audit.jsonl',
    });
  });

  test('has what microscale writes to, and leaves it the engine’s socket and its own', () => {
    expect(setting('Group')).toEqual(['docker']);
    expect(setting('RuntimeDirectory')).toEqual(['microscale']);
    expect(setting('RuntimeDirectoryMode')).toEqual(['0750']);
    expect(setting('LogsDirectory')).toEqual(['microscale']);
    expect(setting('ExecReload')).toEqual(['kill -HUP $MAINPID']);
    expect(setting('Restart')).toEqual(['on-failure']);
    expect(setting('RestrictAddressFamilies')[0]?.split(' ')).toContain('AF_UNIX');
    for (const name of ['User', 'DynamicUser', 'PrivateNetwork', 'PrivateUsers', 'MemoryDenyWriteExecute', 'InaccessiblePaths'])
      expect(setting(name), name).toEqual([]);
  });

  test('is written in lines that systemd reads', () => {
    for (const line of lines) expect(line).toMatch(/^(#.*|\[[A-Z][a-z]+\]|[A-Z][A-Za-z]+=.*|)$/);
  });
});

test('no example is left unread', () => {
  expect(readdirSync('examples').toSorted()).toEqual([
    'compose.yaml',
    'microscale-stack.yaml',
    'microscale.service',
    'ready.yaml',
    'sale.yaml',
    'shop.yaml',
    'stack.yaml',
  ]);
});

test('what is kept ready is fit for it: nobody calls what waits paused or is frozen', () => {
  const config = loadConfig(example('ready.yaml'));
  const [orders, web, reports] = ['orders', 'web', 'reports'].map(name => config.services.find(service => service.name === name));
  expect(orders?.standby).toEqual({kind: 'kept', replicas: 4, state: 'paused', forMs: 3_600_000});
  expect(web).toMatchObject({standby: {kind: 'kept', replicas: 2, state: 'created'}, preempt: {kind: 'stop'}});
  expect(reports).toMatchObject({preempt: {kind: 'freeze', max: 8, forMs: 7_200_000, thenStop: false}, victim: 'leastBusy'});
  const node = {name: 'host', cpus: 4, memoryBytes: 8 * 1024 ** 3, reserved: []};
  expect(readinessNotes(config, {kind: 'docker', nodes: [node]})).toEqual([]);
});

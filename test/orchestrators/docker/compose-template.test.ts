import type {ContainerInfo} from 'dockerode';
import {describe, expect, test} from 'vitest';
import {composeServices, foundOf, limitsOf, siblingName} from '../../../source/orchestrators/docker/compose.ts';
import {isHealthchecked, siblingOf, type Template} from '../../../source/orchestrators/docker/compose-template.ts';
import {composeOwner, ownerOf} from '../../../source/orchestrators/docker/owner.ts';

const id = 'c7c9468fc10d1e6c21753b6208178c4194f8acedf23a4ff698dad1589b9cef81';
const anonymous = 'a'.repeat(64);
const labels = (service: string, number: number, more: Record<string, string> = {}) => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': service,
  'com.docker.compose.container-number': String(number),
  'com.docker.compose.oneoff': 'False',
  ...more,
});

function template(config: object = {}, hostConfig: object = {}, networks: Template['NetworkSettings'] = {}): Template {
  return {
    Id: id,
    Name: '/shop-web-1',
    Image: 'sha256:1234',
    Config: {Image: 'shop/web', Hostname: id.slice(0, 12), Labels: labels('web', 1), ...config},
    HostConfig: {NetworkMode: 'shop_default', ...hostConfig},
    NetworkSettings: networks,
  };
}

describe('whose a container is', () => {
  test.each([
    ['a Compose service’s', labels('web', 1), {kind: 'compose', project: 'shop', service: 'web'}],
    ['nobody’s, made by “docker compose run”', labels('web', 1, {'com.docker.compose.oneoff': 'True'}), null],
    ['microscale’s', {'microscale.project': 'shop', 'microscale.service': 'web'}, {kind: 'made', project: 'shop', service: 'web'}],
    ['nobody’s', {team: 'shop'}, null],
  ])('%s', (_title, given, expected) => expect(ownerOf(given)).toEqual(expected));

  test('is said back from its name', () =>
    expect(composeOwner('shop/web.api')).toEqual({kind: 'compose', project: 'shop', service: 'web.api'}));
});

describe('a found service', () => {
  const container = (Id: string, Created: number, Labels: Record<string, string>) => ({Id, Created, Labels}) as unknown as ContainerInfo;

  test('is said by its newest container, and services by their names', () => {
    const services = composeServices([
      container('old', 1, labels('web', 1)),
      container('db', 2, labels('db', 1)),
      container('new', 3, labels('web', 2)),
      container('none', 4, {}),
    ]);
    expect(services.map(({containers}) => containers.map(({Id}) => Id))).toEqual([['db'], ['new', 'old']]);
  });

  test('has our labels alone', () => {
    const newest = container('x', 1, labels('web', 1, {'microscale.priority': '1', 'com.microscaling.priority': '2', team: 'shop'}));
    const limits = {cpus: null, memoryBytes: null, stopGraceMs: 10_000};
    expect(foundOf(composeOwner('shop/web'), newest, limits)).toMatchObject({
      hostName: 'shop/web',
      shortName: 'web',
      title: 'Compose service shop/web',
      labels: {'com.microscaling.priority': '2', 'microscale.priority': '1'},
      unfit: null,
    });
  });

  test.each([
    [
      {Config: {}, HostConfig: {NanoCpus: 0, Memory: 0}},
      {cpus: null, memoryBytes: null, stopGraceMs: 10_000},
    ],
    [
      {Config: {StopTimeout: 0}, HostConfig: {NanoCpus: 5e8, Memory: 1024}},
      {cpus: 0.5, memoryBytes: 1024, stopGraceMs: 0},
    ],
  ])('has limits', (inspected, expected) => expect(limitsOf(inspected)).toEqual(expected));
});

test.each([
  ['/shop-web-1', 1, 'shop-web-3'],
  ['/shop_web_1', 1, 'shop_web_3'],
  ['/shop-web2-12', 12, 'shop-web2-3'],
  ['/c7c9468fc10d_shop-web-1', 1, 'shop-web-3'],
  ['/front', 1, 'front-3'],
  ['/front-2', 2, 'front-3'],
])('the sibling of %s, number %i, is %s', (name, own, expected) => expect(siblingName(name, own, 3)).toBe(expected));

describe('a sibling', () => {
  const options = (from: Template, image = 'shop/web') => siblingOf(from, 3, image).options;

  test('is the same but for its name and number', () => {
    const config = {
      Env: ['MODE=live'],
      Cmd: ['serve'],
      Entrypoint: ['/entry'],
      User: '1000',
      WorkingDir: '/srv',
      StopSignal: 'SIGQUIT',
      StopTimeout: 3,
      ExposedPorts: {'80/tcp': {}},
      Healthcheck: {Test: ['CMD', 'check'], Interval: 1e9},
      Tty: true,
    };
    const hostConfig = {
      Binds: ['/srv:/srv:ro', 'kept:/kept'],
      RestartPolicy: {Name: 'always', MaximumRetryCount: 0},
      PortBindings: {'80/tcp': [{HostIp: '', HostPort: ''}]},
      CpuShares: 0,
      OomScoreAdj: 0,
      NanoCpus: 5e8,
      Memory: 1024,
    };
    expect(options(template(config, hostConfig))).toMatchObject({
      ...config,
      name: 'shop-web-3',
      Image: 'shop/web',
      Labels: labels('web', 3),
      HostConfig: {...hostConfig, NetworkMode: 'shop_default'},
    });
  });

  test('gets a host name of its own, unless Compose gave it one', () => {
    expect(options(template())).not.toHaveProperty('Hostname');
    expect(options(template({Hostname: 'front', Domainname: 'shop.test'}))).toMatchObject({Hostname: 'front', Domainname: 'shop.test'});
  });

  test('is not said to stand in another’s place', () => {
    const replaced = template({Labels: labels('web', 1, {'com.docker.compose.replace': 'shop-web-1'})});
    expect(options(replaced).Labels).toEqual(labels('web', 3));
  });

  test('shares what is named, and has anonymous volumes of its own', () => {
    const own = options(
      template(
        {Volumes: {'/cache': {}}},
        {
          Binds: [`${anonymous}:/scratch:rw`, 'kept:/kept'],
          Mounts: [
            {Type: 'volume', Source: anonymous, Target: '/old'},
            {Type: 'volume', Target: '/new'},
            {Type: 'volume', Source: 'shop_data', Target: '/data'},
            {Type: 'bind', Source: `/${anonymous}`, Target: '/bound'},
          ],
        },
      ),
    );
    expect(own.Volumes).toEqual({'/cache': {}, '/scratch': {}});
    expect(own.HostConfig).toMatchObject({
      Binds: ['kept:/kept'],
      Mounts: [
        {Type: 'volume', Target: '/old'},
        {Type: 'volume', Target: '/new'},
        {Type: 'volume', Source: 'shop_data', Target: '/data'},
        {Type: 'bind', Source: `/${anonymous}`, Target: '/bound'},
      ],
    });
    expect(own.HostConfig?.Mounts?.[0]).not.toHaveProperty('Source');
  });

  test('is in the same networks, the first at once and the others afterwards, under the service’s names and its own', () => {
    const {options: made, further} = siblingOf(
      template(
        {},
        {},
        {
          Networks: {
            shop_back: {Aliases: ['web', id.slice(0, 12)], Links: ['shop-db-1:db'], IPAMConfig: null},
            shop_default: {Aliases: ['shop-web-1', 'web', id.slice(0, 12), 'shopfront'], IPAMConfig: {}, Links: null},
          },
        },
      ),
      3,
      'shop/web',
    );
    expect(made.NetworkingConfig).toEqual({EndpointsConfig: {shop_default: {Aliases: ['shop-web-3', 'web', 'shopfront'], IPAMConfig: {}}}});
    expect(further).toEqual([{network: 'shop_back', endpoint: {Aliases: ['web'], Links: ['shop-db-1:db']}}]);
  });

  test('has no endpoint where there is no network to be found in', () => {
    const {options: made, further} = siblingOf(template({}, {NetworkMode: 'none'}, {Networks: {none: null}}), 3, 'x');
    expect(made).not.toHaveProperty('NetworkingConfig');
    expect(further).toEqual([]);
  });

  test('in another container’s network leaves names and ports to that container', () => {
    const borrowed = template(
      {Hostname: 'other', ExposedPorts: {'80/tcp': {}}},
      {NetworkMode: `container:${anonymous}`, PortBindings: {'80/tcp': [{HostPort: '80'}]}},
    );
    expect(options(borrowed)).not.toHaveProperty('Hostname');
    expect(options(borrowed)).not.toHaveProperty('ExposedPorts');
    expect(options(borrowed).HostConfig).toMatchObject({NetworkMode: `container:${anonymous}`, PortBindings: {}});
  });

  test('is linked as was asked for', () => {
    expect(options(template({}, {Links: ['/shop_db_1:/shop_web_1/db']})).HostConfig?.Links).toEqual(['shop_db_1:db']);
  });

  test('of a sibling is the same again', () => {
    const first = siblingOf(template({Env: ['A=1'], Volumes: {'/cache': {}}}, {Binds: ['kept:/kept']}), 2, 'shop/web').options;
    const again = {
      Id: 'f'.repeat(64),
      Name: `/${first.name}`,
      Image: 'sha256:1234',
      Config: {...first, Hostname: 'f'.repeat(12)},
      HostConfig: first.HostConfig,
    } as unknown as Template;
    const {name: _first, ...config} = options(template({Env: ['A=1'], Volumes: {'/cache': {}}}, {Binds: ['kept:/kept']}));
    expect(options(again)).toMatchObject(config);
  });
});

test.each([
  [undefined, false],
  [{Test: []}, false],
  [{Test: ['NONE']}, false],
  [{Test: ['CMD', 'check']}, true],
])('a health check %j is one: %s', (healthcheck, expected) => {
  expect(isHealthchecked(template({Healthcheck: healthcheck}))).toBe(expected);
});

import {afterEach, describe, expect, test} from 'vitest';
import {createRealClock} from '../../../source/clock.ts';
import {createEngine, type Engine} from '../../../source/engine.ts';
import type {HostFacts} from '../../../source/ports.ts';
import type {Happening} from '../../../source/scaler/entry.ts';
import type {ServiceSpec} from '../../../source/scaler/spec.ts';
import {createSwarmHost} from '../../../source/orchestrators/swarm/swarm.ts';
import {countTasks} from '../../../source/orchestrators/swarm/tasks.ts';
import {replicasOf, withReplicas, type ServiceObject, type TaskObject} from '../../../source/orchestrators/swarm/wire.ts';
import {filler, spec} from '../../support/fleets.ts';
import {chosen, countOn, swarmForTests, sweepSwarm} from '../../support/swarm.ts';
import {until} from '../../support/until.ts';
import {workload} from '../../support/workloads.ts';

const swarm = swarmForTests(1, 1);
const idle = workload().command ?? [];

function manager() {
  const [node] = swarm().nodes;
  if (!node) throw new Error('there is no manager');
  return node;
}

const opened: Engine[] = [];
afterEach(async () => {
  for (const engine of opened.splice(0)) await engine.close('leave', 0);
  await sweepSwarm(swarm());
});

interface Opened {
  readonly engine: Engine;
  readonly facts: HostFacts;
  readonly happenings: Happening[];
  readonly surveys: HostFacts[];
}

/** An engine on the Swarm; services that are adopted are so under their own names. */
async function openOn(services: readonly ServiceSpec[], capacity: number): Promise<Opened> {
  const isAdopted = (name: string) => services.find(service => service.name === name)?.adopted;
  const happenings: Happening[] = [];
  const surveys: HostFacts[] = [];
  const engine = createEngine({
    clock: createRealClock(),
    orchestrator: createSwarmHost({
      clock: createRealClock(),
      endpoints: [chosen(manager())],
      project: 'shop',
      lease: 'shop',
      workloadOf: name => (isAdopted(name) === false ? workload() : null),
      adoptedName: name => (isAdopted(name) ? name : null),
    }),
    recorder: null,
    acting: 'auto',
    surveyed: facts => void surveys.push(facts),
    stepped: (_entries, result) => void happenings.push(...result.happenings),
  });
  opened.push(engine);
  const facts = await engine.open(() => ({settings: {project: 'shop', capacity, nodeSlots: [], overrideMs: 60_000, modes: []}, services}));
  return {engine, facts, happenings, surveys};
}

async function create(name: string, replicas: number, more: object = {}, task: object = {}): Promise<string> {
  const made = await manager().docker.createService({
    Name: name,
    TaskTemplate: {ContainerSpec: {Image: 'busybox', Args: [...idle], StopGracePeriod: 2e9}, ...task},
    Mode: {Replicated: {Replicas: replicas}},
    ...more,
  } as never);
  return (made as unknown as {ID?: string; id: string}).ID ?? made.id;
}

const inspect = async (id: string) => (await manager().docker.getService(id).inspect()) as unknown as ServiceObject;
const reaches = (service: string, count: number) =>
  until(`${service} to run ${count}`, async () => (await countOn(swarm(), service)) === count);
const adopted = (name: string, rest: Partial<ServiceSpec> = {}) => spec(name, {adopted: true, ...rest});

describe('on a real Swarm', () => {
  swarm.test('an update of the count leaves the rest of the spec as it was, byte for byte', async () => {
    const id = await create(
      'web',
      1,
      {
        Labels: {'some.label': 'ünïcode “quotes” \\ and\ttabs', empty: ''},
        UpdateConfig: {Parallelism: 2, Delay: 1_500_000_001, FailureAction: 'rollback', MaxFailureRatio: 0.15, Order: 'start-first'},
        EndpointSpec: {Mode: 'dnsrr'},
      },
      {
        ContainerSpec: {
          Image: 'busybox',
          Args: [...idle],
          StopGracePeriod: 2_000_000_007,
          Env: ['A=1', 'B='],
          Labels: {inner: 'yes'},
          Healthcheck: {Test: ['NONE']},
          Mounts: [{Type: 'tmpfs', Target: '/scratch', TmpfsOptions: {SizeBytes: 1_048_577}}],
        },
        RestartPolicy: {Condition: 'any', Delay: 5_000_000_001, MaxAttempts: 0, Window: 7},
        Resources: {Limits: {NanoCPUs: 333_333_333}, Reservations: {MemoryBytes: 12_345_678}},
        Placement: {Constraints: ['node.platform.os==linux'], Preferences: [{Spread: {SpreadDescriptor: 'node.labels.zone'}}]},
        ForceUpdate: 3,
      },
    );
    const before = (await inspect(id)).Spec;
    const {engine} = await openOn([adopted('web')], 10);
    engine.read('web', {kind: 'value', value: 4});
    await reaches('web', 4);
    const after = (await inspect(id)).Spec;
    expect(replicasOf(after)).toBe(4);
    expect(JSON.stringify(withReplicas(after, 1))).toBe(JSON.stringify(before));
  });

  swarm.test('somebody else’s changes of a service meanwhile are kept: the update is made again on what is there', async () => {
    const id = await create('web', 1);
    const {engine} = await openOn([adopted('web')], 10);
    for (let value = 2; value <= 6; value++) {
      engine.read('web', {kind: 'value', value});
      const seen = await inspect(id);
      const labels = {...seen.Spec.Labels, [`from-outside-${value}`]: 'kept'};
      // One of the two comes too late and has to look again: ours does so by itself, theirs here.
      await until('the label to be set', async () => {
        const now = await inspect(id);
        const body = {...now.Spec, Labels: {...now.Spec.Labels, ...labels}};
        return manager()
          .docker.getService(id)
          .update({_query: {version: now.Version.Index}, _body: body})
          .then(() => true);
      });
    }
    await reaches('web', 6);
    const {Spec: after} = await inspect(id);
    expect(Object.keys(after.Labels ?? {}).filter(name => name.startsWith('from-outside'))).toHaveLength(5);
  });

  swarm.test('a count that somebody else sets is told, and put back; where the service yields it is left until cleared', async () => {
    const firm = await create('firm', 0);
    const soft = await create('soft', 0);
    const {engine, happenings} = await openOn([adopted('firm'), adopted('soft', {drift: 'yield'})], 10);
    engine.read('firm', {kind: 'value', value: 3});
    engine.read('soft', {kind: 'value', value: 3});
    await reaches('firm', 3);
    await reaches('soft', 3);
    for (const id of [firm, soft]) {
      await until('the count to be set from outside', async () => {
        const now = await inspect(id);
        return manager()
          .docker.getService(id)
          .update({_query: {version: now.Version.Index}, _body: withReplicas(now.Spec, 1)})
          .then(() => true);
      });
    }
    await until('both to be told', () => happenings.filter(({kind}) => kind === 'drifted').length >= 2);
    expect(happenings.filter(({kind}) => kind === 'drifted')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({service: 'firm', from: 3, to: 1, drift: 'reassert'}),
        expect.objectContaining({service: 'soft', from: 3, to: 1, drift: 'yield'}),
      ]),
    );
    await reaches('firm', 3);
    await reaches('soft', 1);
    expect(engine.fleet().services.find(({spec: {name}}) => name === 'soft')?.overrides).toMatchObject([
      {rule: {kind: 'pin', replicas: 1}},
    ]);
    await engine.command({kind: 'clear', service: 'soft'}, 'ann@one');
    await reaches('soft', 3);
  });

  swarm.test('a replica that no node can take is unplaceable in the Swarm’s words, and its slot goes to who can use it', async () => {
    const {nodes} = await openOn([], 1).then(({facts}) => facts);
    const most = Math.max(...nodes.map(({memoryBytes}) => memoryBytes ?? 0));
    // Each of the nodes holds one of these, and no third.
    await create('large', 0, {}, {Resources: {Reservations: {MemoryBytes: Math.floor(most * 0.6)}}});
    await create('small', 0);
    const {engine} = await openOn([adopted('large'), filler('small', {adopted: true})], 6);
    engine.read('large', {kind: 'value', value: 4});
    await reaches('large', 2);
    const large = () => engine.fleet().services.find(({spec: {name}}) => name === 'large');
    const trouble = await until('it to be said', () => {
      const found = large()?.observed?.trouble;
      return found?.kind === 'unplaceable' ? found : null;
    });
    expect(trouble).toMatchObject({placed: 2, reason: expect.stringMatching(/no suitable node.*insufficient resources/) as string});
    await reaches('small', 4);
    expect(large()?.decision).toMatchObject({want: 4, desired: 2, shortfall: 2});
  });

  swarm.test('what each node has, and what others reserve of it, is known; a service that nobody can scale says why', async () => {
    await create('others', 2, {}, {Resources: {Reservations: {NanoCPUs: 5e8, MemoryBytes: 64 * 1024 ** 2}}});
    await reaches('others', 2);
    await manager().docker.createService({
      Name: 'everywhere',
      Labels: {'microscale.priority': '1'},
      TaskTemplate: {ContainerSpec: {Image: 'busybox', Args: [...idle], StopGracePeriod: 2e9}},
      Mode: {Global: {}},
    } as never);
    await create('stack_web', 1, {Labels: {'com.docker.stack.namespace': 'stack', 'microscale.priority': '2', unrelated: 'x'}});
    await create('from-image', 0, {}, {ContainerSpec: {Image: 'labelled'}});
    const {facts} = await openOn([], 1);
    expect(facts.title).toMatch(/^swarm 1 manager \/ 2 nodes @ unix:/);
    expect(facts.nodes).toHaveLength(2);
    const reserved = facts.nodes.flatMap(node => node.reserved);
    expect(reserved.filter(({service}) => service === 'others').reduce((sum, {cpus}) => sum + cpus, 0)).toBe(1);
    expect(facts.found).toMatchObject([
      {hostName: 'everywhere', unfit: expect.stringContaining('only replicated services are scaled') as string},
      {hostName: 'from-image', labels: {'microscale.priority': '4', 'microscale.target': 'fill', 'microscale.max': '2'}},
      {hostName: 'others', labels: {}, cpus: 0.5, memoryBytes: 64 * 1024 ** 2, unfit: null},
      {hostName: 'stack_web', shortName: 'web', labels: {'microscale.priority': '2'}, stopGraceMs: 2000, unfit: null},
    ]);
  });

  swarm.test('a deployed service, and a node that is drained, are told as they come', async () => {
    const {surveys} = await openOn([], 1);
    await create('fresh', 1, {Labels: {'microscale.priority': '1'}});
    await until('the new service', () => surveys.at(-1)?.found.some(({hostName}) => hostName === 'fresh'));
    const worker = (await manager().docker.listNodes()).find(node => node.Spec.Role === 'worker');
    const setAvailability = (availability: string) =>
      until(`the worker to be ${availability}`, async () => {
        const node = await manager()
          .docker.getNode(worker?.ID ?? '')
          .inspect();
        const body = {...node.Spec, Availability: availability};
        return manager()
          .docker.getNode(node.ID)
          .update({_query: {version: node.Version.Index}, _body: body})
          .then(() => true);
      });
    await setAvailability('drain');
    await until('the node to be gone', () => surveys.at(-1)?.nodes.length === 1);
    await setAvailability('active');
    await until('the node to be back', () => surveys.at(-1)?.nodes.length === 2);
  });

  swarm.test('a service that fails again and again is said to fail, in the Swarm’s words, and the others use the slots', async () => {
    await create(
      'broken',
      0,
      {},
      {ContainerSpec: {Image: 'busybox', Args: ['no-such-command']}, RestartPolicy: {Condition: 'any', Delay: 1e8}},
    );
    await create('sound', 0);
    const {engine} = await openOn([adopted('broken'), filler('sound', {adopted: true})], 5);
    engine.read('broken', {kind: 'value', value: 4});
    await until('the failure to be told', () => {
      const trouble = engine.fleet().services.find(({spec: {name}}) => name === 'broken')?.observed?.trouble;
      return trouble?.kind === 'failing' && /no-such-command|exec|starting container/.test(trouble.reason);
    });
    await reaches('sound', 4);
  });

  swarm.test('an adopted service that somebody removes is said to be gone, and goes on when it is deployed again', async () => {
    const id = await create('web', 0);
    const {engine, happenings} = await openOn([adopted('web')], 4);
    engine.read('web', {kind: 'value', value: 2});
    await reaches('web', 2);
    await manager().docker.getService(id).remove();
    await until('the loss to be told', () =>
      happenings.some(
        happening => happening.kind === 'trouble' && happening.reason.includes('there is no service web any more: deploy it again'),
      ),
    );
    expect(engine.fleet().host.kind).toBe('connected');
    await create('web', 0);
    await reaches('web', 2);
  });

  swarm.test('what it made itself it knows again, and a service that is no longer configured is emptied and goes', async () => {
    const {engine} = await openOn([spec('web')], 4);
    engine.read('web', {kind: 'value', value: 2});
    await reaches('shop_web', 2);
    const [service] = (await manager().docker.listServices()) as unknown as ServiceObject[];
    expect(service?.Spec.Labels).toMatchObject({'microscale.project': 'shop', 'microscale.service': 'web'});
    await engine.close('leave', 0);
    const again = await openOn([], 4);
    expect(again.facts.made).toEqual(['web']);
    await reaches('shop_web', 0);
    await until('the service to go', async () => (await manager().docker.listServices()).length === 0);
  });
});

describe('tasks', () => {
  const task = (state: string, desired = 'running', rest: Partial<TaskObject> = {}): TaskObject => ({
    ID: `${state}-${desired}`,
    NodeID: 'n1',
    DesiredState: desired,
    Status: {State: state},
    ...rest,
  });

  test.each<[string, readonly TaskObject[], object]>([
    ['that serve', [task('running'), task('running')], {serving: 2, alive: 2}],
    [
      'that are told to stop hold their slots until they have',
      [task('running', 'shutdown'), task('running', 'remove')],
      {serving: 0, alive: 2},
    ],
    ['that have ended hold nothing', [task('shutdown', 'shutdown'), task('failed', 'shutdown'), task('complete')], {serving: 0, alive: 0}],
    ['on their way are alive', [task('new'), task('assigned'), task('preparing'), task('starting')], {serving: 0, alive: 4}],
    ['on a node that is down count for nothing', [task('running', 'running', {NodeID: 'lost'})], {serving: 0, alive: 0}],
    [
      'that no node takes are unplaced, with the reason',
      [
        task('pending', 'running', {NodeID: '', Status: {State: 'pending', Err: 'no suitable node'}}),
        task('pending', 'running', {NodeID: ''}),
      ],
      {alive: 2, unplaced: 1, unplacedReason: 'no suitable node'},
    ],
    [
      'that came to grief are told with the reason',
      [task('rejected', 'shutdown', {Status: {State: 'rejected', Err: 'no such image'}})],
      {failed: [{reason: 'no such image', rejected: true}]},
    ],
  ])('%s', (_what, tasks, counts) => {
    expect(countTasks(tasks, node => node === 'lost')).toMatchObject(counts);
  });
});

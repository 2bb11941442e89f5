/** What a Swarm is told to make for a service that the configuration describes. */
import type {ServiceSpec as SwarmServiceSpec} from 'dockerode';
import {fingerprint, projectLabel, serviceLabel, specLabel, type Made} from '../docker/container.ts';

/** As a stack would name it, such as `shop_web`. */
export function swarmName({project, service}: Pick<Made, 'project' | 'service'>): string {
  return `${project}_${service}`;
}

export function serviceSpec(made: Made, replicas: number): SwarmServiceSpec {
  const {workload, project, service} = made;
  const nanoseconds = (ms: number) => ms * 1e6;
  const size = {
    ...(workload.cpus !== null && {NanoCPUs: Math.round(workload.cpus * 1e9)}),
    ...(workload.memoryBytes !== null && {MemoryBytes: workload.memoryBytes}),
  };
  const mounts = workload.volumes.map(mountOf);
  const ports = workload.ports.flatMap(portOf);
  return {
    Name: swarmName(made),
    Labels: {...workload.labels, [projectLabel]: project, [serviceLabel]: service, [specLabel]: fingerprint(workload)},
    TaskTemplate: {
      ContainerSpec: {
        Image: workload.image,
        Env: [...workload.environment],
        Labels: {...workload.labels, [projectLabel]: project, [serviceLabel]: service},
        ...(workload.entrypoint && {Command: [...workload.entrypoint]}),
        ...(workload.command && {Args: [...workload.command]}),
        ...(workload.user !== null && {User: workload.user}),
        ...(workload.stopSignal !== null && {StopSignal: workload.stopSignal}),
        ...(workload.stopGraceMs !== null && {StopGracePeriod: nanoseconds(workload.stopGraceMs)}),
        ...(workload.init !== null && {Init: workload.init}),
        ...(mounts.length > 0 && {Mounts: mounts}),
      },
      Resources: {Limits: size, Reservations: size},
      Networks: workload.networks.filter(isSwarmNetwork).map(network => ({Target: network, Aliases: [service]})),
      ...(workload.logging && {LogDriver: {Name: workload.logging.driver, Options: {...workload.logging.options}}}),
    },
    Mode: {Replicated: {Replicas: replicas}},
    ...(ports.length > 0 && {EndpointSpec: {Ports: ports}}),
  } as SwarmServiceSpec;
}

/** A task without a network has the node's own default; `none` and `bridge` are names that only a single engine knows. */
function isSwarmNetwork(network: string): boolean {
  return !['none', 'bridge', 'default'].includes(network);
}

/** `source:target[:ro]` is bound where the source is a path; else it names a volume. A lone path is a volume of its own. */
function mountOf(volume: string): object {
  const [first = '', second, mode] = volume.split(':');
  if (second === undefined) return {Type: 'volume', Target: first};
  return {Type: first.startsWith('/') ? 'bind' : 'volume', Source: first, Target: second, ...(mode?.includes('ro') && {ReadOnly: true})};
}

/** `8080:80/udp`: the Swarm publishes on every node. A port without an outer one is published on one that it chooses. */
function portOf(port: string): readonly object[] {
  const [mapping = '', protocol = 'tcp'] = port.split('/');
  const parts = mapping.split(':');
  const inner = Number(parts.pop());
  const outer = Number(parts.pop() ?? Number.NaN);
  return [{Protocol: protocol, TargetPort: inner, ...(Number.isInteger(outer) && {PublishedPort: outer}), PublishMode: 'ingress'}];
}

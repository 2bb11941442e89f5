/** One container of a Compose service as the template of another: what is to be made, as Compose would make it. Pure. */
import type {ContainerCreateOptions, EndpointSettings} from 'dockerode';
import {numberOf, siblingName, type Inspected} from './compose.ts';
import {isNamedNetwork} from './container.ts';
import {composeNumberLabel} from './owner.ts';

/** An inspected container, as far as it is read here; all else of its configuration is passed on as it stands. */
export interface Template extends Inspected {
  readonly Id: string;
  readonly Name: string;
  /** The id of its image. */
  readonly Image: string;
  readonly Config: Inspected['Config'] & {
    /** Its image as Compose named it. */
    readonly Image: string;
    readonly Hostname?: string;
    readonly Domainname?: string;
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly Volumes?: Readonly<Record<string, object>> | null;
    readonly ExposedPorts?: Readonly<Record<string, object>> | null;
    readonly Healthcheck?: {readonly Test?: readonly string[] | null} | null;
  };
  readonly HostConfig: Inspected['HostConfig'] & {
    readonly NetworkMode?: string;
    readonly UTSMode?: string;
    readonly Binds?: readonly string[] | null;
    readonly Links?: readonly string[] | null;
    readonly Mounts?: readonly Mount[] | null;
    readonly PortBindings?: object | null;
  };
  readonly NetworkSettings?: {readonly Networks?: Readonly<Record<string, Endpoint | null>> | null};
}

interface Mount {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
}

interface Endpoint {
  readonly Aliases?: readonly string[] | null;
  readonly Links?: readonly string[] | null;
  readonly IPAMConfig?: object | null;
  readonly DriverOpts?: object | null;
  readonly GwPriority?: number;
}

/** What the engine is told to make, and the networks to join afterwards: engines before 25 take only one at creation. */
export interface Sibling {
  readonly options: ContainerCreateOptions;
  readonly further: readonly {readonly network: string; readonly endpoint: EndpointSettings}[];
}

/** Set by Compose while it puts a container in another's place. */
const replaceLabel = 'com.docker.compose.replace';

export function siblingOf(template: Template, number: number, image: string): Sibling {
  const {Config: config, HostConfig: hostConfig} = template;
  const {Hostname: hostname, Domainname: domainname, ExposedPorts: exposedPorts, Labels: labels, ...rest} = config;
  const {[replaceLabel]: _replaced, ...ownLabels} = labels ?? {};
  const name = siblingName(template.Name, numberOf(ownLabels), number);
  const mode = hostConfig.NetworkMode ?? '';
  // In another container's network, its names and ports are that container's, and the engine refuses others.
  const borrowed = mode.startsWith('container:');
  const named = hostname && hostname !== shortId(template) && !borrowed && hostConfig.UTSMode !== 'host';
  const endpoints = endpointsOf(template, name);
  const first = endpoints.find(({network}) => network === mode);
  const {binds, volumes} = volumesOf(template);
  const options = {
    ...rest,
    name,
    Image: image,
    Labels: {...ownLabels, [composeNumberLabel]: String(number)},
    ...(named && {Hostname: hostname, Domainname: domainname}),
    ...(exposedPorts && !borrowed && {ExposedPorts: exposedPorts}),
    Volumes: volumes,
    HostConfig: {
      ...hostConfig,
      Binds: binds,
      Mounts: (hostConfig.Mounts ?? []).map(withoutAnonymous),
      Links: (hostConfig.Links ?? []).map(linkAsAsked),
      ...(borrowed && {PortBindings: {}}),
    },
    ...(first && {NetworkingConfig: {EndpointsConfig: {[first.network]: first.endpoint}}}),
  };
  return {options: options as unknown as ContainerCreateOptions, further: endpoints.filter(endpoint => endpoint !== first)};
}

/** True where a replica counts as running only once its health check says so. */
export function isHealthchecked({Config: {Healthcheck: healthcheck}}: Template): boolean {
  const test = healthcheck?.Test ?? [];
  return test.length > 0 && test[0] !== 'NONE';
}

/** What Docker calls a container that was given no name, also as its host name. */
function shortId({Id: id}: Template): string {
  return id.slice(0, 12);
}

/** Networks that Compose made or named, with the names to be found by; the template's own are the sibling's instead. */
function endpointsOf(template: Template, name: string): Sibling['further'] {
  const own = template.Name.replace(/^\//, '');
  const networks = Object.entries(template.NetworkSettings?.Networks ?? {}).filter(([network]) => isNamedNetwork(network));
  return networks.map(([network, given]) => {
    const {Aliases: aliases, Links: links, IPAMConfig: addresses, DriverOpts: options, GwPriority: priority} = given ?? {};
    const names = (aliases ?? []).filter(alias => alias !== shortId(template)).map(alias => (alias === own ? name : alias));
    const endpoint = {
      ...(names.length > 0 && {Aliases: names}),
      ...(links && {Links: links}),
      ...(addresses && {IPAMConfig: addresses}),
      ...(options && {DriverOpts: options}),
      ...(priority && {GwPriority: priority}),
    };
    return {network, endpoint: endpoint as unknown as EndpointSettings};
  });
}

/** An anonymous volume is one container's: the sibling gets a new one at the same place. */
function volumesOf({Config: {Volumes: declared}, HostConfig: {Binds: binds}}: Template): {
  readonly binds: readonly string[];
  readonly volumes: Readonly<Record<string, object>>;
} {
  const places = (binds ?? []).filter(isAnonymous).map(bind => bind.split(':')[1] ?? '');
  return {
    binds: (binds ?? []).filter(bind => !isAnonymous(bind)),
    volumes: {...declared, ...Object.fromEntries(places.map(place => [place, {}]))},
  };
}

/** Compose hands the anonymous volumes of a container that it replaces on to the next one, by the names that Docker gave them. */
function isAnonymous(bind: string): boolean {
  return /^[0-9a-f]{64}(:|$)/.test(bind);
}

function withoutAnonymous(mount: Mount): Mount {
  const {Source: source, ...rest} = mount;
  return mount.Type === 'volume' && source !== undefined && isAnonymous(source) ? rest : mount;
}

/** An inspection says `/shop-db-1:/shop-web-1/db` of what was asked for as `shop-db-1:db`. */
function linkAsAsked(link: string): string {
  const [target = '', place = ''] = link.split(':');
  return `${target.replace(/^\//, '')}:${place.slice(place.lastIndexOf('/') + 1)}`;
}

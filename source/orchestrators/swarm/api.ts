/** The calls to a manager, with the types that it answers in: the client's own know too little of a Swarm. */
import type Docker from 'dockerode';
import type {RegistryAuth} from '../docker/registry-auth.ts';
import type {ConfigObject, NodeObject, ServiceObject, ServiceSpecObject, TaskObject} from './wire.ts';

interface Client {
  listServices(options: object): Promise<ServiceObject[]>;
  listNodes(options: object): Promise<NodeObject[]>;
  listTasks(options: object): Promise<TaskObject[]>;
  createService(options: object): Promise<unknown>;
  createConfig(options: object): Promise<unknown>;
  getService(id: string): {
    inspect(options: object): Promise<ServiceObject>;
    update(options: object): Promise<unknown>;
    remove(): Promise<unknown>;
  };
  getConfig(id: string): {inspect(): Promise<ConfigObject>; update(options: object): Promise<unknown>};
}

export interface SwarmApi {
  services(abortSignal: AbortSignal): Promise<readonly ServiceObject[]>;
  nodes(abortSignal: AbortSignal): Promise<readonly NodeObject[]>;
  /** Of these services, by id; of all where none are named. */
  tasks(abortSignal: AbortSignal, services?: readonly (string | null)[]): Promise<readonly TaskObject[]>;
  service(idOrName: string, abortSignal: AbortSignal): Promise<ServiceObject>;
  create(spec: object, auth: RegistryAuth | null, abortSignal: AbortSignal): Promise<unknown>;
  /** Refused as out of sequence where the service no longer has that version. */
  update(id: string, version: number, spec: ServiceSpecObject, abortSignal: AbortSignal): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  config(idOrName: string): Promise<ConfigObject>;
  createConfig(name: string, labels: Readonly<Record<string, string>>, data: string): Promise<unknown>;
  updateConfig(id: string, version: number, name: string, labels: Readonly<Record<string, string>>): Promise<unknown>;
}

export function swarmApi(docker: Docker): SwarmApi {
  const client = docker as unknown as Client;
  return {
    services: abortSignal => client.listServices({abortSignal}),
    nodes: abortSignal => client.listNodes({abortSignal}),
    tasks: (abortSignal, services) => client.listTasks({abortSignal, ...(services && {filters: JSON.stringify({service: services})})}),
    service: (idOrName, abortSignal) => client.getService(idOrName).inspect({abortSignal}),
    create: (spec, auth, abortSignal) => client.createService({...spec, abortSignal, ...(auth && {authconfig: auth})}),
    update: (id, version, spec, abortSignal) => client.getService(id).update({_query: {version}, _body: spec, abortSignal}),
    remove: id => client.getService(id).remove(),
    config: idOrName => client.getConfig(idOrName).inspect(),
    createConfig: (name, labels, data) => client.createConfig({Name: name, Labels: labels, Data: data}),
    updateConfig: (id, version, name, labels) => client.getConfig(id).update({_query: {version}, _body: {Name: name, Labels: labels}}),
  };
}

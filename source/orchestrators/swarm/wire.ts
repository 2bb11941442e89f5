/** What a manager answers, as far as it is read here. Nothing in it is trusted to be there. */

export interface ServiceObject {
  readonly ID: string;
  readonly Version: {readonly Index: number};
  readonly Spec: ServiceSpecObject;
}

export interface ServiceSpecObject {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly TaskTemplate?: {
    readonly ContainerSpec?: {readonly Image?: string; readonly TTY?: boolean; readonly StopGracePeriod?: number};
    readonly Resources?: {readonly Reservations?: Amounts};
    readonly ForceUpdate?: number;
  };
  readonly Mode?: {readonly Replicated?: {readonly Replicas?: number}; readonly Global?: object};
}

export interface Amounts {
  readonly NanoCPUs?: number;
  readonly MemoryBytes?: number;
}

export interface TaskObject {
  readonly ID: string;
  readonly ServiceID?: string;
  readonly NodeID?: string;
  readonly Slot?: number;
  readonly CreatedAt?: string;
  readonly DesiredState: string;
  readonly Status: {
    readonly State: string;
    readonly Err?: string;
    readonly Message?: string;
    readonly Timestamp?: string;
    readonly ContainerStatus?: {readonly ContainerID?: string};
  };
  readonly Spec?: {readonly Resources?: {readonly Reservations?: Amounts}};
}

export interface NodeObject {
  readonly ID: string;
  readonly Spec?: {readonly Availability?: string; readonly Role?: string};
  readonly Description?: {readonly Hostname?: string; readonly Resources?: Amounts};
  readonly Status?: {readonly State?: string; readonly Addr?: string};
  readonly ManagerStatus?: {readonly Leader?: boolean; readonly Reachability?: string; readonly Addr?: string};
}

export interface ConfigObject {
  readonly ID: string;
  readonly Version: {readonly Index: number};
  readonly Spec: {readonly Name: string; readonly Labels?: Readonly<Record<string, string>>};
}

/** Replicas that a spec asks for; null for a service that isn't scaled by number. */
export function replicasOf({Mode: mode}: ServiceSpecObject): number | null {
  return mode?.Replicated ? (mode.Replicated.Replicas ?? 1) : null;
}

/** The same spec with another number of replicas, and nothing else. */
export function withReplicas(spec: ServiceSpecObject, replicas: number): ServiceSpecObject {
  return {...spec, Mode: {...spec.Mode, Replicated: {...spec.Mode?.Replicated, Replicas: replicas}}};
}
